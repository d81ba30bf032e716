"""The transport to the embedded demo org: restarts it when its serving process is gone, and follows its time."""

from collections.abc import Awaitable, Callable

import httpx

from app.demo.addresses import MOVED_HEADER

_HOST = "127.0.0.1"
_CONTROLS = "/demo/"


class EmbeddedTransport(httpx.AsyncBaseTransport):
    """Passes requests on to `inner`, with extra care for those to the demo org on `port()`.

    If the port is closed, `revive` is awaited; nothing was sent, so sending again is safe. `follow` is told on
    every response by how many seconds the org's time was moved, and the journal number of what caused the request, and
    returns whether that was news.
    While `is_cut`, only control API requests get through, so that it can be undone.
    """

    is_cut = False

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        port: Callable[[], int | None],
        revive: Callable[[], Awaitable[object]],
        follow: Callable[[float, int | None], bool],
    ) -> None:
        self._inner = inner
        self._port = port
        self._revive = revive
        self._follow = follow
        self._moves = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; see httpx's transport interface."""
        if not self.leads_to(request):
            return await self._inner.handle_async_request(request)
        is_control = request.url.path.startswith(_CONTROLS)
        if self.is_cut and not is_control:
            raise httpx.ConnectError("The network to the demo org is cut.", request=request)
        moves = self._moves
        try:
            response = await self._inner.handle_async_request(request)
        except httpx.ConnectError:
            await self._revive()
            response = await self._inner.handle_async_request(request)
        if is_control or moves == self._moves:  # else it may have been written before a move that is known already
            self._moves += self._follow(_moved_s(response), request.extensions.get("lapse_cause"))
        return response

    def leads_to(self, request: httpx.Request) -> bool:
        return request.url.host == _HOST and request.url.port == self._port()

    async def aclose(self) -> None:
        await self._inner.aclose()


def _moved_s(response: httpx.Response) -> float:
    try:
        return float(response.headers.get(MOVED_HEADER, 0.0))
    except ValueError:
        return 0.0
