"""The pages of all kinds of sign-in, one of them in front."""

from PySide6.QtWidgets import QStackedWidget

from ui.session import kinds
from ui.session.sign_in_panel import SignInPanel
from ui.widgets.scrolling import scrolling


class SignInPages(QStackedWidget):
    """Has a form for every kind, by the kind's name, and the pages of all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("signInPages")
        self.forms = {make.kind.name: make(self) for make in kinds.FORMS}
        self._places: dict[SignInPanel, int] = {}
        for form in self.forms.values():
            for name, panel in form.panels.items():
                # they ask for more height than a low window has
                self._places[panel] = self.addWidget(scrolling(f"{name}Scroll", panel))

    @property
    def panels(self) -> tuple[SignInPanel, ...]:
        """The pages of all forms."""
        return tuple(self._places)

    @property
    def panel(self) -> SignInPanel:
        """The page in front."""
        return next(panel for panel, place in self._places.items() if place == self.currentIndex())

    def show_panel(self, panel: SignInPanel) -> None:
        """Bring a page to the front."""
        self.setCurrentIndex(self._places[panel])

    def show_presenter(self, *, on: bool) -> None:
        """Mask what nobody else in the room may read, or show it."""
        for panel in self._places:
            panel.show_presenter(on=on)
