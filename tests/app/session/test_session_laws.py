"""Laws of the session under random sequences of calls, lapses, faults, cancellations and restarts."""

import asyncio
import json
from collections.abc import Awaitable
from typing import Any
from urllib.parse import parse_qs

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.errors import Refusal
from app.session.states import Ended, SignedIn, SignedOut
from app.sim_loop import SimClock, SimLoop
from app.testing.network import lost_after_commit, refused, responses, slow
from app.testing.sessions import World
from tests.examples import share

FAULTS = {
    "lost": lost_after_commit,
    "refused": refused(),
    "cut off": refused(httpx.ReadError),
    "503": responses(503),
    "503 come back": responses(503, b"", retry_after="2"),
    "429": responses(429, b'{"error":"invalid_grant"}', content_type="application/json"),
    "html": responses(200, b"<html>", content_type="text/html"),
    "slow": slow(3),
}


class Life(RuleBasedStateMachine):
    """One person's session, from sign-in on, with a server that rotates and has a grace period of 30 s."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = SimLoop()
        asyncio.set_event_loop(None)
        self.world = World(SimClock())
        self.secrets: set[str] = set()
        self.retired: set[str] = set()
        self.current: str | None = None
        self.looked_at = 0
        self.ended = False

    def run(self, work: Awaitable[Any]) -> Any:
        async def main() -> Any:
            return await work

        return self.loop.run_until_complete(main())

    @initialize()
    def sign_in(self) -> None:
        self.run(self.world.sign_in())

    @rule(seconds=st.sampled_from([0.5, 5, 31, 90]))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.jump(seconds)

    @rule(step=st.sampled_from([-120.0, 120.0]))
    def the_clock_is_set(self, step: float) -> None:
        self.world.clock.step_wall(step)
        self.world.org.clock.skew_s -= step  # the server is right

    @rule(name=st.sampled_from(sorted(FAULTS)))
    def trouble_comes(self, name: str) -> None:
        self.world.network.faults.append(FAULTS[name])

    @rule(times=st.integers(1, 8))
    def calls_are_made(self, times: int) -> None:
        async def many() -> None:
            await asyncio.gather(*(self.world.calls.call("GET", self.world.org.api_url) for _ in range(times)))

        self.run(many())

    @rule(after=st.sampled_from([0.0, 0.1, 1.0]))
    def a_call_is_cancelled(self, after: float) -> None:
        async def cancelled() -> None:
            task = self.loop.create_task(self.world.calls.call("GET", self.world.org.api_url))
            await asyncio.sleep(after)
            task.cancel()
            await asyncio.wait({task})

        self.run(cancelled())

    @rule()
    def the_access_token_is_dropped(self) -> None:
        if isinstance(self.world.session.state, SignedIn):
            self.run(self.world.session.drop_access_token())

    @rule()
    def the_api_rejects_the_token(self) -> None:
        tokens = self.world.session.tokens
        if tokens is not None and tokens.access is not None:
            self.run(self._fresh(tokens.access.value))

    async def _fresh(self, rejected: Any) -> None:
        await asyncio.gather(self.world.session.fresh_token(not_this=rejected), return_exceptions=True)

    @rule()
    def the_program_restarts(self) -> None:
        before = self.world.session
        self.run(self.world.restart())
        assert isinstance(self.world.session.state, SignedIn) == isinstance(before.state, SignedIn)
        self.ended = self.ended or isinstance(before.state, Ended)

    @precondition(lambda self: not isinstance(self.world.session.state, SignedIn))
    @rule()
    def the_person_signs_in_again(self) -> None:
        self.world.network.faults.clear()
        self.run(self.world.sign_in())
        self.looked_at = 0

    @invariant()
    def a_refresh_token_that_was_replaced_never_goes_out_again(self) -> None:
        for request in self.world.network.requests[self.looked_at :]:
            if request.url.path.endswith("/token"):
                sent = parse_qs(request.content.decode()).get("refresh_token", [""])[0]
                assert sent not in self.retired
        self.looked_at = len(self.world.network.requests)
        held = self._stored_refresh()
        if held is not None and self.current not in (None, held):
            self.retired.add(str(self.current))
        self.current = held or self.current

    @invariant()
    def what_is_held_is_what_is_stored(self) -> None:
        tokens = self.world.session.tokens
        if tokens is not None and tokens.refresh is not None:
            assert self._stored_refresh() == tokens.refresh.value.reveal()

    @invariant()
    def only_a_refusal_ends_it(self) -> None:
        state = self.world.session.state
        if isinstance(state, Ended):
            assert isinstance(state.reason, Refusal)
        elif isinstance(state, SignedOut):
            assert self.ended  # it had ended before the program was started again

    @invariant()
    def no_secret_is_written_down(self) -> None:
        tokens = self.world.session.tokens
        if tokens is not None:
            self.secrets |= {held.value.reveal() for held in (tokens.access, tokens.refresh, tokens.id) if held}
        written = repr(self.world.told)
        assert not [secret for secret in self.secrets if secret in written]

    def _stored_refresh(self) -> str | None:
        text = self.world.store._texts.get("demo")  # without running the loop: a refresh may be under way
        found = json.loads(text)["refresh"] if text else None
        return found[1] if found else None

    def teardown(self) -> None:
        async def end() -> None:
            await self.world.close()

        self.run(end())
        self.loop.close()


TestLife = Life.TestCase
TestLife.settings = settings(share(2), stateful_step_count=30, suppress_health_check=list(HealthCheck))
