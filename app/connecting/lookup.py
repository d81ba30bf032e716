"""Looks at an issuer before a connection to it is saved: its metadata, at every address it may lie at."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.connecting import words
from app.connecting.capabilities import Capabilities, capabilities_of
from app.connecting.not_found import NotFound
from app.connecting.pasted_issuer import DEFAULT_SERVER, candidates_in, issuer_spelled
from app.errors import DiscoveryFailed, LapseError
from app.events.wire import ExchangeKind
from app.oauth.metadata import ServerMetadata, metadata_requests, read_metadata
from app.strict_json import read_object
from app.wire.fetch import FetchedResponse, fetch
from app.wire.redact import shown_url

_TOTAL_S = 15.0


@dataclass(frozen=True, slots=True)
class Found:
    """An issuer whose metadata was found; `tried` are the addresses requested, with their results.

    `others` are other issuers the text may mean, `notes` say how it was understood.
    """

    issuer: str
    metadata: ServerMetadata
    offer: Capabilities
    tried: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()
    others: tuple["Found", ...] = ()


async def look_up(http: httpx.AsyncClient, text: str) -> Found:
    """Look up the issuer, discovery URL or Okta domain that the user pasted.

    Metadata is requested at OIDC's address, then at RFC 8414's. An Okta org has two servers: `default`, for your own
    APIs, is tried first, then the org server. Raises BadInput for text that is no address, NotFound for the
    rest.
    """
    wanted = candidates_in(text)
    looked = [await _look(http, issuer) for issuer in wanted.issuers]
    if len(wanted.issuers) == 1 and isinstance(looked[0], Found) and _is_okta_org(looked[0].metadata):
        # An Okta org on a custom domain, recognised by the paths of its endpoints.
        looked.insert(0, await _look(http, wanted.issuers[0].rstrip("/") + DEFAULT_SERVER))
    found = [each for each in looked if isinstance(each, Found)]
    tried = tuple(line for each in looked for line in each.tried)
    if not found:
        trouble = looked[0]
        assert isinstance(trouble, NotFound)
        raise NotFound(trouble, tried, answered=any(isinstance(each, NotFound) and each.answered for each in looked))
    notes = (*wanted.notes, *_choice_notes(looked), *found[0].notes)
    return replace(found[0], tried=tried, notes=notes, others=tuple(found[1:]))


async def look_at(http: httpx.AsyncClient, issuer: str) -> Found:
    """Look up exactly this issuer; raises NotFound."""
    found = await _look(http, issuer)
    if isinstance(found, NotFound):
        raise found
    return found


async def _look(http: httpx.AsyncClient, issuer: str) -> Found | NotFound:
    tried: list[tuple[str, str]] = []
    first: LapseError | None = None
    was_metadata = False  # what is wrong with metadata says more than that an address has none
    for request in metadata_requests(issuer):
        url = str(request.url)
        try:
            response = await fetch(http, request, kind=ExchangeKind.DISCOVERY, total_s=_TOTAL_S)
            found = _read(issuer, response)
        except DiscoveryFailed as error:
            tried.append((url, _in_short(response, error)))
            if first is None or (response.status == httpx.codes.OK and not was_metadata):
                first, was_metadata = error, response.status == httpx.codes.OK
        except LapseError as error:
            tried.append((url, words.NO_RESPONSE))
            # A host that does not respond here does not respond at the next path either.
            return NotFound(first or error, tuple(tried), answered=first is not None)
        else:
            return replace(found, tried=(*tried, (url, words.METADATA)))
    assert first is not None
    return NotFound(first, tuple(tried), answered=True)


def _read(issuer: str, response: FetchedResponse) -> Found:
    stated = issuer_spelled(issuer, _document(response).get("issuer")) or issuer
    metadata = read_metadata(stated, response)
    offer = capabilities_of(metadata)
    notes = () if stated == issuer else (words.written_so(stated),)
    return Found(stated, metadata, offer, (), notes)


def _document(response: FetchedResponse) -> dict[str, Any]:
    try:
        return read_object(response.body)
    except ValueError:
        return {}  # read_metadata says why


def _in_short(response: FetchedResponse, trouble: DiscoveryFailed) -> str:
    if response.status == httpx.codes.OK:
        return trouble.what
    leads_to = response.said(shown_url(response.headers.get("location", ""), response.secrets), longest=200)
    return words.in_short(response.status, response.reason, leads_to)


def _is_okta_org(metadata: ServerMetadata) -> bool:
    return metadata.is_okta and not urlsplit(metadata.issuer).path.strip("/")


def _choice_notes(looked: list[Found | NotFound]) -> Iterator[str]:
    """Yield what to know where a text may mean several issuers (Okta fact §2.1)."""
    if len(looked) == 1:
        return
    custom, org = looked
    if isinstance(custom, Found) and isinstance(org, Found):
        yield words.TWO_SERVERS
    elif isinstance(org, Found):
        yield words.NO_DEFAULT_SERVER
    else:
        yield words.NO_ORG_SERVER
