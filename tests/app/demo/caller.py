"""Whoever sends a demo org requests as they are, and looks at what comes back."""

import asyncio
import json
import re
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx

from app.demo.asgi import asgi
from app.demo.org import DemoOrg
from tests.app.demo.nasty import NASTY, QUOTE
from tests.app.demo.somebody import Somebody

T = TypeVar("T")
Headers = list[tuple[bytes, bytes]]


class Caller:
    """Sends requests as they are, on one loop for all of them."""

    def __init__(self, runner: asyncio.Runner, org: DemoOrg) -> None:
        self.org = org
        self._runner = runner
        self._transport = httpx.ASGITransport(asgi(org))

    def ask(
        self,
        method: str,
        path: str,
        query: bytes = b"",
        headers: Headers | None = None,
        body: bytes = b"",
        hosts: list[bytes] | None = None,
    ) -> httpx.Response:
        url = httpx.URL(self.org.issuer_base).copy_with(raw_path=path.encode() + (b"?" + query if query else b""))
        request = httpx.Request(method, url, content=body, headers=headers or [])
        if hosts is not None:
            others = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
            request.headers = httpx.Headers([*((b"host", host) for host in hosts), *others])
        return self.run(self._answered(request))

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        answer = await self._transport.handle_async_request(request)
        await answer.aread()
        return answer

    def run(self, task: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(task)

    def control(self, method: str, path: str, body: object = None) -> httpx.Response:
        headers = [(b"authorization", b"Bearer " + self.org.control_token.encode())]
        return self.ask(method, f"/demo/control{path}", headers=headers, body=json.dumps(body or {}).encode())

    async def sign_in(self) -> dict[str, Any]:
        async with httpx.AsyncClient(transport=self._transport, base_url=self.org.issuer_base) as http:
            return await Somebody(self.org, http).tokens()

    async def refresh(self, token: str) -> dict[str, Any]:
        async with httpx.AsyncClient(transport=self._transport, base_url=self.org.issuer_base) as http:
            return await Somebody(self.org, http).refreshed(token)

    def check_alive(self) -> None:
        """Sign in and refresh, as if nothing had happened."""
        tokens = self.run(self.sign_in())
        assert self.run(self.refresh(tokens["refresh_token"]))["access_token"]


def check(answer: httpx.Response, path: str) -> None:
    assert answer.status_code < 500, (path, answer.text[:200])
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-okta-request-id"]
    assert re.fullmatch(r"[\x20-\x7e]*", answer.headers.get("www-authenticate", ""))
    if path.endswith("/keys") and answer.status_code == 200:
        assert answer.headers["cache-control"] == "max-age=60, must-revalidate"
    else:
        assert "no-store" in answer.headers["cache-control"]
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kind == "text/html":
        assert NASTY not in answer.text
        assert QUOTE not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    elif answer.status_code >= 400 and answer.content:
        check_told(answer, path, kind)


def check_told(answer: httpx.Response, path: str, kind: str) -> None:
    assert kind == "application/json"
    found = answer.json()
    assert {"error", "error_description"} <= found.keys() or {"errorCode", "errorSummary"} <= found.keys()
    if answer.status_code == 401 and path.startswith(("/api/me", "/api/orders", "/demo/control")):
        assert answer.headers["www-authenticate"].startswith("Bearer")
