"""Checks the server: its metadata, keys and clock, or why they cannot be read."""

import httpx

from app.clock import Clock
from app.doctor.records import FailedStage, Failure, ServerCheck
from app.errors import LapseError, NoUsableResponse
from app.events.wire import ExchangeKind
from app.oauth.discovery import discover
from app.oauth.grants import server_time
from app.oauth.key_set import read_keys
from app.strict_json import read_object
from app.wire.fetch import FetchedResponse, fetch

_TOTAL_S = 15.0


async def check_server(http: httpx.AsyncClient, issuer: str, clock: Clock) -> ServerCheck:
    """Fetch metadata and keys again and return the result; server and network failures are part of it, not raised."""
    try:
        return await _looked(http, issuer, clock)
    except LapseError as failed:
        status = failed.status if isinstance(failed, NoUsableResponse) else None
        kind = failed.kind if isinstance(failed, NoUsableResponse) else None
        trouble = Failure(stage=FailedStage.LOOK, at=clock.now(), what=failed.what, status=status, kind=kind)
        return ServerCheck(at=clock.now(), trouble=trouble)


async def _looked(http: httpx.AsyncClient, issuer: str, clock: Clock) -> ServerCheck:
    metadata, response = await discover(http, issuer, total_s=_TOTAL_S)
    at = clock.now()
    date = server_time(response)
    skew_s = None if date is None else date - at
    request = httpx.Request("GET", metadata.jwks_uri, headers={"Accept": "application/json"})
    read_keys(await fetch(http, request, kind=ExchangeKind.KEYS, total_s=_TOTAL_S), metadata.jwks_uri)
    return ServerCheck(at=at, skew_s=skew_s, grants_offered=_grants(response))


def _grants(response: FetchedResponse) -> tuple[str, ...] | None:
    """Return the grant types the metadata lists; the default is code and implicit (RFC 8414 §2)."""
    found = read_object(response.body).get("grant_types_supported")
    return tuple(map(str, found)) if isinstance(found, list) else None
