"""Translation: what is loaded, and by the pseudo-locale that no text goes around it and none is clipped when longer."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.demo.addresses import addresses_of
from tests.patience import PATIENCE_S
from tests.preview import lab_run
from tests.ui.test_main_window import EVERY_STATE, shown
from tests.ui.walks import Shown, clipped_once_settled, is_inside, listed, tabs_of, texts_of
from ui.connections.editor import ConnectionEditor
from ui.connections.list import ConnectionsDialog
from ui.demo.addresses import AddressesDialog
from ui.doctor.grant_dialog import GrantDialog, TokenSource
from ui.inspector.paste import PasteDialog
from ui.lab.dialog import ResultsDialog
from ui.palette import CommandPalette
from ui.translation import install, pseudo

# Data: names of connections, persons and tokens, addresses, methods of HTTP, durations, what the fixed font shows.
DATA = frozenset(
    (
        *("issuerLabel", "apiMethodPicker", "accountChip", "comparedTokenPicker", "storeLabel", "signInUrlEdit"),
        "demoPresetPicker",
        *("labAccessLifetimePicker", "labRefreshLifetimePicker", "labIdlePicker", "labGracePicker"),
    ),
)
# Sentences made in app/, which has no Qt and speaks English by design: decisions, stories, errors, conclusions.
FROM_APP = frozenset(
    (
        *("verdictBanner", "storyLabel", "errorPanel", "endedReasonLabel", "inspectorSentenceLabel"),
        *("lessonsList", "lessonSteps", "lessonKnownLabel"),
        *("inspectorVerdictPill", "timelineChosenLabel", "timelineView", "doctorFindings", "passwordErrorLabel"),
        *("demoPresetLabel", "otherFaultErrorLabel", "whatIfAnswerLabel"),
        *("labGraceTrouble", "labGracePicker"),
    ),
)
# Qt names these itself, and has translations of its own.
FROM_QT = frozenset(("ScrollLeftButton", "ScrollRightButton"))
# No language: URLs, names like AT-3, RFCs, JWT RS256, numbers with units; and the title app/ gives to what was pasted.
NO_WORDS = re.compile(
    r"\bJWT( [A-Z]+\d+)?\b|^pasted [\w ]*token$|https?://\S*|\b[A-Z]{2,3}-\d+\b|\bRFC \d+\b|\d+[a-z]*|0oa…?"
)
ROOT = Path(__file__).parents[2]
LARGE = QSize(1600, 1000)
TS = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE TS><TS version="2.1" language="de">
<context><name>TopBar</name><message><source>Sign in</source><translation>Anmelden</translation></message></context>
</TS>"""


def menu_is_data(each: Shown) -> bool:
    # The menu of connections lists names; each action of it carries the name as its data.
    return each.kind in ("action", "tooltip") and each.text == getattr(each.by, "data", lambda: None)()


def around_translation(each: Shown) -> bool:
    """Return whether something of a text was not translated: words that stand in no brackets."""
    if is_inside(each.by, DATA | FROM_APP | FROM_QT) or each.by.property("mono") or menu_is_data(each):
        return False
    outside, depth = "", 0
    for letter in each.text:
        depth += (letter == "[") - (letter == "]" and depth > 0)
        outside += letter if depth == 0 else " "
    return re.search(r"[^\W\d_]{2}", NO_WORDS.sub(" ", outside)) is not None


@pytest.fixture
def pseudo_locale(qapp: QApplication) -> Iterator[None]:
    translator = install(qapp, "pseudo")
    assert translator is not None
    yield
    qapp.removeTranslator(translator)
    translator.deleteLater()


