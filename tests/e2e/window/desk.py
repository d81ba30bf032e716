"""A window on its connections, on a loop that runs inside Qt's, as a test moves it."""

import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from app.assembly import open_assembly
from app.connections import Connections
from app.demo.embedded import demo_of, embedded_demo_org
from app.demo.policy import Policy
from tests.e2e.scripted_browser import sign_in
from tests.panels import shown_in
from tests.still_clock import StillClock
from ui.session.sign_in_panel import SignInPanel
from ui.shell.page import Page
from ui.window.controller import WindowController
from ui.window.main_window import MainWindow


def scripted(url: str, told: Callable[[bool], None]) -> None:
    threading.Thread(target=sign_in, args=(url,), daemon=True).start()


def nobody(url: str, told: Callable[[bool], None]) -> None:
    told(False)


class Desk:
    """A window on its connections, on a loop that runs inside Qt's; without a `clock` of its own, time stands still."""

    def __init__(self, qtbot: QtBot, loop: QEventLoop, policy: Policy | None = None, **more: object) -> None:
        self.qtbot = qtbot
        self._loop = loop
        self._stack = AsyncExitStack()
        self.window = MainWindow()
        self.window.furnish()
        more.setdefault("open_browser", scripted)
        more.setdefault("clock", StillClock())
        more["embedded"] = partial(embedded_demo_org, policy=policy)
        self.connections: Connections = self.run(self._stack.enter_async_context(open_assembly(**more)))  # type: ignore[arg-type]
        self.controller = WindowController(self.window, self.connections)
        self.window.show()
        self.controller.start()
        self._open = True

    def run(self, coroutine):  # type: ignore[no-untyped-def]
        task = self._loop.create_task(coroutine)
        self.qtbot.waitUntil(task.done)
        return task.result()

    def until(self, true: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(true)

    def reach(self, page: Page | type[SignInPanel]) -> None:
        self.until(lambda: shown_in(self.window) is page)

    def click(self, button: object) -> None:
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[arg-type]

    def sign_in(self) -> None:
        self.reach(Page.SIGNED_OUT)
        self.click(self.window.welcome.start_button)
        self.reach(Page.SIGNED_IN)

    def call(self) -> str:
        self.click(self.window.call_strip.call_api_button)
        self.until(lambda: not self.controller.tasks.running("call"))
        return self.window.call_strip.story_label.text()

    @property
    def token_requests(self) -> int:
        assert demo_of(self.connections).host.org is not None
        return demo_of(self.connections).host.org.counters["token"]

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        self.window.hide()
        self.run(self.controller.close())
        self.run(self._stack.aclose())
        self.window.allow_close()
        self.window.deleteLater()


Open = Callable[..., Desk]
