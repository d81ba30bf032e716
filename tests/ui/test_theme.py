"""Colours that can be read: contrast of every text and mark, in both schemes."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from ui import theme
from ui.theme import DARK, LIGHT, Scheme, text_on_tint

SCHEMES = pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
ROLES = ("access", "refresh", "id", "good", "warning", "bad")


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    found = QColor(colour)
    return 0.2126 * linear(found.redF()) + 0.7152 * linear(found.greenF()) + 0.0722 * linear(found.blueF())


def test_contrast_knows_its_ends() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1


@SCHEMES
def test_text_is_readable_everywhere(scheme: Scheme) -> None:
    for ground in (scheme.window, scheme.surface, scheme.raised):
        for text in (scheme.text, scheme.muted):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(scheme.on_accent, scheme.access) >= 4.5
    assert contrast(scheme.muted, theme.mixed(scheme.muted, scheme.surface, 0.12)) >= 4.5
    for role in ("good", "warning", "bad", "id"):
        assert contrast(text_on_tint(scheme, role), scheme.tint(role)) >= 4.5, role
        assert contrast(text_on_tint(scheme, role), scheme.surface) >= 4.5, role
    for text in (scheme.text, scheme.muted):
        assert contrast(text, scheme.tint("bad")) >= 4.5
    for text in (scheme.text, text_on_tint(scheme, "bad")):  # what is chosen in the lab's chart
        assert contrast(text, scheme.tint("access")) >= 4.5


@SCHEMES
def test_marks_are_visible(scheme: Scheme) -> None:
    for role in ROLES:
        assert contrast(getattr(scheme, role), scheme.surface) >= 3, role


@SCHEMES
def test_the_style_sheet_has_every_colour_filled_in(scheme: Scheme) -> None:
    assert "@" not in theme.style_sheet(scheme)
    assert scheme.surface in theme.style_sheet(scheme)


def test_the_scheme_changes_while_it_runs(qapp: QApplication) -> None:
    for choice, scheme in (("dark", DARK), ("light", LIGHT), ("system", LIGHT)):
        theme.apply(qapp, choice)
        assert theme.current() is scheme
    theme.apply(qapp, "light")
