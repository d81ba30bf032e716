"""Colours and the one style sheet: light, dark, or the system's."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from ui.assets import path_of, text_file

_TINT = 0.12
_BASE_PX = 13
PRESENTER_ZOOM = 1.35
MONO_PX = (12, 13, 27)
"""The sizes of the fixed font in the style sheet."""
# Lengths that scale with the zoom: all but hairlines.
_LENGTH = re.compile(r"\b([3-9]|[1-9]\d+)px")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """The colours by role, as #RRGGBB; `on_accent` is the text on a filled button."""

    name: str
    window: str
    surface: str
    raised: str
    border: str
    text: str
    muted: str
    access: str
    refresh: str
    id: str
    good: str
    warning: str
    bad: str
    on_accent: str

    def tint(self, role: str) -> str:
        """Return the role's colour at 12 % over the surface, for pills, bars and banners."""
        return mixed(getattr(self, role), self.surface, _TINT)


LIGHT = Scheme(
    name="light",
    window="#F3F5F8",
    surface="#FFFFFF",
    raised="#FAFBFC",
    border="#DDE2E9",
    text="#1A1F28",
    muted="#5B6574",
    access="#2563EB",
    refresh="#7C4DE8",
    id="#0B867C",
    good="#18864B",
    warning="#B86A00",
    bad="#C92A37",
    on_accent="#FFFFFF",
)
DARK = Scheme(
    name="dark",
    window="#12151A",
    surface="#1A1E25",
    raised="#20252D",
    border="#303743",
    text="#E7EAF0",
    muted="#97A1B1",
    access="#6B9DFF",
    refresh="#AD8FFF",
    id="#3DC6B7",
    good="#4CCB84",
    warning="#F1A93F",
    bad="#FF6F7A",
    on_accent="#0B1220",
)
# On light tints the role colours lack contrast for text: these are the same hues, darker.
_TEXT_ON_TINT = {"light": {"good": "#136F3D", "warning": "#8F5200", "bad": "#B3202D", "id": "#08685F"}, "dark": {}}


def mixed(colour: str, under: str, share: float) -> str:
    """Return `colour` laid over `under` with the opacity `share`, 0 to 1."""
    above, below = QColor(colour), QColor(under)
    parts = [
        round(one * share + other * (1 - share))
        for one, other in (
            (above.red(), below.red()),
            (above.green(), below.green()),
            (above.blue(), below.blue()),
        )
    ]
    return QColor(*parts).name().upper()


def text_on_tint(scheme: Scheme, role: str) -> str:
    """Return the colour of text of a role on its own tint: at least 4.5:1."""
    return _TEXT_ON_TINT[scheme.name].get(role, str(getattr(scheme, role)))


def current() -> Scheme:
    """Return the scheme in force, read from the application's palette."""
    dark = QGuiApplication.palette().color(QPalette.ColorRole.Window).lightnessF() < 0.5  # noqa: PLR2004 - half
    return DARK if dark else LIGHT


