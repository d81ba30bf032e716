"""Plays what a user would do in a lesson, through the same assembly the window uses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.connections import Connections
from app.demo.addresses import PASSWORD, USERNAME
from app.demo.embedded import controls_of, drills_of
from app.doctor.examination import diagnosis_of
from app.secret import Secret
from app.session.calls import CallResult
from app.session.direct_sign_in import NoSecondFactor
from app.session.kinds.password import PASSWORD as BY_PASSWORD
from app.session.kinds.password import PasswordPrompt

READING_S = 300
"""The lifetime of access tokens in the lessons, in seconds: long enough to read."""


class Player:
    """A user of the demo org: signs in as Ada, calls, refreshes, uses the controls; raises LapseError as they do.

    It signs in by password because no browser is needed for that. `bench` is connected to the demo org.
    """

    def __init__(self, bench: Connections) -> None:
        self.bench = bench

    # --- the session ----------------------------------------------------------------------------------------------

    async def sign_in(self) -> None:
        """Sign in as Ada, who has no second factor."""
        await self.bench.sign_in(
            BY_PASSWORD, PasswordPrompt(username=USERNAME, password=Secret(PASSWORD), factors=NoSecondFactor())
        )

    async def sign_out(self) -> None:
        if self.bench.session.tokens is not None:
            await self.bench.sign_out(leave_browser="a lesson signed out")

    async def call(self, times: int = 1) -> list[CallResult]:
        """Call the demo org's API, `count` times concurrently."""
        return await self.bench.call_api_many("GET", self.bench.connection.api_url, times)

    async def refresh_now(self) -> None:
        """Refresh although nothing needs it."""
        await self.bench.session.fresh_token(asked_by="Refresh now", asked_for=True)

    async def restart(self) -> None:
        """Simulate closing Lapse and opening it again."""
        await self.bench.restart()

    @asynccontextmanager
    async def other_lapse(self) -> AsyncIterator["Player"]:
        """Open a second Lapse on the same session, with a user at it."""
        async with self.bench.beside() as other:
            yield Player(other)

    # --- the demo org's controls ----------------------------------------------------------------------------------

    async def start_over(self, **knobs: object) -> None:
        """Set up a lesson's usual start: all settings reset except `knobs`, and Ada signed in.

        Access tokens live long enough to read.
        """
        await self.turn_as_new(**{"access_token_lifetime_s": READING_S, **knobs})
        await self.sign_out()
        await self.sign_in()

    async def turn(self, **knobs: object) -> None:
        await (await controls_of(self.bench)).turn(**knobs)

    async def turn_as_new(self, **knobs: object) -> None:
        """Reset every knob except `knobs`, the faults, the skew and the network.

        Its keys may have been rotated since, so the next sign-in fetches them again.
        """
        await (await controls_of(self.bench)).make_as_new(**knobs)
        self.bench.client.forget_keys()

    async def to_lapse(self) -> None:
        await (await controls_of(self.bench)).travel_to_lapse()

    async def travel(self, seconds: float) -> None:
        await (await controls_of(self.bench)).travel(seconds)

    async def skew_server(self, seconds: float) -> None:
        """Set the org's clock ahead by the given seconds; 0 makes it right."""
        await (await controls_of(self.bench)).skew_server(seconds)

    async def skew_client(self, seconds: float) -> None:
        """Set our clock ahead by the given seconds; 0 makes it right."""
        await (await controls_of(self.bench)).skew_client(seconds)

    async def switch_on(self, fault: str) -> None:
        await (await controls_of(self.bench)).switch_on(fault)

    async def switch_all_off(self) -> None:
        await (await controls_of(self.bench)).switch_all_off()

    async def cut_network(self, *, cut: bool) -> None:
        await (await controls_of(self.bench)).cut_network(cut=cut)

    # --- trouble made on purpose ----------------------------------------------------------------------------------

    async def revoke(self, kind: str) -> None:
        """Have the `access` or `refresh` token revoked at the org."""
        await (await drills_of(self.bench)).revoke(kind)

    async def replay(self) -> None:
        await (await drills_of(self.bench)).replay()

    async def have_old_refresh_token(self) -> None:
        """Refresh where no refresh token is known that was replaced: a restart forgets it."""
        if self.bench.session.replaced is None:
            await self.refresh_now()

    async def ask_doctor(self) -> None:
        """Ask the doctor, who reads the org's System Log too."""
        await diagnosis_of(self.bench)
