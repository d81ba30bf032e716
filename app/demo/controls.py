"""The demo org's controls as a person turns them: knobs, presets, faults, keys and time, each told in the journal."""

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

# Okta's expiries are whole seconds, and the server rounds them down: a second later everybody takes it for lapsed.
_PAST_LAPSE_S = 1.0


@dataclass(frozen=True, slots=True)
class FaultState:
    """A fault that was switched on: its number at the org, how it is written, how often it struck, if it is over."""

    number: int
    fault: str
    struck: int
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgState:
    """How the demo org is turned: `knobs` by name (see `DemoOrg.knobs`), faults, and time in seconds.

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
    """Turns the demo org through its control API, whoever serves it; `org` is given where this process does.

    Each act raises LapseError when it cannot be carried out; then it has changed nothing.
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
        """Return how the org is turned, without any request; None where another process serves it."""
        if self._org is None:
            return None
        from app.demo import state

        return self._state(state.turned(self._org))

    async def read(self) -> OrgState:
        """Return how the org is turned; asked over HTTP only where another process serves it."""
        seen = self.look()
        if seen is not None:
            return seen
        asked = self._asked("how is it turned?")
        return self._state(await self._controller.read(cause=asked))

    async def turn(self, **knobs: Any) -> None:
        """Turn knobs by name, at once; see `DemoOrg.knobs`."""
        asked = self._asked(f"turn {', '.join(f'{name} to {_shown(value)}' for name, value in knobs.items())}")
        await self._controller.turn(knobs, cause=asked)
        turned = tuple((name, _shown(value)) for name, value in knobs.items())
        self._journal.append(DemoOrgTurned(turned), cause=asked)

    async def choose_preset(self, name: str) -> None:
        """Turn the knobs of a preset (see `app.demo.presets`)."""
        asked = self._asked(f"follow the preset {name}")
        before = (await self._controller.read(cause=asked))["knobs"]
        after = await self._controller.turn({"preset": name}, cause=asked)
        turned = tuple((knob, _shown(value)) for knob, value in after.items() if before.get(knob) != value)
        self._journal.append(DemoOrgTurned(turned, name), cause=asked)

    async def switch_on(self, fault: str) -> int:
        """Switch on a fault as it is written (see `Fault`), and return its number."""
        asked = self._asked(f"switch on {fault}")
        number = int((await self._controller.switch_on(fault, cause=asked))[-1]["number"])
        self._journal.append(FaultSwitched(fault, number, on=True), cause=asked)
        return number

    async def switch_off(self, fault: FaultState) -> None:
        asked = self._asked(f"switch off {fault.fault}")
        await self._controller.switch_off(fault.number, cause=asked)
        self._journal.append(FaultSwitched(fault.fault, fault.number, on=False), cause=asked)

    async def switch(self, fault: Fault, *, on: bool) -> None:
        """Let this fault take the place of the newest that is like it; not `on`: end that one, if there is one.

        Which one that is the org is asked at this moment: what somebody saw of it before may be over.
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
        """Let so many seconds pass at once at the org and here (negative: back); every other Lapse goes along.

        The transport to the org tells the journal of it, as it does when another Lapse has travelled.
        """
        asked = self._asked(f"both clocks {'on' if seconds >= 0 else 'back'} by {duration(seconds)}")
        await self._controller.set_clock(jump_s=seconds, cause=asked)

    async def travel_to_lapse(self) -> bool:
        """Let time pass at once until the access token has just lapsed; return whether it had not yet.

        Raises BadInput where nobody knows when.
        """
        decision = self._session.decide("Jump to lapse")
        if decision.access_name is None or decision.remaining_s is None:
            raise BadInput(
                "There is no access token in hand whose end is known.", next_step="Sign in, or call the API first."
            )
        if decision.remaining_s <= 0:
            return False
        await self.travel(decision.remaining_s + _PAST_LAPSE_S)
        return True

    async def skew_server(self, seconds: float) -> None:
        """Make the org's clock wrong by so many seconds, ahead of everybody else's; 0 makes it right again."""
        asked = self._asked(f"its own clock {seconds:+g} s")
        await self._controller.set_clock(skew_s=seconds, cause=asked)
        self._journal.append(ClockSkewed("server", seconds), cause=asked)

    async def skew_client(self, seconds: float) -> None:
        """Make our own wall clock wrong by so many seconds, ahead of the org's; elapsed time is not touched."""
        self._clock.skew_s = seconds
        self._journal.append(ClockSkewed("client", seconds))

    async def cut_network(self, *, cut: bool) -> None:
        """Cut the network between this Lapse and the org, or mend it; the controls get through."""
        if self._transport.is_cut != cut:
            self._transport.is_cut = cut
            self._journal.append(NetworkCut(cut))

    async def make_as_new(self, **knobs: Any) -> None:
        """Turn every knob as it was at first, but for `knobs`; no faults, both clocks right, the network mended.

        Time stays where it has travelled to, and sessions go on.
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
        """Let the org sign with a new key; with `overlap` the old ones stay published."""
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
    """Return every knob as it is in a new demo org."""
    return knobs_of(Policy(), LAPSE)


def _shown(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
