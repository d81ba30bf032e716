"""Discovery: requests an issuer's metadata from each possible address until one has it."""

import httpx

from app.errors import DiscoveryFailed
from app.events.wire import ExchangeKind
from app.oauth.metadata import ServerMetadata, metadata_requests, read_metadata
from app.wire.fetch import FetchedResponse, fetch


async def discover(
    http: httpx.AsyncClient, issuer: str, *, cause: int | None = None, total_s: float = 30.0
) -> tuple[ServerMetadata, FetchedResponse]:
    """Return the issuer's metadata and the response it came in; `total_s` seconds bound each request.

    Raises DiscoveryFailed or Unreachable.
    """
    first_trouble: DiscoveryFailed | None = None
    for request in metadata_requests(issuer):
        response = await fetch(http, request, kind=ExchangeKind.DISCOVERY, cause=cause, total_s=total_s)
        try:
            return read_metadata(issuer, response), response
        except DiscoveryFailed as error:
            # The first address is the usual one; its error explains more than a later one's 404.
            first_trouble = first_trouble or error
    assert first_trouble is not None
    raise first_trouble
