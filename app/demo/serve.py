"""The demo org over real HTTP: uvicorn on loopback, in its own thread and event loop."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.demo.asgi import asgi
from app.demo.endpoint_routes import HANG_UP
from app.demo.org import DemoOrg

_START_WITHIN_S = 10.0
_BACKLOG = 1024  # many callers at once are part of the story
_STOP_WITHIN_S = 2.0
_GRACEFUL_S = 0  # uvicorn still gives requests in flight 0.1 s; an idle connection does not delay the shutdown


class ServedOrg:
    """Serves `org` on `host` and `port` (0: any free one) from `start()` to `stop()`, both blocking.

    Raises ValueError for a host that is no loopback address, as every client that reaches the org controls it.
    `app` is what is served, and may be wrapped before the start.
    Sets the org's `issuer_base`, to `base_url` where others reach it by that. The server itself logs nothing: not the
    requests, and so no secret in them.
    """

    def __init__(self, org: DemoOrg, host: str = "127.0.0.1", port: int = 0, *, base_url: str | None = None) -> None:
        if not ip_address(host).is_loopback:
            raise ValueError(f"{host} is no loopback address")
        self._base_url = base_url
        self.org = org
        self.app: ASGIApp = asgi(org)
        self.host = host
        self.port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        """Its base URL, without a path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self._base_url or f"http://{host}:{self.port}"

    @property
    def issuer(self) -> str:
        return self.org.issuer

    @property
    def api_url(self) -> str:
        return self.org.api_url

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Bind and serve; returns once it responds. Raises OSError if the port is not available."""
        listener = _bound(self.host, self.port)
        self.port = listener.getsockname()[1]
        self.org.issuer_base = self.base_url
        _ = self.org.ledger.keys  # the first key takes a while; not in the first response
        self._server = _Server(_config(self.app))
        self._thread = threading.Thread(
            target=_run, args=(self._server, listener), name=f"demo-org-{self.port}", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(_START_WITHIN_S):
            self.stop()
            raise OSError(f"the demo org did not start within {_START_WITHIN_S:.0f} s")

    def stop(self) -> None:
        """Stop serving and close every connection; harmless when it does not serve."""
        if self._server is None or self._thread is None:
            return
        self._server.stop()
        self._thread.join(_STOP_WITHIN_S)
        self._server = self._thread = None


class _Server(uvicorn.Server):
    """Waits for the stop signal; uvicorn polls ten times a second, and an idle window must not wake the CPU."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._over: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._over, self._loop = asyncio.Event(), asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        if self._over is not None and not self.should_exit:
            await self._over.wait()

    def stop(self) -> None:
        """Stop it; from any thread, also before its start or after its end."""
        self.should_exit = True
        if self._loop is not None and self._over is not None:
            with suppress(RuntimeError):  # its loop is closed: it has ended
                self._loop.call_soon_threadsafe(self._over.set)


class _Protocol(H11Protocol):
    """HTTP/1.1 that lets the application close its connection, which ASGI has no word for."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # one application object per connection, so that a fault can close just this one
        self.app = _with_hang_up(self.app, transport.close)


def _with_hang_up(app: Any, close: Callable[[], None]) -> Any:
    async def opened(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "extensions": {**scope.get("extensions", {}), HANG_UP: {"close": close}}}, receive, send)

    return opened


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=_Protocol,
        ws="none",
        lifespan="off",
        workers=1,
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,  # the org's clock says what date it is
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACEFUL_S,
    )


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    with listener, asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(_serve(server, listener))


async def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    await server.serve(sockets=[listener])
    await asyncio.sleep(0)  # the last middleware added is the outermost
    for each in tuple(server.server_state.connections):
        each.transport.abort()  # still at work when the time was up
    await asyncio.sleep(0)  # what was closed gives its socket back in the loop's next step


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only where the socket says that it is TCP; with it, a refresh took 43 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # allows a restart on the same port; on Windows the option would let other programs share it
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