@pytest.fixture(scope="module")
def by_the_tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a translation made as a translator would: what the tools find, in pseudo texts."""
    folder = tmp_path_factory.mktemp("i18n")
    sources = [str(each) for each in sorted((ROOT / "ui").rglob("*.py"))]
    run_tool("pyside6-lupdate", *sources, "-ts", "lapse_xx.ts", cwd=folder)
    tree = ElementTree.parse(folder / "lapse_xx.ts")
    tree.getroot().set("language", "de")
    for message in tree.iter("message"):
        translation = message.find("translation")
        assert translation is not None
        translation.attrib.pop("type", None)
        text = pseudo(message.findtext("source", ""))
        for each in translation.findall("numerusform") or [translation]:
            each.text = text
    tree.write(folder / "lapse_xx.ts", encoding="utf-8", xml_declaration=True)
    run_tool("pyside6-lrelease", "-silent", "lapse_xx.ts", "-qm", "lapse_xx.qm", cwd=folder)
    return folder


def run_tool(name: str, *arguments: str, cwd: Path) -> None:
    tool = Path(sys.executable).with_name(name)
    done = subprocess.run([tool, *arguments], cwd=cwd, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.any_font
@EVERY_STATE
def test_the_tools_of_translators_find_every_text(
    qapp: QApplication, qtbot: QtBot, by_the_tools: Path, state: str
) -> None:
    translator = install(qapp, "xx", by_the_tools)
    assert translator is not None
    try:
        window = shown(qtbot, state, LARGE)
        found = [each for each in texts_of(window) if around_translation(each)]
    finally:
        qapp.removeTranslator(translator)
    assert not found, "not found by the tools:" + listed(map(str, found))


DIALOGS: dict[str, Callable[[QWidget], QWidget]] = {
    "connection": lambda over: ConnectionEditor(parent=over),
    "connections": ConnectionsDialog,
    "grant": lambda over: GrantDialog("https://example.okta.com", TokenSource.ASKED, over),
    "paste": lambda over: PasteDialog("Demo org", over),
    "addresses": lambda over: AddressesDialog(addresses_of("http://127.0.0.1:8899", "identity"), over),
    "palette": lambda over: CommandPalette([], over),
    "lab": lambda over: ResultsDialog(lab_run.report(), over),
}
EVERY_DIALOG = pytest.mark.parametrize("dialog", DIALOGS)


@pytest.mark.any_font
@pytest.mark.usefixtures("pseudo_locale")
@EVERY_STATE
def test_every_text_of_the_window_goes_through_translation(qtbot: QtBot, state: str) -> None:
    window = shown(qtbot, state, LARGE)
    found = [each for each in texts_of(window) if around_translation(each)]
    assert not found, listed(map(str, found))


@pytest.mark.usefixtures("pseudo_locale")
@EVERY_STATE
def test_longer_texts_are_not_clipped(qtbot: QtBot, state: str) -> None:
    window = shown(qtbot, state, LARGE)
    least = window.minimumSizeHint().expandedTo(window.minimumSize())
    assert least.width() <= LARGE.width()
    assert least.height() <= LARGE.height()
    qtbot.waitExposed(window)
    assert window.size() == LARGE
    clipped = [f"{tab}: {each}" for tab in tabs_of(window) for each in clipped_once_settled(window)]
    assert not clipped, listed(clipped)


@pytest.mark.usefixtures("pseudo_locale")
@EVERY_DIALOG
def test_dialogs_are_translated_and_not_clipped(qtbot: QtBot, dialog: str) -> None:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(LARGE)
    over.show()
    made = DIALOGS[dialog](over)
    qtbot.addWidget(made)
    made.show()
    found = [each for each in texts_of(made) if around_translation(each)]
    assert not found, listed(map(str, found))
    assert made.width() <= LARGE.width()
    clipped = clipped_once_settled(made)
    assert not clipped, listed(clipped)
    made.close()


@pytest.mark.usefixtures("pseudo_locale")
def test_the_walk_can_fail(qtbot: QtBot) -> None:
    window = shown(qtbot, "signed-out", LARGE)
    window.top_bar.sign_in_button.setText("Sign in")
    window.top_bar.menu_button.setToolTip("[Mëñû]: appearance")
    found = {each.text for each in texts_of(window) if around_translation(each)}
    assert {"Sign in", "[Mëñû]: appearance"} <= found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Copy", r"\[Çöö?ppý+\]"),
        (" Copy ", r" \[Çöö?pp?ý+\] "),
        ("{0} of {1:>3}", r"\[\{0\} ö+ff? \{1:>3\}\]"),
        ("Sign &in", r"\[Š\w+ &i\w+\]"),
        ("Save && use", r"\[Š\w+ && û\w+\]"),
        ("%n calls", r"\[%n ç\w+\]"),
        ("", ""),
        ("  ", "  "),
        ("…", r"\[…\]"),
    ],
)
def test_pseudo_texts_keep_what_is_no_word(source: str, expected: str) -> None:
    assert re.fullmatch(expected, pseudo(source)), pseudo(source)


@given(st.text())
def test_pseudo_texts_are_two_fifths_longer_and_end_as_they_did(source: str) -> None:
    found = pseudo(source)
    assert len(found) >= len(source)
    assert len(found) <= len(source) * 1.4 + 2
    assert bool(found.strip()) is bool(source.strip())
    core = source.strip()
    if core:
        assert found.startswith(source[: source.index(core)] + "[")
        assert found.endswith("]" + source[source.index(core) + len(core) :])
        words = "Refresh the access token now "
        assert len(pseudo(words)) >= len(words) * 1.3


def test_nothing_is_installed_without_a_translation(qapp: QApplication, tmp_path: Path) -> None:
    (tmp_path / "lapse_xx.qm").write_bytes(b"no translation at all")
    for locale in (None, "", "C", "en_US", "xx", "../../etc/passwd", "de"):
        assert install(qapp, locale, tmp_path) is None
    assert QCoreApplication.translate("TopBar", "Sign in") == "Sign in"


@pytest.mark.parametrize("locale", ["de", "de_AT", "de_DE.UTF-8", "de-CH"])
def test_a_translation_is_loaded_from_bytes(qapp: QApplication, tmp_path: Path, locale: str) -> None:
    (tmp_path / "lapse_de.ts").write_text(TS, encoding="utf-8")
    run_tool("pyside6-lrelease", "-silent", "lapse_de.ts", "-qm", "lapse_de.qm", cwd=tmp_path)
    translator = install(qapp, locale, tmp_path)
    assert translator is not None
    try:
        assert QCoreApplication.translate("TopBar", "Sign in") == "Anmelden"
        assert QCoreApplication.translate("TopBar", "Sign out") == "Sign out"
    finally:
        qapp.removeTranslator(translator)
