"""One sign-in at a time: which page must be shown, and how each of them ends."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from app.clock import SystemClock
from app.connection import Connection
from app.errors import Hiccup, SignInFailed
from app.errors.reasons import SignInEnded, Standing
from app.journal import Journal
from app.secret import Secret
from app.session.device_sign_in import DeviceWaiting
from app.session.direct_sign_in import Factor, PushWaiting, SecondFactorPrompt
from app.session.kinds.browser import BROWSER
from app.session.kinds.device import DEVICE
from app.session.kinds.kind import SignInKind
from app.session.sign_in import Waiting
from tests.panels import panel_in, shown_in
from tests.preview.tokens import NOW
from ui.session.browser_waiting import BrowserWaitingPanel
from ui.session.device_waiting import DeviceWaitingPanel
from ui.session.kinds.password import PasswordForm
from ui.session.password_panel import PasswordPanel
from ui.session.second_factor import SecondFactorPanel
from ui.session.sign_in_controller import SignInController
from ui.session.sign_in_panel import SignInPanel
from ui.shell.clipboard import Clipboard
from ui.shell.commands import Possible
from ui.shell.page import Page
from ui.shell.session_model import SessionModel
from ui.shell.tasks import TaskScope
from ui.window.main_window import MainWindow

pytestmark = pytest.mark.any_font

URL = "https://as.example/authorize?state=x"
LINK = "https://as.example/activate"
OKTA = Connection(name="Okta", issuer="https://as.example", client_id="c")


@dataclass
class Session:
    tokens: object = None


@dataclass
class FakeClock:
    def now(self) -> float:
        return NOW


@dataclass
class FakeConnections:
    """Connections whose sign-ins wait until the test says how they end."""

    connection: Connection = OKTA
    is_connected: bool = True
    session: Session = field(default_factory=Session)
    clock: FakeClock = field(default_factory=FakeClock)
    journal: Journal = field(default_factory=lambda: Journal(SystemClock()))
    opened: list[str] = field(default_factory=list)
    told: list[Callable[[bool], None]] = field(default_factory=list)
    passwords: list[Secret] = field(default_factory=list)
    end: "asyncio.Future[None] | None" = None
    first_factor: Callable[[SecondFactorPrompt], Awaitable[Any]] | None = None

    def open_browser(self, url: str, told: Callable[[bool], None]) -> None:
        self.opened.append(url)
        self.told.append(told)

    async def _until_the_end(self) -> None:
        self.end = asyncio.get_running_loop().create_future()
        await self.end

    async def sign_in(self, kind: SignInKind[Any], prompt: Any) -> None:
        if kind is BROWSER:
            prompt(Waiting(URL, "http://127.0.0.1:5/callback", NOW + 65))
            self.open_browser(URL, lambda _: None)
        elif kind is DEVICE:
            prompt(DeviceWaiting("WDJB-MJHT", LINK, None, NOW + 65))
        else:
            self.passwords.append(prompt.password)
            if self.first_factor is not None:
                await self.first_factor(prompt.factors)
        await self._until_the_end()


@dataclass
class World:
    controller: SignInController
    window: MainWindow
    model: SessionModel
    connections: FakeConnections
    tasks: TaskScope
    changes: list[bool]
    failures: list[BaseException]


@pytest.fixture
def world(qtbot: QtBot, loop: QEventLoop) -> Iterator[World]:
    window = MainWindow()
    window.furnish()
    qtbot.addWidget(window, before_close_func=lambda each: setattr(each, "_may_close", True))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.commands.show_possible(Possible(is_ready=True))
    window.show_page(Page.SIGNED_OUT)
    failures: list[BaseException] = []
    changes: list[bool] = []
    tasks = TaskScope(failures.append, window)
    connections = FakeConnections()

    model = SessionModel(connections, tasks, window)  # type: ignore[arg-type]
    model.is_ready = True
    model.show_page()
    model.page_chosen.connect(window.show_page)
    model.session_changed.connect(lambda: changes.append(model.is_signing_in))
    made = SignInController(window.session, window.shell(tasks, Clipboard(window)), model)
    yield World(made, window, model, connections, tasks, changes, failures)
    made.cancel()
    qtbot.waitUntil(lambda: not tasks.running("sign-in"))


def begun(qtbot: QtBot, world: World, kind: str | None = None) -> None:
    world.connections.end = None
    world.controller.start(kind)
    qtbot.waitUntil(lambda: world.connections.end is not None)


def typed(qtbot: QtBot, world: World) -> None:
    panel = panel_in(world.window, PasswordPanel)
    for edit, text in ((panel.username_edit, "ada"), (panel.password_edit, "engine")):
        edit.setText(text)
    world.connections.end = None
    QTest.keyClick(panel.password_edit, Qt.Key.Key_Return)


def end(qtbot: QtBot, world: World, failure: Exception | None = None) -> None:
    found = world.connections.end
    assert found is not None
    if failure is None:
        found.set_result(None)
    else:
        found.set_exception(failure)
    qtbot.waitUntil(lambda: not world.tasks.running("sign-in"))


PAGES = [("browser", BrowserWaitingPanel), ("device", DeviceWaitingPanel), ("password", PasswordPanel)]


@pytest.mark.parametrize(("kind", "page"), PAGES)
def test_it_begins_by_the_connections_kind_and_shows_its_page_by_itself(
    world: World, kind: str, page: type[SignInPanel]
) -> None:
    world.connections.connection = replace(OKTA, sign_in=kind)
    assert (world.controller.is_waiting, world.model.is_signing_in) == (False, False)
    world.window.commands.sign_in.trigger()
    assert (shown_in(world.window), world.model.is_signing_in, world.controller.is_waiting) == (page, True, True)
    assert world.tasks.running("sign-in") is (kind != "password")


@pytest.mark.parametrize(("kind", "page"), PAGES)
def test_each_kind_has_an_action(world: World, kind: str, page: type[SignInPanel]) -> None:
    world.window.commands.sign_in_by[kind].trigger()
    assert shown_in(world.window) is page


def test_nothing_begins_before_there_is_a_connection(world: World) -> None:
    world.connections.is_connected = False
    world.controller.start()
    assert not world.controller.is_waiting
    assert not world.tasks.running("sign-in")


@pytest.mark.parametrize("kind", ["browser", "device"])
def test_what_ends_well_is_told_once_and_leaves_nothing_on_its_page(qtbot: QtBot, world: World, kind: str) -> None:
    begun(qtbot, world, kind)
    end(qtbot, world)
    assert (world.changes, world.failures, world.controller.is_waiting) == ([False], [], False)
    assert panel_in(world.window, BrowserWaitingPanel).url_edit.text() == ""
    assert panel_in(world.window, DeviceWaitingPanel).code_label.text() == ""


@pytest.mark.parametrize("kind", ["browser", "device"])
@pytest.mark.parametrize(
    "failure", [SignInFailed("Declined.", reason=SignInEnded.DECLINED), ValueError("a fault of ours")]
)
def test_what_fails_is_reported_once_its_page_is_free(
    qtbot: QtBot, world: World, kind: str, failure: Exception
) -> None:
    begun(qtbot, world, kind)
    end(qtbot, world, failure)
    assert (world.changes, world.failures, world.model.is_signing_in) == ([False], [failure], False)


def test_asking_again_opens_the_same_url_and_begins_nothing(qtbot: QtBot, world: World) -> None:
    begun(qtbot, world)
    first = world.connections.end
    world.window.show_page(Page.SIGNED_IN)
    world.controller.start()
    world.controller.start("browser")
    assert world.connections.opened == [URL] * 3
    assert world.connections.end is first
    assert shown_in(world.window) is BrowserWaitingPanel
    assert world.changes == []


def test_asking_again_keeps_what_was_typed(world: World) -> None:
    world.controller.start("password")
    panel_in(world.window, PasswordPanel).username_edit.setText("ada")
    world.controller.start()
    assert panel_in(world.window, PasswordPanel).username_edit.text() == "ada"


def test_the_end_of_the_one_before_takes_nothing_from_the_next(qtbot: QtBot, world: World) -> None:
    begun(qtbot, world)
    first = world.connections.end
    begun(qtbot, world, "device")
    assert first is not None
    assert first.cancelled()
    assert (shown_in(world.window), world.changes) == (DeviceWaitingPanel, [])
    assert panel_in(world.window, DeviceWaitingPanel).code_label.text() == "WDJB-MJHT"
    assert panel_in(world.window, BrowserWaitingPanel).url_edit.text() == ""


@pytest.mark.parametrize(("kind", "page"), PAGES)
def test_cancelling_frees_the_page_at_once(qtbot: QtBot, world: World, kind: str, page: type[SignInPanel]) -> None:
    world.controller.start(kind)
    world.controller.cancel()
    assert (world.controller.is_waiting, world.model.is_signing_in, world.changes) == (False, False, [False])
    qtbot.waitUntil(lambda: not world.tasks.running("sign-in"))
    assert (world.changes, world.failures) == ([False], [])
    assert world.window.toasts.texts() == ()


def test_a_cancellation_nobody_asked_for_says_why_and_only_then(world: World) -> None:
    world.controller.cancel("Another connection was chosen.")
    assert (world.changes, world.window.toasts.texts()) == ([], ())
    world.controller.start("password")
    world.controller.cancel("Another connection was chosen.")
    assert world.window.toasts.texts() == ("Another connection was chosen.",)


@pytest.mark.parametrize("opens", ["browser", "device"])
def test_a_browser_that_does_not_open_is_told(qtbot: QtBot, world: World, opens: str) -> None:
    begun(qtbot, world, opens)
    panel = (
        panel_in(world.window, BrowserWaitingPanel)
        if opens == "browser"
        else panel_in(world.window, DeviceWaitingPanel)
    )
    (
        panel_in(world.window, BrowserWaitingPanel).again_button
        if opens == "browser"
        else panel_in(world.window, DeviceWaitingPanel).open_button
    ).click()
    assert world.connections.opened[-1] == (URL if opens == "browser" else LINK)
    world.connections.told[-1](True)
    assert "No browser" not in panel._status.text()
    world.connections.told[-1](False)
    assert "No browser could be opened" in panel._status.text()


def test_the_time_left_is_counted_from_the_first_moment(qtbot: QtBot, world: World) -> None:
    begun(qtbot, world, "device")
    assert "01:05" in panel_in(world.window, DeviceWaitingPanel)._left.text()
    world.model.ticked.emit(NOW + 5)
    assert "01:00" in panel_in(world.window, DeviceWaitingPanel)._left.text()


def test_what_a_page_asks_for_is_announced(qtbot: QtBot, world: World) -> None:
    with qtbot.waitSignal(world.window.toasts.announcer.announced, check_params_cb=lambda text: "W D J B" in text):
        world.controller.start("device")


# By password.


def test_a_password_that_fails_stands_in_its_place(qtbot: QtBot, world: World) -> None:
    world.controller.start("password")
    typed(qtbot, world)
    qtbot.waitUntil(lambda: world.connections.end is not None)
    assert panel_in(world.window, PasswordPanel)._busy.isVisible()
    end(qtbot, world, SignInFailed("Wrong.", reason=SignInEnded.REFUSED))
    assert (world.failures, world.model.is_signing_in, shown_in(world.window)) == ([], True, PasswordPanel)
    assert panel_in(world.window, PasswordPanel).spoken().startswith("Wrong.\nYou are not signed in.")
    assert panel_in(world.window, PasswordPanel).password_edit.hasFocus()
    typed(qtbot, world)
    qtbot.waitUntil(lambda: world.connections.end is not None)
    end(qtbot, world)
    assert (world.changes, world.model.is_signing_in) == ([False], False)
    assert panel_in(world.window, PasswordPanel).username_edit.text() == ""


def test_a_fault_of_ours_is_reported_and_frees_the_page(qtbot: QtBot, world: World) -> None:
    world.controller.start("password")
    typed(qtbot, world)
    qtbot.waitUntil(lambda: world.connections.end is not None)
    end(qtbot, world, ValueError("oh"))
    assert [type(each) for each in world.failures] == [ValueError]
    assert (world.changes, world.model.is_signing_in) == ([False], False)


def test_whoever_is_signed_in_already_stays_so(qtbot: QtBot, world: World) -> None:
    world.connections.session.tokens = object()
    begun(qtbot, world)
    declined, lost = SignInFailed("Declined.", reason=SignInEnded.DECLINED), Hiccup("Lost.")
    end(qtbot, world, declined)
    assert declined.standing is Standing.STILL_SIGNED_IN
    world.controller.start("password")
    typed(qtbot, world)
    qtbot.waitUntil(lambda: world.connections.end is not None)
    end(qtbot, world, SignInFailed("Wrong.", reason=SignInEnded.REFUSED))
    assert panel_in(world.window, PasswordPanel).spoken().splitlines()[1] == "You are still signed in."
    begun(qtbot, world, "device")
    end(qtbot, world, lost)
    assert lost.standing is Standing.STILL_SIGNED_IN


def test_a_code_instead_of_the_phone_asks_anew_with_the_same_password(qtbot: QtBot, world: World) -> None:
    async def ask(factors: SecondFactorPrompt) -> None:
        if await factors.choose(tuple(Factor)) is Factor.PUSH:
            factors.show_push(PushWaiting("42", NOW + 65))
        else:
            await factors.one_time_code(wrong_before=False)

    world.connections.first_factor = ask
    panel = panel_in(world.window, SecondFactorPanel)
    world.controller.start("password")
    typed(qtbot, world)
    qtbot.waitUntil(lambda: shown_in(world.window) is SecondFactorPanel)
    assert shown_in(world.window) is SecondFactorPanel
    assert panel.code_button.hasFocus()
    panel.push_button.click()
    qtbot.waitUntil(lambda: panel.number_label.text() == "42")
    assert "01:05" in panel._left.text()
    panel.instead_button.click()
    qtbot.waitUntil(lambda: "Type the code" in panel.spoken())
    assert world.connections.passwords == [Secret("engine")] * 2
    assert (shown_in(world.window), world.changes) == (SecondFactorPanel, [])
    world.connections.end = None
    panel.code_edit.setText("123456")
    panel.enter_button.click()
    qtbot.waitUntil(lambda: world.connections.end is not None)
    end(qtbot, world)
    assert (world.changes, world.model.is_signing_in, panel.code_edit.text()) == ([False], False, "")


@pytest.mark.parametrize("how", ["well", "wrong", "cancelled"])
def test_nothing_of_the_password_is_kept_once_it_is_over(qtbot: QtBot, world: World, how: str) -> None:
    world.controller.start("password")
    typed(qtbot, world)
    qtbot.waitUntil(lambda: world.connections.end is not None)
    form = world.window.sign_in.forms["password"]
    assert isinstance(form, PasswordForm)
    assert form._again is not None
    if how == "cancelled":
        world.controller.cancel()
    else:
        end(qtbot, world, None if how == "well" else SignInFailed("Wrong.", reason=SignInEnded.REFUSED))
    assert form._again is None
