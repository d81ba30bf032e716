"""The demo org's controls for the user: knobs, presets, faults, keys and time; each change is journalled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.demo.applications import LAPSE
from app.demo.control_client import ControlClient
from app.demo.embedded_transport import EmbeddedTransport
from app.demo.faults import Fault
from app.demo.org import knobs_of
from app.demo.policy import Policy
from app.errors import BadInput
from app.events.demo import ClockSkewed, ControlRequested, DemoOrgTurned, FaultSwitched, KeysRotated, NetworkCut
from app.text import duration

if TYPE_CHECKING:
    # For types alone: the panel shows an OrgState before anything of the session is loaded.
    from app.clock import OwnClock
    from app.demo.org import DemoOrg
    from app.journal import JournalWriter
    from app.session.session import Session

# Okta's expiries are whole seconds, rounded down by the server: a second later all agree that it has expired.
_PAST_LAPSE_S = 1.0


@dataclass(frozen=True, slots=True)
class FaultState:
    """A fault that was switched on: its number, its text, how often it was applied, and whether it is over."""

    number: int
    fault: str
    struck: int
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgState:
    """The demo org's settings: `knobs` by name (see `DemoOrg.knobs`), faults, and time in seconds.

    `moved_s` is how far both clocks were moved; `server_skew_s` and `client_skew_s` how far each is ahead besides.
    `is_cut`: the network between this Lapse and the org is cut.
    """

    knobs: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    faults: tuple[FaultState, ...] = ()
    moved_s: float = 0.0
    server_skew_s: float = 0.0
    client_skew_s: float = 0.0
    is_cut: bool = False


class Controls:
    """Changes the demo org through its control API, in whichever process it runs; `org` is given if it is this one.

    A method that raises LapseError has changed nothing.
    """

    def __init__(
        self,
        session: "Session",
        clock: "OwnClock",
        journal: "JournalWriter",
        controller: ControlClient,
        transport: EmbeddedTransport,
        org: "DemoOrg | None" = None,
    ) -> None:
        self._session = session
        self._clock = clock
        self._journal = journal
        self._controller = controller
        self._transport = transport
        self._org = org

    def look(self) -> OrgState | None:
        """Return the org's settings without any request; None if another process serves it."""
        if self._org is None:
            return None
        from app.demo import state

        return self._state(state.turned(self._org))

    async def read(self) -> OrgState:
        """Return the org's settings; over HTTP only if another process serves it."""
        seen = self.look()
        if seen is not None:
            return seen
        asked = self._asked("read its settings")
        return self._state(await self._controller.read(cause=asked))

    async def turn(self, **knobs: Any) -> None:
        """Change knobs by name; see `DemoOrg.knobs`."""
        asked = self._asked(f"set {', '.join(f'{name} to {_shown(value)}' for name, value in knobs.items())}")
        await self._controller.turn(knobs, cause=asked)
        turned = tuple((name, _shown(value)) for name, value in knobs.items())
        self._journal.append(DemoOrgTurned(turned), cause=asked)

    async def choose_preset(self, name: str) -> None:
        """Apply a preset (see `app.demo.presets`)."""
        asked = self._asked(f"apply the preset {name}")
        before = (await self._controller.read(cause=asked))["knobs"]
        after = await self._controller.turn({"preset": name}, cause=asked)
        turned = tuple((knob, _shown(value)) for knob, value in after.items() if before.get(knob) != value)
        self._journal.append(DemoOrgTurned(turned, name), cause=asked)

    async def switch_on(self, fault: str) -> int:
        """Switch on a fault, given as text (see `Fault`), and return its number."""
        asked = self._asked(f"switch on {fault}")
        number = int((await self._controller.switch_on(fault, cause=asked))[-1]["number"])
        self._journal.append(FaultSwitched(fault, number, on=True), cause=asked)
        return number

    async def switch_off(self, fault: FaultState) -> None:
        asked = self._asked(f"switch off {fault.fault}")
        await self._controller.switch_off(fault.number, cause=asked)
        self._journal.append(FaultSwitched(fault.fault, fault.number, on=False), cause=asked)

    async def switch(self, fault: Fault, *, on: bool) -> None:
        """Replace the newest similar fault by this one; if not `on`, switch that one off.

        The org is asked for it now, since a state read earlier may be outdated.
        """
        found = [each for each in (await self.read()).faults if Fault.parse(each.fault).is_like(fault)]
        if found:
            await self.switch_off(found[-1])
        if on:
            await self.switch_on(str(fault))

    async def switch_all_off(self) -> None:
        """Switch off every fault, those that are over too."""
        for fault in (await self.read()).faults:
            await self.switch_off(fault)

    async def travel(self, seconds: float) -> None:
        """Advance time at the org and here by `seconds` (negative: back); every other Lapse process follows.

        The transport to the org journals it, as it does when another Lapse has moved time.
        """
        asked = self._asked(f"both clocks {'on' if seconds >= 0 else 'back'} by {duration(seconds)}")
        await self._controller.set_clock(jump_s=seconds, cause=asked)

    async def travel_to_lapse(self) -> bool:
        """Advance time until the access token has just expired; return whether it was still valid.

        Raises BadInput if its expiry is unknown.
        """
        decision = self._session.decide("Jump to lapse")
        if decision.access_name is None or decision.remaining_s is None:
            raise BadInput("There is no access token with a known expiry.", next_step="Sign in, or call the API first.")
        if decision.remaining_s <= 0:
            return False
        await self.travel(decision.remaining_s + _PAST_LAPSE_S)
        return True

    async def skew_server(self, seconds: float) -> None:
        """Set the org's clock `seconds` ahead of all others; 0 makes it right again."""
        asked = self._asked(f"its own clock {seconds:+g} s")
        await self._controller.set_clock(skew_s=seconds, cause=asked)
        self._journal.append(ClockSkewed("server", seconds), cause=asked)

    async def skew_client(self, seconds: float) -> None:
        """Set our own wall clock `seconds` ahead of the org's; the monotonic clock is unchanged."""
        self._clock.skew_s = seconds
        self._journal.append(ClockSkewed("client", seconds))

    async def cut_network(self, *, cut: bool) -> None:
        """Cut or restore the network between this Lapse and the org; the controls still get through."""
        if self._transport.is_cut != cut:
            self._transport.is_cut = cut
            self._journal.append(NetworkCut(cut))

    async def make_as_new(self, **knobs: Any) -> None:
        """Reset every knob except `knobs`, the faults, both clocks and the network.

        Time stays where it was moved to, and sessions stay.
        """
        state = await self.read()
        wanted = {**first_knobs(), **knobs}
        turned = {name: value for name, value in wanted.items() if state.knobs.get(name) != value}
        if turned:
            await self.turn(**turned)
        for fault in state.faults:
            await self.switch_off(fault)
        if state.server_skew_s:
            await self.skew_server(0.0)
        if state.client_skew_s:
            await self.skew_client(0.0)
        await self.cut_network(cut=False)

    async def rotate_keys(self, *, overlap: bool = True) -> None:
        """Rotate the org's signing key; with `overlap` the old ones stay published."""
        asked = self._asked("sign with a new key")
        await self._controller.rotate_keys(overlap=overlap, cause=asked)
        self._journal.append(KeysRotated(overlap), cause=asked)

    def _asked(self, what: str) -> int:
        return self._journal.append(ControlRequested(what)).seq

    def _state(self, found: Mapping[str, Any]) -> OrgState:
        return OrgState(
            knobs=MappingProxyType(dict(found["knobs"])),
            faults=tuple(
                FaultState(int(each["number"]), str(each["fault"]), int(each["struck"]), bool(each["is_over"]))
                for each in found["faults"]
            ),
            moved_s=float(found["clock"]["moved_s"]),
            server_skew_s=float(found["clock"]["skew_s"]),
            client_skew_s=self._clock.skew_s,
            is_cut=self._transport.is_cut,
        )


def first_knobs() -> dict[str, Any]:
    return knobs_of(Policy(), LAPSE)


def _shown(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
