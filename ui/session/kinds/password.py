"""Sign-in with username and password, and a second factor if one is required."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.errors import LapseError
from app.session.kinds.password import PASSWORD, PasswordPrompt
from ui.session.password_panel import PasswordPanel
from ui.session.second_factor import SecondFactorPanel
from ui.session.second_factor_prompt import WindowFactorPrompt
from ui.session.sign_in_form import Attempt, SignInForm
from ui.session.sign_in_panel import SignInPanel

if TYPE_CHECKING:
    from app.connections import Connections
    from app.secret import Secret
    from app.session.direct_sign_in import Factor


class PasswordForm(SignInForm):
    """Has both pages; a failure is shown at the password, which can be typed again."""

    kind = PASSWORD

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._again: Callable[[], None] | None = None  # with a one-time code
        self._password, self._second = PasswordPanel(), SecondFactorPanel()
        self._password.submitted.connect(self._on_submitted)
        self._second.code_instead_requested.connect(self._on_code_instead)
        self._second.phone_requested.connect(self._on_phone)

    @property
    def panels(self) -> Mapping[str, SignInPanel]:
        return {"password": self._password, "secondFactor": self._second}

    def begin(self, attempt: Attempt) -> None:
        super().begin(attempt)
        self._password.show_form(attempt.connections.connection.name, _demo_people(attempt.connections))
        attempt.show(self._password)

    def takes_failure(self, failure: LapseError) -> bool:
        """Show the failure in the form; the username stays."""
        if self._attempt is None:
            return False
        self._again = None
        self._second.clear()
        self._password.show_error(failure)
        self._attempt.show(self._password)
        return True

    def forget(self) -> None:
        """Drop everything typed, including the password kept for another try."""
        super().forget()
        self._again = None
        self._password.clear()
        self._second.clear()

    def _on_submitted(self, username: str, password: "Secret") -> None:
        self._try(username, password, None)

    def _on_code_instead(self) -> None:
        if self._again is not None:
            self._again()

    def _on_phone(self) -> None:
        from app.demo.embedded import demo_of

        if self._attempt is None:
            return
        hosting = demo_of(self._attempt.connections).host.hosting
        if hosting is not None:
            self._attempt.open_browser(f"{hosting.base_url}/phone")

    def _try(self, username: str, password: "Secret", first: "Factor | None") -> None:
        from app.session.direct_sign_in import Factor

        attempt = self._attempt
        if attempt is None:
            return
        # A sign-in started with the phone cannot continue with a code, so it starts again with the same password
        self._again = partial(self._try, username, password, Factor.ONE_TIME_CODE)
        self._second.clear()
        self._second.show_phone(is_demo=attempt.connections.connection.embedded)
        factors = WindowFactorPrompt(self._second, partial(attempt.show, self._second), first=first)
        attempt.run(PasswordPrompt(username=username, password=password, factors=factors), factors.close)


def _demo_people(connections: "Connections") -> tuple[tuple[str, str], ...]:
    if not connections.connection.embedded:
        return ()
    from app.demo.org import ADA, GRACE

    return tuple((each.short_login, each.password) for each in (ADA, GRACE))
