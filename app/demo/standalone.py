"""The demo org as a program: `lapse serve`, remembered by nobody."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.clock import Clock
from app.demo.org import DemoOrg
from app.demo.policy import Policy
from app.demo.serve import ServedOrg
from app.errors import BadInput
from app.settings import DEMO_CLIENT_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyLine:
    """What a program needs to use the org; the password is a demo's, made to be shown."""

    issuer: str
    client_id: str
    api_url: str
    username: str
    password: str


async def run_standalone(
    port: int, policy: Policy, clock: Clock, ready: Callable[[ReadyLine], None], stop: asyncio.Event
) -> None:
    """Serve a fresh org on `port` (0: any free one), tell `ready` once it answers, and go on until `stop` is set.

    Raises BadInput when the port cannot be had.
    """
    served = ServedOrg(DemoOrg(clock, policy), port=port)
    try:
        await asyncio.to_thread(served.start)
    except (OSError, OverflowError) as failed:
        reason = failed.strerror if isinstance(failed, OSError) and failed.strerror else str(failed)
        raise BadInput(
            f"The demo org cannot listen on port {port}: {reason}.",
            next_step="Choose another port, or 0 for any free one.",
        ) from None
    try:
        user = served.org.user
        ready(
            ReadyLine(
                issuer=served.issuer,
                client_id=DEMO_CLIENT_ID,
                api_url=served.api_url,
                username=user.short_login,
                password=user.password,
            )
        )
        await stop.wait()
    finally:
        await asyncio.to_thread(served.stop)
