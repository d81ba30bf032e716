"""Laws of the session under generated token responses, other processes and a failing store, at a server without grace.

The org rotates on every refresh and takes each refresh token once; its responses are made odd on their way. What must
hold: a refresh token that reached us is the one that goes out next, a replaced one never goes out again, no error says
anything of the session but how it stands, and no secret is written down.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.errors import LapseError
from app.errors.reasons import Standing
from app.session.calls import CallResult
from app.session.session import Session
from app.session.states import SignedIn
from app.sim_loop import SimClock, SimLoop
from app.testing.network import NetworkFault
from app.testing.sessions import World
from tests.app.session.odd_responses import sent_refresh_tokens
from tests.app.session.test_store_shared import Keyring, KeyringState
from tests.examples import share

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**12),
    st.floats(),
    st.sampled_from(["", " ", "0", "3600", "3600.0", "soon", "9" * 5000, "Bearer", "a b", "é", "\ud800", "x" * 3000]),
    st.lists(st.text(max_size=5), max_size=2),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)
CHANGES = st.dictionaries(
    st.sampled_from(["access_token", "token_type", "expires_in", "scope", "id_token", "error", "x"]), VALUES, max_size=3
)


def _form(members: dict[str, Any]) -> bytes:
    texts = [(name, each) for name, each in members.items() if isinstance(each, str)]
    return urlencode(texts, errors="replace").encode()


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.title() for each in rest)


WRITERS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "json": lambda members: json.dumps(members).encode(),
    "indented": lambda members: json.dumps(members, indent=4).encode(),
    "after a BOM": lambda members: b"\xef\xbb\xbf" + json.dumps(members).encode(),
    "utf-16": lambda members: json.dumps(members).encode("utf-16"),
    "wrapped": lambda members: json.dumps({"data": [members]}).encode(),
    "in camel case": lambda members: json.dumps({_camel(name): each for name, each in members.items()}).encode(),
    "a form": _form,
    "cut at the end": lambda members: json.dumps(members).encode()[:-1],
    "far too long": lambda members: json.dumps({**members, "padding": "p" * (1 << 20)}).encode(),
}


class Responses(RuleBasedStateMachine):
    """One person's session in two processes, at a server whose responses are odd."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="lapse-laws-")
        self.loop = SimLoop()
        asyncio.set_event_loop(None)
        self.world = World(SimClock())
        self.keyring = Keyring()
        self.world.store = self.keyring
        self.world.lock_folder = Path(self.folder.name)
        self.sessions = [self.world.second_session(self.keyring)]
        self.replaced: list[str] = []
        self.newest = ""
        self.secrets: set[str] = set()
        self.odd: list[NetworkFault] = []
        self.errors: list[tuple[Session, LapseError]] = []

    def run(self, work: Awaitable[Any]) -> Any:
        async def main() -> Any:
            return await work

        return self.loop.run_until_complete(main())

    @initialize()
    def sign_in(self) -> None:
        async def begin() -> None:
            self.world.turn(grace_s=0, refresh_token_lifetime_s=0, refresh_idle_s=0)
            self.world.use(self.sessions[0])
            await self.world.sign_in()

        self.run(begin())
        self._came(self._refresh_token_of(self.sessions[0]))

    @rule(
        status=st.sampled_from([200, 200, 200, 201, 203, 206]),
        media_type=st.sampled_from(["application/json", "text/plain", "text/html", "application/x-odd", None]),
        changes=CHANGES,
        writer=st.sampled_from(sorted(WRITERS)),
    )
    def a_response_will_be_odd(self, status: int, media_type: str | None, changes: dict[str, Any], writer: str) -> None:
        def write(members: dict[str, Any]) -> httpx.Response:
            raw = WRITERS[writer]({**members, **changes})
            headers = {} if media_type is None else {"content-type": media_type}
            return httpx.Response(status, headers=headers, stream=httpx.ByteStream(raw))

        self.odd.append(self._answering(write))

    @rule(which=st.integers(0, 1), lapsed=st.booleans(), times=st.integers(1, 3))
    def calls_are_made(self, which: int, *, lapsed: bool, times: int) -> None:
        if lapsed:
            self.world.clock.jump(3601)
        session = self._process(which)
        self.world.use(session)

        async def many() -> list[CallResult]:
            return await asyncio.gather(*(self.world.calls.call("GET", self.world.org.api_url) for _ in range(times)))

        for result in self._work(many()):
            if result.error is not None:
                self.errors.append((session, result.error))

    @rule(which=st.integers(0, 1))
    def somebody_refreshes(self, which: int) -> None:
        session = self._process(which)

        async def refresh() -> None:
            try:
                await session.fresh_token(asked_for=True)
            except LapseError as error:
                self.errors.append((session, error))

        self._work(refresh())

    @rule(which=st.integers(0, 1))
    def a_process_ends_and_another_begins(self, which: int) -> None:
        if which < len(self.sessions) and self.sessions[which].store_trouble is None:
            self.sessions.pop(which)
        self._process(0)

    @precondition(lambda self: not self.keyring.broken)
    @rule(which=st.integers(0, 1), after_s=st.sampled_from([0.0, 0.05, 0.15, 0.3]))
    def a_process_is_told_to_stop(self, which: int, after_s: float) -> None:
        session = self._process(which)

        async def stop() -> None:
            refreshing = self.loop.create_task(session.fresh_token(asked_for=True))
            await asyncio.sleep(after_s)
            refreshing.cancel()
            await asyncio.wait({refreshing})
            await session.close()

        self._work(stop())
        self.sessions.remove(session)
        self._process(0)

    @rule(times=st.integers(1, 3))
    def the_keyring_cannot_be_read(self, times: int) -> None:
        self.keyring.unreadable = [KeyringState.LOCKED] * times

    @precondition(lambda self: not self.keyring.broken and len(self.sessions) == 1)
    @rule()
    def the_keyring_cannot_be_written(self) -> None:
        self.keyring.broken = True

    @precondition(lambda self: self.keyring.broken)
    @rule()
    def the_keyring_can_be_written_again(self) -> None:
        self.keyring.broken = False
        self.keyring.unreadable = []
        for session in self.sessions:
            assert self.run(session.keep_again()) is None

    @invariant()
    def what_came_last_is_held(self) -> None:
        held = {self._refresh_token_of(session) for session in self.sessions}
        stored = self._stored()
        if self.newest:
            assert self.newest in held | {stored}, "a refresh token that was handed out is lost"
            if not self.keyring.broken:
                assert stored == self.newest

    @invariant()
    def a_replaced_one_never_goes_out(self) -> None:
        sent = sent_refresh_tokens(self.world)
        assert len(sent) == len(set(sent))

    @invariant()
    def every_error_says_how_the_session_stands(self) -> None:
        for session, error in self.errors:
            is_signed_in = isinstance(session.state, SignedIn)
            if error.standing is Standing.STILL_SIGNED_IN:
                assert is_signed_in, error
            elif error.standing is Standing.SIGNED_OUT:
                assert not is_signed_in, error
        self.errors.clear()

    @invariant()
    def nothing_but_a_refusal_ends_it(self) -> None:
        for session in self.sessions:
            assert session.ended is None, session.ended

    @invariant()
    def no_secret_is_written_down(self) -> None:
        written = repr(self.world.told)
        assert not [each for each in (*self.secrets, *self.replaced, self.newest) if each and each in written]

    def _process(self, which: int) -> Session:
        """Return the session of one of two processes; one that has just begun takes it from the store."""
        while len(self.sessions) <= (0 if self.keyring.broken else which):
            session = self.world.second_session(self.keyring)
            self.keyring.unreadable = []
            assert self.run(session.restore())
            self.sessions.append(session)
        return self.sessions[min(which, len(self.sessions) - 1)]

    def _answering(self, write: Callable[[dict[str, Any]], httpx.Response]) -> NetworkFault:
        """Return the way to the org that notes what it hands out, and hands on what `write` makes of it."""

        async def fault(request: httpx.Request, onwards: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
            if not self.keyring.broken:
                assert self._stored() == self.newest, "it is stored before anything is asked again"
            await asyncio.sleep(0.1)
            response = await onwards()
            raw = await response.aread()
            await asyncio.sleep(0.1)
            if response.status_code != httpx.codes.OK:
                return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(raw))
            members = json.loads(raw)
            self._came(members["refresh_token"])
            self.secrets.update((members["access_token"], members["id_token"]))
            return write(members)

        return fault

    def _work(self, work: Awaitable[Any]) -> Any:
        """Run what may refresh; the odd responses come first, and then plain ones."""

        def write(members: dict[str, Any]) -> httpx.Response:
            return httpx.Response(200, json=members)

        faults = self.world.network.faults
        faults[:] = [*self.odd, *([self._answering(write)] * 20)]
        found = self.run(work)
        self.odd = self.odd[len(self.odd) + 20 - len(faults) :]
        return found

    def _came(self, refresh_token: str) -> None:
        self.replaced += [self.newest] if self.newest else []
        self.newest = refresh_token

    def _refresh_token_of(self, session: Session) -> str:
        tokens = session.tokens
        return "" if tokens is None or tokens.refresh is None else tokens.refresh.value.reveal()

    def _stored(self) -> str:
        text = self.keyring._texts.get("demo")
        found = json.loads(text)["refresh"] if text else None
        return str(found[1]) if found else ""

    def teardown(self) -> None:
        async def end() -> None:
            for session in self.sessions:
                await session.close()
            await self.world.http.aclose()

        self.run(end())
        self.loop.close()
        self.folder.cleanup()


TestResponses = Responses.TestCase
TestResponses.settings = settings(
    share(2),
    stateful_step_count=20,
    phases=[Phase.explicit, Phase.generate],  # to shrink a failure takes minutes; every run draws the same
    suppress_health_check=list(HealthCheck),
)
