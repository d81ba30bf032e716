"""The pages of all sign-in methods, one of them in front."""

from PySide6.QtWidgets import QStackedWidget

from ui.session import kinds
from ui.session.sign_in_panel import SignInPanel
from ui.widgets.scrolling import scrolling


class SignInPages(QStackedWidget):
    """The forms by the name of their method, and their pages."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("signInPages")
        self.forms = {make.kind.name: make(self) for make in kinds.FORMS}
        self._places: dict[SignInPanel, int] = {}
        for form in self.forms.values():
            for name, panel in form.panels.items():
                # scrollable, because they need more height than a low window has
                self._places[panel] = self.addWidget(scrolling(f"{name}Scroll", panel))

    @property
    def panels(self) -> tuple[SignInPanel, ...]:
        """The pages of all forms."""
        return tuple(self._places)

    @property
    def panel(self) -> SignInPanel:
        return next(panel for panel, place in self._places.items() if place == self.currentIndex())

    def show_panel(self, panel: SignInPanel) -> None:
        self.setCurrentIndex(self._places[panel])

    def show_presenter(self, *, on: bool) -> None:
        """Mask what the audience must not read, or show it."""
        for panel in self._places:
            panel.show_presenter(on=on)
