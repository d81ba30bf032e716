"""Wraps every endpoint: counts requests, applies faults, and writes each refusal into the System Log."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from app.demo import dialect, words
from app.demo.applications import Grant
from app.demo.cause import Cause
from app.demo.dialect import ROWS, Refused, management_body
from app.demo.faults import ENDINGS, RESPONSES, Fault, FaultKind
from app.demo.forms import read_form
from app.demo.org import DemoOrg

HANG_UP = "lapse.hang_up"
"""The ASGI extension by which the server closes a connection."""

_MIB = 1024 * 1024
_PORTAL = "<!doctype html><title>Free Wi-Fi</title><h1>Welcome</h1><p>Accept the terms to go online.</p>"

Endpoint = Callable[[Request], Awaitable[Response]]
ActiveFaults = dict[FaultKind, Fault]


class HungUp(Exception):
    """The connection was closed on cue; only in-process transports see this."""


class EndpointRoutes:
    """Makes the routes of one org's endpoints."""

    def __init__(self, org: DemoOrg, event_type: str = "") -> None:
        self._org = org
        self._event_type = event_type

    def route(self, path: str, name: str, endpoint: Endpoint, methods: Sequence[str] = ("GET",)) -> Route:
        """Return the route of `endpoint`; counters and faults know it as `name`."""

        async def opened(request: Request) -> Response:
            return await self._opened(name, endpoint, request)

        return Route(path, opened, methods=list(methods))

    async def _opened(self, name: str, endpoint: Endpoint, request: Request) -> Response:
        self._org.counters[name] += 1
        request.state.endpoint = name
        faults = self._org.faults.due(name, await _grant(name, request)) if self._org.faults.switched else ()
        request.state.faults = {fault.kind: fault for fault in faults}
        await self._delay(faults)
        try:
            response = await self._answered(name, endpoint, request, faults)
        except Refused as refused:
            self.note_refusal(request, refused)
            if not any(fault.kind in ENDINGS for fault in faults):
                raise
            # in the words it would have had without them
            response = await request.app.exception_handlers[Refused](request, refused)
        return self._ended(response, {fault.kind: fault for fault in faults})

    async def _answered(self, name: str, endpoint: Endpoint, request: Request, faults: tuple[Fault, ...]) -> Response:
        for fault in faults:
            if fault.kind in RESPONSES:
                return self._response_instead(name, fault)
        return await endpoint(request)

    def note_refusal(self, request: Request, refused: Refused) -> None:
        """Write a refusal and its true cause into the System Log."""
        state = request.state
        self._org.log.add(
            getattr(state, "event_type", self._event_type or f"lapse.{state.endpoint}"),
            succeeded=False,
            reason=refused.error.reason,
            cause=words.said(refused.cause) or refused.error.description,
            refusal_cause=refused.cause.kind if isinstance(refused.cause, Cause) else None,
            endpoint=state.endpoint,
            grant=getattr(state, "grant", ""),
            client_id=getattr(state, "client_id", ""),
            user_id=getattr(state, "user_id", ""),
            family=getattr(state, "family", ""),
        )

    async def _delay(self, faults: tuple[Fault, ...]) -> None:
        clock = self._org.clock
        for fault in faults:
            if fault.kind is FaultKind.DELAY:
                await clock.sleep_until(clock.now() + fault.number(1.0))

    def _response_instead(self, name: str, fault: Fault) -> Response:
        match fault.kind:
            case FaultKind.HTML:
                return HTMLResponse(_PORTAL)
            case FaultKind.OVERSIZED:
                return JSONResponse({"padding": "x" * int(fault.number(2) * _MIB)})
            case FaultKind.GARBAGE:
                return Response('{"access_token": "eyJ', media_type="application/json")
            case FaultKind.CLOSE_BEFORE:
                return HangUp()
            case FaultKind.REFUSE:
                raise Refused(ROWS[fault.value or "server_error"], words.fault_was_on(fault))
            case FaultKind.ERROR_500:
                raise Refused(dialect.SERVER_ERROR, words.fault_was_on(fault))
            case _:
                return self._come_back_later(name, fault)

    def _come_back_later(self, name: str, fault: Fault) -> Response:
        later = {} if fault.value is None else {"Retry-After": f"{fault.number(0):.0f}"}
        if fault.kind is FaultKind.UNAVAILABLE:
            body: dict[str, object] = {
                "error": dialect.UNAVAILABLE.error,
                "error_description": dialect.UNAVAILABLE.description,
            }
            return JSONResponse(body, status_code=503, headers=later)
        row = dialect.USER_RATE_LIMITED
        body = {"error": row.error, "error_description": row.description}
        if name != "token":
            body = management_body("E0000047", row.description)
        reset = self._org.clock.now() + fault.number(1)
        limits = {"X-Rate-Limit-Limit": "4", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": f"{reset:.0f}"}
        return JSONResponse(body, status_code=429, headers={**later, **limits})

    def _ended(self, response: Response, faults: ActiveFaults) -> Response:
        if isinstance(response, HangUp):
            return response
        is_cut = FaultKind.CLOSE_MIDWAY in faults
        if FaultKind.CLOSE_AFTER in faults or (is_cut and not response.body):
            return HangUp()
        if is_cut:
            # the headers still promise all of it
            response.body = bytes(response.body)[: len(response.body) // 2]
        if FaultKind.DRIP in faults:
            response = Drip(self._org, response, faults[FaultKind.DRIP].number(0.3))
        return HangUp(response) if is_cut else response


class HangUp(Response):
    """Closes the connection: at once, or after another response, which is left open."""

    def __init__(self, before: Response | None = None) -> None:
        super().__init__()
        self._before = before

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close the connection without a response; raises HungUp in in-process transports."""
        if self._before is not None:
            await self._before(scope, receive, _unfinished(send))
        extension = scope.get("extensions", {}).get(HANG_UP)
        if extension is None:
            raise HungUp
        extension["close"]()
        while (await receive())["type"] != "http.disconnect":
            pass


class Drip(StreamingResponse):
    """Sends a response's body byte by byte, `pause_s` apart, while the client is connected."""

    def __init__(self, org: DemoOrg, whole: Response, pause_s: float) -> None:
        super().__init__(_dripping(org, bytes(whole.body), pause_s), whole.status_code)
        self.raw_headers = whole.raw_headers


async def _dripping(org: DemoOrg, body: bytes, pause_s: float) -> AsyncIterator[bytes]:
    for octet in body:
        yield bytes([octet])
        await org.clock.sleep_until(org.clock.now() + pause_s)


def _unfinished(send: Send) -> Send:
    async def sent(message: Message) -> None:
        await send({**message, "more_body": True} if message["type"] == "http.response.body" else message)

    return sent


def active_faults(request: Request) -> ActiveFaults:
    found: ActiveFaults = request.state.faults
    return found


def new_request_id() -> str:
    """Return an id like Okta's X-Okta-Request-Id."""
    return secrets.token_urlsafe(16)


async def _grant(name: str, request: Request) -> str:
    if name != "token":
        return ""
    try:
        given = (await read_form(request)).get("grant_type", "")
        return Grant(given).short
    except (Refused, ValueError):
        return ""
