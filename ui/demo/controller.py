"""Connects the demo org's panel to its controls: one action after the other, each followed by a reading."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from app.errors import LapseError
from app.events import Entry
from app.events.demo import (
    ClockSkewed,
    DemoOrgFound,
    DemoOrgLedgerSetAside,
    DemoOrgPortTaken,
    DemoOrgReset,
    DemoOrgStarted,
    DemoOrgTurned,
    FaultSwitched,
    KeysRotated,
    NetworkCut,
    TimeTravelled,
)
from app.events.wire import Exchange, ExchangeKind
from ui.demo.panel import DemoPanel
from ui.shell.controller import Controller
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell
from ui.shell.tasks import ask, ask_yes_no
from ui.text import clock_time

if TYPE_CHECKING:
    from app.demo.controls import Controls, FaultState, OrgState
    from app.demo.faults import Fault

    Act = Callable[[Controls], Awaitable[object]]

_READING = "read the demo org"
# After these the org's settings have changed, here or elsewhere, or it is another org.
_TURNED = (
    DemoOrgTurned,
    FaultSwitched,
    TimeTravelled,
    ClockSkewed,
    NetworkCut,
    DemoOrgReset,
    DemoOrgStarted,
    DemoOrgFound,
)
# Only this panel shows these.
_SHOWN_NOWHERE = (KeysRotated, DemoOrgFound)
# These explain why the user is signed out.
_STAYS_TRUE = (DemoOrgPortTaken, DemoOrgLedgerSetAside)


class DemoController(Controller):
    """Keeps the panel up to date while it is visible."""

    def __init__(self, panel: DemoPanel, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._panel = panel
        self._one_at_a_time = asyncio.Lock()
        self._numbers = count(1)
        self._controls: Controls | None = None
        self._shown: OrgState | None = None
        self._connect()

    def _show_connection(self) -> None:
        self._controls = self._shown = None
        self._tasks.cancel(_READING)
        self._panel.what_if.in_s = 0.0
        if not self._model.is_ready:
            self._panel.show_unknown()
        elif self._connections.connection.embedded:
            self._shell.side.entitle(self._panel, "Demo org")
            self._read_soon()
        else:
            self._shell.side.entitle(self._panel, "What if?")
            self._panel.show_real(self._connections.connection.name)
            self._tick()

    def _added(self, batch: tuple[Entry, ...]) -> None:
        """Read the org again after events that may have changed its settings or struck a fault."""
        for entry in batch:
            if isinstance(entry.event, _SHOWN_NOWHERE):
                self._shell.toast(entry.sentence())
            elif isinstance(entry.event, _STAYS_TRUE):
                self._shell.show_status(entry.sentence())
            elif isinstance(entry.event, TimeTravelled):
                self._shell.announce(entry.sentence())
        if any(self._calls_for_a_look(entry) for entry in batch):
            self._read_soon()

    def _tick(self) -> None:
        """Read the org where that costs nothing; recalculate "what if" for a real server."""
        if not self._model.is_ready or not self._panel.isVisible():
            return
        if not self._connections.connection.embedded:
            self._think()
        elif self._controls is not None and (state := self._controls.look()) is not None:
            self._show(state)

    # --- requests ---------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        panel, commands, model = self._panel, self._shell.commands, self._model
        model.ready_changed.connect(self._show_connection)
        model.appended.connect(self._added)
        model.ticked.connect(self._tick)
        panel.viewed.connect(self._read_soon)
        panel.choose_demo_requested.connect(self._on_choose_demo)
        panel.what_if.moved.connect(self._tick)
        panel.lifetimes.turn_requested.connect(self._on_turn)
        panel.lifetimes.preset_requested.connect(self._on_preset)
        panel.times.client_skew_requested.connect(self._on_client_skew)
        panel.times.server_skew_requested.connect(self._on_server_skew)
        panel.times.right_requested.connect(self._on_right)
        panel.faults.switched.connect(self._on_switch)
        panel.faults.fault_requested.connect(self._on_fault)
        panel.faults.end_requested.connect(self._on_fault_off)
        panel.faults.cut_requested.connect(self._on_cut)
        commands.demo_panel.triggered.connect(self._on_open)
        commands.travel_10_s.triggered.connect(self._on_10_s)
        commands.travel_1_min.triggered.connect(self._on_1_min)
        commands.jump_to_lapse.triggered.connect(self._on_jump)
        commands.addresses.triggered.connect(self._on_addresses)
        commands.reset_demo.triggered.connect(self._on_reset)
        commands.rotate_keys.triggered.connect(self._on_rotate_keys)
        commands.make_as_new.triggered.connect(self._on_make_as_new)

    def _on_open(self) -> None:
        self._shell.open_side(self._panel)

    def _on_choose_demo(self) -> None:
        self._model.choose_demo()

    def _on_turn(self, knob: str, value: Any) -> None:
        self._do(lambda controls: controls.turn(**{knob: value}))

    def _on_preset(self, name: str) -> None:
        self._do(lambda controls: controls.choose_preset(name))

    def _on_client_skew(self, seconds: int) -> None:
        self._do(lambda controls: controls.skew_client(seconds))

    def _on_server_skew(self, seconds: int) -> None:
        self._do(lambda controls: controls.skew_server(seconds))

    def _on_right(self) -> None:
        self._do(_set_right)

    def _on_switch(self, fault: "Fault", on: bool) -> None:  # noqa: FBT001 - a signal's argument
        self._do(lambda controls: controls.switch(fault, on=on))

    def _on_fault(self, fault: str) -> None:
        self._do(lambda controls: controls.switch_on(fault))

    def _on_fault_off(self, fault: "FaultState") -> None:
        self._do(lambda controls: controls.switch_off(fault))

    def _on_cut(self, cut: bool) -> None:  # noqa: FBT001 - a signal's one argument
        self._do(lambda controls: controls.cut_network(cut=cut))

    def _on_10_s(self) -> None:
        self._do(lambda controls: controls.travel(10))

    def _on_1_min(self) -> None:
        self._do(lambda controls: controls.travel(60))

    def _on_jump(self) -> None:
        self._do(self._jump)

    async def _jump(self, controls: "Controls") -> None:
        if not await controls.travel_to_lapse():
            self._shell.toast("The access token has lapsed already; no clock was moved.")

    def _on_rotate_keys(self) -> None:
        self._do(lambda controls: controls.rotate_keys())

    def _on_make_as_new(self) -> None:
        self._do(lambda controls: controls.make_as_new())

    def _on_addresses(self) -> None:
        self._tasks.start("demo addresses", self._show_addresses)

    def _on_copy_secret(self, text: str) -> None:
        self._shell.clipboard.copy_secret(text)
        self._shell.toast("Copied; the clipboard forgets it in a minute.")

    def _on_reset(self) -> None:
        self._tasks.start("reset", self._reset)

    # --- tasks ----------------------------------------------------------------------------------------------------

    def _do(self, act: "Act") -> None:
        """Queue an action after those before it: none replaces another, however fast they come."""
        self._shell.hide_error()
        self._tasks.start(f"demo org {next(self._numbers)}", self._act, act)

    async def _act(self, act: "Act") -> None:
        async with self._one_at_a_time:
            self._shown = None  # the control shows what was requested, which the org may not have accepted
            controls = await self._turned()
            try:
                await act(controls)
            except LapseError:
                self._read_soon()
                raise

    async def _turned(self) -> "Controls":
        from app.demo.embedded import controls_of

        return await controls_of(self._connections)

    async def _show_addresses(self) -> None:
        from app.demo.embedded import demo_of
        from ui.demo.addresses import AddressesDialog

        addresses = await demo_of(self._connections).addresses()
        presents = self._shell.commands.presenter.isChecked()
        dialog = AddressesDialog(addresses, self._shell.window, presents=presents)
        dialog.copy_requested.connect(self._shell.clipboard.copy)
        dialog.copy_secret_requested.connect(self._on_copy_secret)
        await ask(dialog)

    async def _reset(self) -> None:
        if await ask_yes_no(
            self._shell.window,
            "resetDemoOrgDialog",
            title="Reset the demo org",
            question="Reset the demo org?",
            consequence="It forgets every sign-in and makes a new key. You will have to sign in again.",
            yes="Reset",
        ):
            from app.demo.embedded import reset_demo_org

            await reset_demo_org(self._connections)
            self._model.refresh()

    async def _read(self) -> None:
        controls = await self._turned()
        state = await controls.read()
        self._controls = controls
        self._show(state)
        is_guest = controls.look() is None
        self._panel.show_host(clock_time(self._connections.clock.now()) if is_guest else None)

    # --- display ---------------------------------------------------------------------------------------------

    def _calls_for_a_look(self, entry: Entry) -> bool:
        if isinstance(entry.event, _TURNED):
            return True
        has_faults = self._shown is not None and any(not each.is_over for each in self._shown.faults)
        # Where another process serves the org, reading is an exchange too: it must not cause the next reading.
        return has_faults and isinstance(entry.event, Exchange) and entry.event.kind is not ExchangeKind.CONTROL

    def _read_soon(self) -> None:
        if self._model.is_ready and self._connections.connection.embedded and self._panel.isVisible():
            self._tasks.start(_READING, self._read)

    def _show(self, state: "OrgState") -> None:
        if state != self._shown and not self._one_at_a_time.locked():
            self._shown = state
            self._panel.show_org(state)

    def _think(self) -> None:
        session, what_if = self._connections.session, self._panel.what_if
        left_s = session.decide("What if").remaining_s
        what_if.show_thought(session.decide("What if", in_s=what_if.in_s), left_s)


async def _set_right(controls: "Controls") -> None:
    await controls.skew_server(0.0)
    await controls.skew_client(0.0)