def apply(application: QApplication, choice: str, zoom: float = 1.0) -> None:
    """Set `system`, `light` or `dark`, scaled by `zoom`; may be called again.

    Does nothing if nothing changes: restyling every widget takes longer than painting them.
    """
    hints = application.styleHints()
    wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(choice, Qt.ColorScheme.Unknown)
    # Native title bars follow, where the platform supports it; offscreen and bare X11 ignore it.
    hints.setColorScheme(wanted)
    dark = choice == "dark" or (choice == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
    scheme = DARK if dark else LIGHT
    font = QFont(application.font())
    font.setPixelSize(round(_BASE_PX * zoom))
    application.setFont(font)
    sheet = style_sheet(scheme)
    if application.styleSheet() != sheet:
        application.setStyle("Fusion")
        application.setPalette(palette(scheme))
        application.setStyleSheet(sheet)


@contextmanager
def styled_at_the_end() -> Iterator[None]:
    """Remove the style sheet while many widgets are built, and apply it to all of them at once.

    Qt restyles the whole subtree each time a widget gets a parent (QWidgetPrivate::inheritStyle), so a window built
    from the inside out would be styled once per level.
    """
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    sheet = application.styleSheet()
    application.setStyleSheet("")
    try:
        yield
    finally:
        application.setStyleSheet(sheet)


def px(pixels: float) -> int:
    """Return a design length in screen pixels: larger in presenter mode, derived from the current font."""
    return round(pixels * QApplication.font().pixelSize() / _BASE_PX)


def mono(pixels: int = _BASE_PX) -> QFont:
    """Return the system's fixed font in the current size, for painting; widgets take `set_mono`."""
    return QFont(_fixed_font(px(pixels)))


def set_mono(widget: QWidget, pixels: int = _BASE_PX, *, bold: bool = False) -> None:
    """Give a widget the system's fixed font: tabular digits for times, claims, URLs and fingerprints.

    Set by the style sheet, so that the size follows the zoom; `pixels` is one of `MONO_PX`.
    """
    widget.setProperty("mono", f"{pixels}{'b' if bold else ''}")


@cache
def _fixed_font(pixels: int) -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(pixels)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def palette(scheme: Scheme) -> QPalette:
    """Return every role of the scheme's palette; those Qt derives are black accents and blue links on dark."""
    roles = {
        QPalette.ColorRole.Window: scheme.window,
        QPalette.ColorRole.WindowText: scheme.text,
        QPalette.ColorRole.Base: scheme.surface,
        QPalette.ColorRole.AlternateBase: scheme.raised,
        QPalette.ColorRole.Text: scheme.text,
        QPalette.ColorRole.Button: scheme.raised,
        QPalette.ColorRole.ButtonText: scheme.text,
        QPalette.ColorRole.BrightText: scheme.bad,
        QPalette.ColorRole.ToolTipBase: scheme.raised,
        QPalette.ColorRole.ToolTipText: scheme.text,
        QPalette.ColorRole.PlaceholderText: scheme.muted,
        QPalette.ColorRole.Highlight: scheme.access,
        QPalette.ColorRole.HighlightedText: scheme.on_accent,
        QPalette.ColorRole.Accent: scheme.access,
        QPalette.ColorRole.Link: scheme.access,
        QPalette.ColorRole.LinkVisited: scheme.refresh,
        QPalette.ColorRole.Light: scheme.raised,
        QPalette.ColorRole.Midlight: scheme.raised,
        QPalette.ColorRole.Mid: scheme.border,
        QPalette.ColorRole.Dark: scheme.border,
        QPalette.ColorRole.Shadow: scheme.border,
    }
    found = QPalette()
    for role, colour in roles.items():
        found.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        found.setColor(QPalette.ColorGroup.Disabled, role, QColor(scheme.muted))
    return found


def style_sheet(scheme: Scheme) -> str:
    """Return the style sheet in this scheme's colours.

    A palette cannot express radii and tints, so there is one template for both schemes.
    """
    roles = ("access", "refresh", "id", "good", "warning", "bad")
    words = {f"@{name}@": str(value) for name, value in asdict(scheme).items()}
    words |= {f"@{role}_tint@": scheme.tint(role) for role in roles}
    words |= {f"@{role}_text@": text_on_tint(scheme, role) for role in roles}
    words["@hover@"] = mixed(scheme.text, scheme.raised, 0.06)
    words["@access_hover@"] = mixed(scheme.text, scheme.access, 0.12)
    words["@text_tint@"] = mixed(scheme.muted, scheme.surface, _TINT)
    for icon in ("check", "left", "right"):
        words[f"@{icon}@"] = path_of(f"icons/{icon}-{scheme.name}.svg")
    found = text_file("style.qss")
    for word, colour in words.items():
        found = found.replace(word, colour)
    return _LENGTH.sub(lambda length: f"{px(float(length[1]))}px", found + _mono_rules())


def _mono_rules() -> str:
    family = _fixed_font(_BASE_PX).family()
    return "".join(
        f'*[mono="{pixels}{mark}"] {{ font-family: "{family}"; font-size: {pixels}px; font-weight: {weight}; }}\n'
        for pixels in MONO_PX
        for mark, weight in (("", 400), ("b", 600))
    )
