"""Connects the second-factor page to a sign-in that awaits the user's answers."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from app.secret import Secret
    from app.session.direct_sign_in import Factor, PushWaiting
    from ui.session.second_factor import SecondFactorPanel


class WindowFactorPrompt(QObject):
    """A SecondFactor for one sign-in, answered by the panel's signals.

    `shown` is called whenever the panel asks for something else. `first` is used without asking if it is offered.
    Cancelling the sign-in cancels the waiting here; later answers are ignored.
    """

    def __init__(self, panel: "SecondFactorPanel", shown: Callable[[], None], *, first: "Factor | None" = None) -> None:
        super().__init__(panel)
        self._panel = panel
        self._shown = shown
        self._first = first
        self._offered: tuple[Factor, ...] = ()
        self._wanted: asyncio.Future[Any] | None = None
        panel.factor_chosen.connect(self._response)
        panel.code_entered.connect(self._response)

    async def choose(self, offered: "tuple[Factor, ...]") -> "Factor":
        """Return the factor the user chooses from `offered`."""
        self._offered = offered
        if self._first is not None and self._first in offered:
            return self._first
        self._panel.show_choice(offered)
        chosen: Factor = await self._asked()
        return chosen

    async def one_time_code(self, *, wrong_before: bool) -> "Secret":
        self._panel.show_code_entry(wrong_before=wrong_before)
        code: Secret = await self._asked()
        return code

    def show_push(self, push: "PushWaiting") -> None:
        """Show what to do on the phone; offer a code instead if there was a choice."""
        from app.session.direct_sign_in import Factor

        self._panel.show_push(push, can_use_code=Factor.ONE_TIME_CODE in self._offered)
        self._shown()

    def close(self) -> None:
        """Ignore further answers."""
        self._panel.factor_chosen.disconnect(self._response)
        self._panel.code_entered.disconnect(self._response)
        self.deleteLater()

    async def _asked(self) -> Any:
        wanted = self._wanted = asyncio.get_running_loop().create_future()
        self._shown()
        return await wanted

    def _response(self, response: object) -> None:
        if self._wanted is not None and not self._wanted.done():
            self._wanted.set_result(response)
