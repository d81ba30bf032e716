"""Installs a translation of the window's texts, or the pseudo-locale that finds texts nobody can translate."""

import importlib.resources
import re
from importlib.resources.abc import Traversable

from PySide6.QtCore import QCoreApplication, QTranslator

import resources

PSEUDO = "pseudo"
_LONGER = 0.4
_NAME = re.compile(r"[A-Za-z]{2,3}(_[A-Za-z0-9]{2,8})*")
_PLAIN = "ACDEGHIJKLNORSTUWYZacdeghijklnorstuwyz"
_ACCENTED = "ÁÇĎÉĞĤÍĴĶĻÑÖŔŠŢÛŴÝŽáçďéğĥíĵķļñöŕšţûŵýž"
_ACCENTS = str.maketrans(_PLAIN, _ACCENTED)
# What has to stay as it is: places for values and numbers, a literal ampersand, an ampersand with its key.
_KEPT = re.compile(r"(\{[^{}]*\}|%n|%L?\d+|&&|&\w)")


def install(application: QCoreApplication, locale: str | None, folder: Traversable | None = None) -> QTranslator | None:
    """Translate every text shown from now on into `locale` (`de`, `pt_BR`, `pseudo`); return what does it.

    Texts already shown stay as they are, so this comes before the window. `folder` holds `lapse_<locale>.qm` files and
    is `resources/i18n` unless said; `de_AT` falls back to `de`. Without a file, without a locale and for anything that
    is no locale's name the texts stay English, and None is returned.
    """
    translator = _found(locale or "", folder or importlib.resources.files(resources) / "i18n")
    if translator is not None:
        translator.setParent(application)
        application.installTranslator(translator)
    return translator


def pseudo(source: str) -> str:
    """Return `source` as no language writes it: letters accented, 40 % longer, in brackets.

    Placeholders, mnemonics with their keys, and blanks at either end stay; what is blank stays blank.
    """
    core = source.strip()
    if not core:
        return source
    start = source.index(core)
    parts = _KEPT.split(core)
    longer = "".join(part if kept % 2 else _lengthened(part) for kept, part in enumerate(parts))
    return f"{source[:start]}[{longer}]{source[start + len(core) :]}"


class PseudoTranslator(QTranslator):
    """Turns every text that goes through translation into `pseudo`: what is shown in plain English does not."""

    def isEmpty(self) -> bool:
        """Return False: there is a translation of everything."""
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        """Return the pseudo text; names of keys stay as they are on the keyboard."""
        return source if context == "QShortcut" else pseudo(source)


class _FileTranslator(QTranslator):
    """A translator that keeps the bytes it reads from: Qt does not copy them."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data
        self.read = self.load(self._data)


def _found(locale: str, folder: Traversable) -> QTranslator | None:
    if locale == PSEUDO:
        return PseudoTranslator()
    name = locale.partition(".")[0].replace("-", "_")
    if not _NAME.fullmatch(name):
        return None
    candidates = (folder / f"lapse_{each}.qm" for each in (name, name.partition("_")[0]))
    file = next((each for each in candidates if each.is_file()), None)
    translator = _FileTranslator(file.read_bytes()) if file else None
    return translator if translator is not None and translator.read else None


def _lengthened(text: str) -> str:
    """Return `text` with accents, and with as many letters doubled as make it two fifths longer."""
    found, owed = "", 0.0
    for letter in text:
        owed += _LONGER
        times = 2 if owed >= 1 and letter.isalpha() else 1
        owed -= times - 1
        found += letter.translate(_ACCENTS) * times
    return found
