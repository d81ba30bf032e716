"""Sign-in on another device: the page with the code and the link."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.session.kinds.device import DEVICE
from ui.session.device_waiting import DeviceWaitingPanel
from ui.session.sign_in_form import Attempt, SignInForm
from ui.session.sign_in_panel import SignInPanel

if TYPE_CHECKING:
    from app.session.device_sign_in import DeviceWaiting


class DeviceForm(SignInForm):
    """Has the panel that waits for the other device."""

    kind = DEVICE

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting = DeviceWaitingPanel()
        self._waiting.copy_requested.connect(self._copy)
        self._waiting.open_requested.connect(self._open)

    @property
    def panels(self) -> Mapping[str, SignInPanel]:
        return {"device": self._waiting}

    def begin(self, attempt: Attempt) -> None:
        super().begin(attempt)
        self._waiting.show_preparing()
        attempt.show(self._waiting)
        attempt.run(partial(self._show_code, attempt))

    def show_no_browser(self) -> None:
        self._waiting.show_no_browser()

    def forget(self) -> None:
        super().forget()
        self._waiting.show_preparing()

    def _show_code(self, attempt: Attempt, waiting: "DeviceWaiting") -> None:
        if attempt is self._attempt:
            self._waiting.show_code(waiting)
            attempt.show(self._waiting)

    def _copy(self, text: str) -> None:
        if self._attempt is not None:
            self._attempt.copy(text)

    def _open(self, url: str) -> None:
        if self._attempt is not None:
            self._attempt.open_browser(url)
