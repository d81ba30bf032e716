"""The demo org as a separate program: `lapse serve`, with nothing stored."""

import asyncio
import re
from collections.abc import Callable

from app.demo.addresses import Addresses
from app.demo.org import DemoOrg
from app.demo.serve import ServedOrg
from app.demo.system_log import LogEvent
from app.errors import BadInput

_BASE_URL = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[1-9][0-9]{0,4})?")


async def run_standalone(
    org: DemoOrg,
    port: int,
    *,
    ready: Callable[[Addresses], None],
    log: Callable[[LogEvent], None],
    stop: asyncio.Event,
    base_url: str | None = None,
) -> None:
    """Serve the org on `port` (0: any free one), call `ready` once it responds, and run until `stop` is set.

    `log` gets every System Log event, on the server's thread; they contain no secrets. `base_url` is its
    external URL, behind a TLS proxy for example. Raises BadInput if the port is not available, or the base URL is not
    on the loopback.
    """
    if base_url is not None and not _BASE_URL.fullmatch(base_url):
        raise BadInput(
            f"{base_url!r} cannot be the base URL of a demo org.",
            next_step="Give scheme, loopback host and port only, for example https://localhost:8443.",
        )
    org.log.listeners.append(log)
    served = ServedOrg(org, port=port, base_url=base_url)
    try:
        await asyncio.to_thread(served.start)
    except (OSError, OverflowError) as failed:
        reason = failed.strerror if isinstance(failed, OSError) and failed.strerror else str(failed)
        raise BadInput(
            f"The demo org cannot listen on port {port}: {reason}.",
            next_step="Choose another port, or 0 for any free one.",
        ) from None
    try:
        ready(org.addresses)
        await stop.wait()
    finally:
        await asyncio.to_thread(served.stop)
