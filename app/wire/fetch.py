"""Sends one HTTP request within bounds: size, total time, no redirects, plain http on loopback only."""

from dataclasses import dataclass, field

import httpx

from app.errors import Unreachable
from app.events.wire import ExchangeKind
from app.secret import KnownSecrets
from app.text import one_line
from app.wire.conversation import FREE_WITHIN_S, Conversation

TOKEN_RESPONSE_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class FetchedResponse:
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
        return httpx.codes.is_success(self.status)

    @property
    def media_type(self) -> str:
        """Return the media type in lower case, without parameters; fit to be told."""
        return self.said(str(self.headers.get("content-type", "")), longest=200).split(";")[0].strip().lower()


class BrokenResponse(Unreachable):
    """A response began and did not end; what came of it is in `response`, and may hold a refresh token."""

    def __init__(self, what: str, response: FetchedResponse, *, next_step: str = "", ran_s: float = 0.0) -> None:
        super().__init__(what, sent=True, next_step=next_step, ran_s=ran_s)
        self.response = response


def prepare(request: httpx.Request, *, kind: ExchangeKind, cause: int | None, total_s: float) -> httpx.Request:
    """Note on the request what it is for and what caused it, for the recorder; ask for a response that is not encoded.

    httpx's own timeouts are left out, because they count time in which this program did not run, but for the one that a
    pool which is not ours has for a free connection: nothing is lost by that, and a little earlier it is told as such.
    """
    request.headers["Accept-Encoding"] = "identity"
    request.extensions = {
        **request.extensions,
        "timeout": {"connect": None, "read": None, "write": None, "pool": 0.9 * min(total_s, FREE_WITHIN_S)},
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
    limit: int = TOKEN_RESPONSE_LIMIT,
    total_s: float = 30.0,
) -> FetchedResponse:
    """Send `request` and read at most `limit` decoded bytes; redirects are not followed.

    The response has `total_s` seconds from when the request is sent, however it drips; a connection is opened within 10
    before that, and a free one of ours is waited for as long as 30. Time in which this program did not run is no time.
    Raises Unreachable when no response came, BrokenOff when it did not come to its end or cannot be decoded.
    """
    prepare(request, kind=kind, cause=cause, total_s=total_s)
    conversation = Conversation(http, request, limit=limit, total_s=total_s)
    try:
        await conversation.hold()
    except Unreachable as error:
        told = error.told(_secrets_of(request).clean)
        if conversation.response is None:
            raise told from None
        came = _response(conversation.response, conversation.body, truncated=True)
        raise BrokenResponse(told.what, came, next_step=told.cure, ran_s=error.ran_s) from None
    assert conversation.response is not None
    return _response(conversation.response, conversation.body, truncated=conversation.truncated)


def _response(response: httpx.Response, body: bytearray, *, truncated: bool) -> FetchedResponse:
    secrets = _secrets_of(response)
    return FetchedResponse(
        response.status_code,
        one_line(secrets.clean(response.reason_phrase), longest=100),
        response.headers,
        bytes(body),
        truncated,
        _stated_length(response),
        secrets,
    )


def _secrets_of(message: httpx.Request | httpx.Response) -> KnownSecrets:
    """Return what the recorder knows; where nobody records, nobody knows any."""
    found = message.extensions.get("lapse_secrets")
    return found if isinstance(found, KnownSecrets) else KnownSecrets()


def _stated_length(response: httpx.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None
