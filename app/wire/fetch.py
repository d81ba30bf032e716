"""Sends one HTTP request within bounds: size, total time, no redirects, plain http on loopback only."""

import asyncio
from dataclasses import dataclass, field

import httpx

from app.errors import Unreachable
from app.events import ExchangeKind
from app.secret import KnownSecrets
from app.text import one_line
from app.wire.hitch import unreachable

TOKEN_ANSWER_LIMIT = 1 << 20
_PER_READ = httpx.Timeout(connect=10.0, read=30.0, write=30.0, pool=30.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response read to its end, or up to the size limit (`truncated`); `stated_length` is its Content-Length.

    `secrets` are those that must not be told even where the server repeats them.
    """

    status: int
    reason: str
    headers: httpx.Headers
    body: bytes
    truncated: bool
    stated_length: int | None
    secrets: KnownSecrets = field(default_factory=KnownSecrets, repr=False, compare=False)

    def said(self, text: str, *, longest: int = 500) -> str:
        """Return words of the server's as they may be told: secrets masked, one line, nothing that does not print."""
        return one_line(self.secrets.clean(text), longest=longest)

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return httpx.codes.is_success(self.status)

    @property
    def media_type(self) -> str:
        """Return the media type in lower case, without parameters; fit to be told."""
        return self.said(str(self.headers.get("content-type", "")), longest=200).split(";")[0].strip().lower()


class BrokenOff(Unreachable):
    """An answer began and did not end; what came of it is in `answer`, and may hold a refresh token."""

    def __init__(self, what: str, answer: Answer, *, next_step: str = "", ran_s: float = 0.0) -> None:
        super().__init__(what, sent=True, next_step=next_step, ran_s=ran_s)
        self.answer = answer


def prepare(request: httpx.Request, *, kind: ExchangeKind, cause: int | None) -> httpx.Request:
    """Note on the request what it is for and what caused it, for the recorder; set the per-read timeouts."""
    request.extensions = {
        **request.extensions,
        "timeout": _PER_READ.as_dict(),
        "lapse_kind": kind,
        "lapse_cause": cause,
    }
    return request


async def fetch(
    http: httpx.AsyncClient,
    request: httpx.Request,
    *,
    kind: ExchangeKind,
    cause: int | None = None,
    limit: int = TOKEN_ANSWER_LIMIT,
    total_s: float = 30.0,
    auth: httpx.Auth | None = None,
) -> Answer:
    """Send `request` and read at most `limit` decoded bytes within `total_s` seconds; redirects are not followed.

    httpx's own timeouts are per read, so a server that drips would never meet them; the total is bounded here.
    Raises Unreachable when no complete answer came.
    """
    prepare(request, kind=kind, cause=cause)
    host = request.url.host
    try:
        async with asyncio.timeout(total_s):
            response = await http.send(request, stream=True, auth=auth, follow_redirects=False)
            try:
                body, truncated = await _read(response, limit)
            finally:
                await response.aclose()
    except TimeoutError:
        raise Unreachable(f"{host} did not answer in full within {total_s:.0f} s.", sent=True) from None
    except (httpx.TransportError, httpx.DecodingError, httpx.StreamError) as failure:
        raise unreachable(failure, request.url).told(_secrets_of(request).clean) from None
    except (httpx.InvalidURL, UnicodeError):  # httpx reads where a redirect leads, though nobody follows it
        raise Unreachable(f"{host} answered with a redirect to what is no URL.", sent=True) from None
    secrets = _secrets_of(response)
    return Answer(
        response.status_code,
        one_line(secrets.clean(response.reason_phrase), longest=100),
        response.headers,
        body,
        truncated,
        _stated_length(response),
        secrets,
    )


def _secrets_of(message: httpx.Request | httpx.Response) -> KnownSecrets:
    """Return what the recorder knows; where nobody records, nobody knows any."""
    found = message.extensions.get("lapse_secrets")
    return found if isinstance(found, KnownSecrets) else KnownSecrets()


async def _read(response: httpx.Response, limit: int) -> tuple[bytes, bool]:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            return bytes(body[:limit]), True
    return bytes(body), False


def _stated_length(response: httpx.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None
