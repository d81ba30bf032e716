"""Discovery: asks an issuer for its metadata, address by address, until one of them has it."""

import httpx

from app.errors import DiscoveryFailed
from app.events.wire import ExchangeKind
from app.oauth.metadata import ServerMetadata, metadata_requests, read_metadata
from app.wire.fetch import FetchedResponse, fetch


async def discover(
    http: httpx.AsyncClient, issuer: str, *, cause: int | None = None, total_s: float = 30.0
) -> tuple[ServerMetadata, FetchedResponse]:
    """Return the issuer's metadata and the answer it stood in; `total_s` seconds bound each request.

    Raises DiscoveryFailed or Unreachable.
    """
    first_trouble: DiscoveryFailed | None = None
    for request in metadata_requests(issuer):
        answer = await fetch(http, request, kind=ExchangeKind.DISCOVERY, cause=cause, total_s=total_s)
        try:
            return read_metadata(issuer, answer), answer
        except DiscoveryFailed as trouble:
            # The first address is the one people mean; its reason explains more than a later one's 404.
            first_trouble = first_trouble or trouble
    assert first_trouble is not None
    raise first_trouble
