"""The demo org's own token responses, made odd on their way: another status, media type, member or text."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
import jwt

from app.testing.network import NetworkFault
from app.testing.sessions import World

Members = dict[str, Any]


def odd(
    change: Callable[[Members], Members] = lambda members: members,
    *,
    status: int = 200,
    media_type: str | None = "application/json",
    write: Callable[[Members], bytes] = lambda members: json.dumps(members).encode(),
    breaks_off_after: int | None = None,
) -> NetworkFault:
    """Return a fault that lets the org response, and hands on what `change` and `write` make of it."""

    async def fault(request: httpx.Request, onwards: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        response = await onwards()
        members = json.loads(await response.aread())
        raw = write(change(dict(members)))
        headers = {"date": response.headers["date"]} if "date" in response.headers else {}
        if media_type is not None:
            headers["content-type"] = media_type
        stream = httpx.ByteStream(raw) if breaks_off_after is None else _BreaksOff(raw[:breaks_off_after])
        return httpx.Response(status, headers=headers, stream=stream, request=request)

    return fault


def with_members(**changes: Any) -> Callable[[Members], Members]:
    """Return the change that sets these members."""
    return lambda members: {**members, **changes}


def without_rotation(members: Members) -> Members:
    """Leave the refresh token out; the org must not rotate then."""
    return {name: value for name, value in members.items() if name != "refresh_token"}


def as_form(members: Members) -> bytes:
    """Write the members as a form, as some servers did before RFC 6749."""
    return urlencode({name: value for name, value in members.items() if isinstance(value, str | int)}).encode()


def in_camel_case(members: Members) -> Members:
    """Return the members with the names of servers that never read RFC 6749."""
    return {"accessToken": members["access_token"], "refreshToken": members["refresh_token"], "expiresIn": 30}


def with_id_token(world: World, **claims: Any) -> Callable[[Members], Members]:
    """Return the change that signs the ID token anew with other claims; None takes a claim out."""
    key = world.org.ledger.keys[0]

    def change(members: Members) -> Members:
        found = {**jwt.decode(members["id_token"], options={"verify_signature": False}), **claims}
        told = {name: value for name, value in found.items() if value is not None}
        kid = jwt.get_unverified_header(members["id_token"])["kid"]
        signed = jwt.encode(told, key.pem, algorithm="RS256", headers={"kid": kid})
        return {**members, "id_token": signed}

    return change


def sent_refresh_tokens(world: World) -> list[str]:
    """Return the refresh tokens that went to the token endpoint, in order."""
    forms = [parse_qs(each.content.decode()) for each in world.network.requests if each.url.path.endswith("/token")]
    return [form["refresh_token"][0] for form in forms if "refresh_token" in form]


class _BreaksOff(httpx.AsyncByteStream):
    """What came of a body before the connection broke."""

    def __init__(self, came: bytes) -> None:
        self._came = came

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._came
        raise httpx.ReadError("gone")
