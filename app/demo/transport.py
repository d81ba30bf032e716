"""The way to an org in the same process, for httpx: nothing listens, and a connection can still be lost."""

import httpx

from app.demo.door import HungUp
from app.demo.org import DemoOrg


class OrgTransport(httpx.AsyncBaseTransport):
    """Hands requests to the org itself; a hang-up arrives as it would from the network."""

    def __init__(self, org: DemoOrg) -> None:
        self._inner = httpx.ASGITransport(org.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the org's answer; raises httpx.RemoteProtocolError where the org hangs up."""
        try:
            return await self._inner.handle_async_request(request)
        except HungUp:
            raise httpx.RemoteProtocolError(
                "Server disconnected without sending a response.", request=request
            ) from None

    async def aclose(self) -> None:
        """Nothing is open."""
        await self._inner.aclose()
