"""A look at the server: metadata, keys and its clock, and what stands in the way to them."""

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
    """Fetch metadata and keys anew and return what came of it; raises nothing that the server or the network did."""
    try:
        return await _looked(http, issuer, clock)
    except LapseError as failed:
        status = failed.status if isinstance(failed, NoUsableResponse) else None
        kind = failed.kind if isinstance(failed, NoUsableResponse) else None
        trouble = Failure(stage=FailedStage.LOOK, at=clock.now(), what=failed.what, status=status, kind=kind)
        return ServerCheck(at=clock.now(), trouble=trouble)


async def _looked(http: httpx.AsyncClient, issuer: str, clock: Clock) -> ServerCheck:
    metadata, answer = await discover(http, issuer, total_s=_TOTAL_S)
    at = clock.now()
    date = server_time(answer)
    skew_s = None if date is None else date - at
    request = httpx.Request("GET", metadata.jwks_uri, headers={"Accept": "application/json"})
    read_keys(await fetch(http, request, kind=ExchangeKind.KEYS, total_s=_TOTAL_S), metadata.jwks_uri)
    return ServerCheck(at=at, skew_s=skew_s, grants_offered=_grants(answer))


def _grants(answer: FetchedResponse) -> tuple[str, ...] | None:
    """Return the grant types the metadata lists; without the member RFC 8414 §2 means code and implicit."""
    found = read_object(answer.body).get("grant_types_supported")
    return tuple(map(str, found)) if isinstance(found, list) else None
