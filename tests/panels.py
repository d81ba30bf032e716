"""Finds the pages of a sign-in in a window, by their class."""

from typing import TypeVar

from ui.session.sign_in_panel import SignInPanel
from ui.shell.page import Page
from ui.window.main_window import MainWindow

Panel = TypeVar("Panel", bound=SignInPanel)


def panel_in(window: MainWindow, of: type[Panel]) -> Panel:
    return next(each for each in window.sign_in.panels if isinstance(each, of))


def shown_in(window: MainWindow) -> Page | type[SignInPanel]:
    """Return the page shown; while a sign-in is under way, the class of its own page."""
    return type(window.sign_in.panel) if window.page is Page.SIGNING_IN else window.page


def show_in(window: MainWindow, of: type[Panel]) -> Panel:
    found = panel_in(window, of)
    window.sign_in.show_panel(found)
    window.show_page(Page.SIGNING_IN)
    return found
