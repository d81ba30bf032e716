"""A demo org on real time, and small servers on loopback that response what a test wants."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from app.clock import SystemClock
from app.demo.asgi import asgi
from app.demo.ledger import SigningKey
from app.demo.org import DemoOrg
from app.testing.orgs import demo_org

Serving = Callable[..., AbstractAsyncContextManager["Server"]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # real sockets


@dataclass
class Server:
    """A server on loopback: `pages` maps a path to status, media type and body, all others are 404."""

    url: str = ""
    pages: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def document(self, path: str, **members: Any) -> None:
        self.pages[path] = (200, "application/json", json.dumps(members))

    def metadata(self, path: str, issuer: str, **more: Any) -> None:
        base = {"issuer": issuer, "jwks_uri": f"{self.url}/keys"}
        base |= {"authorization_endpoint": f"{self.url}/authorize", "token_endpoint": f"{self.url}/token"}
        self.document(path, **{**base, **more})

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        self.asked.append(path)
        status, media_type, text = self.pages.get(path.partition("?")[0], (404, "text/plain", "nothing here"))
        more = f"Location: {text}\r\n" if status in (301, 302, 303) else ""
        body = text.encode()
        said = f"HTTP/1.1 {status} X\r\nContent-Type: {media_type}\r\n{more}Content-Length: {len(body)}\r\n"
        writer.write(f"{said}Connection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def served() -> AsyncIterator[Server]:
    found = Server()
    listening = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield found
    finally:
        listening.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with served() as found:
        yield found


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as found:
        yield found


@pytest.fixture
def org(key: SigningKey) -> DemoOrg:
    return demo_org(SystemClock(), key=key)


@pytest.fixture
async def to_org(org: DemoOrg) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(asgi(org))) as found:
        yield found
