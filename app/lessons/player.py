"""Plays what a person would do in a lesson, through the same assembly the window uses."""

from app.demo.addresses import PASSWORD, USERNAME
from app.secret import Secret
from app.session.calls import CallResult
from app.session.direct_sign_in import NoSecondFactor
from app.workbench import Workbench


class Player:
    """A person at the demo org: signs in as Ada, calls, refreshes, turns the controls; raises LapseError as they do.

    It signs in by password because no browser is needed for that. `bench` is connected to the demo org.
    """

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench

    async def sign_in(self) -> None:
        """Sign in as Ada, who has no second factor."""
        await self.bench.sign_in_by_password(USERNAME, Secret(PASSWORD), NoSecondFactor())

    async def sign_in_unless_signed_in(self) -> None:
        """Sign in where nobody is signed in."""
        if self.bench.session.tokens is None:
            await self.sign_in()

    async def sign_out(self) -> None:
        """Sign out where somebody is signed in, and leave the browser alone."""
        if self.bench.session.tokens is not None:
            await self.bench.sign_out(leave_browser="a lesson signed out")

    async def call(self, times: int = 1) -> list[CallResult]:
        """Call the demo org's API, so many times at once."""
        return await self.bench.call_api_many("GET", self.bench.connection.api_url, times)

    async def turn_as_new(self, **knobs: object) -> None:
        """Turn every knob as it is at first, or as `knobs` say; no faults, no skew, the network mended."""
        controls = await self.bench.controls()
        await controls.make_as_new(**knobs)
