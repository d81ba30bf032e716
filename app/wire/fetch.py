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

    `secrets` must not be shown even where the server repeats them.
    """

    status: int
    reason: str
    headers: httpx.Headers
    body: bytes
    truncated: bool
    stated_length: int | None
    secrets: KnownSecrets = field(default_factory=KnownSecrets, repr=False, compare=False)

    def said(self, text: str, *, longest: int = 500) -> str:
        """Return the server's text as it may be shown: secrets masked, one line, printable."""
        return one_line(self.secrets.clean(text), longest=longest)

    @property
    def is_success(self) -> bool:
        return httpx.codes.is_success(self.status)

    @property
    def media_type(self) -> str:
        """Return the media type in lower case, without parameters; printable."""
        return self.said(str(self.headers.get("content-type", "")), longest=200).split(";")[0].strip().lower()


class BrokenResponse(Unreachable):
    """A response began and did not end; `response` is the part received, and may hold a refresh token."""

    def __init__(self, what: str, response: FetchedResponse, *, next_step: str = "", ran_s: float = 0.0) -> None:
        super().__init__(what, sent=True, next_step=next_step, ran_s=ran_s)
        self.response = response


def prepare(request: httpx.Request, *, kind: ExchangeKind, cause: int | None, total_s: float) -> httpx.Request:
    """Note on the request its purpose and cause, for the recorder; ask for an unencoded response.

    httpx's own timeouts are off, because they count time in which this program was stopped, except the pool timeout of
    a foreign transport: it is a little shorter than ours, so that its reason is reported.
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

    The response has `total_s` seconds from when the request is sent, however slowly it drips; a connection must open
    within 10 s before that, and a free one of ours is waited for up to 30 s. Time in which this program was stopped
    does not count. Raises Unreachable when no response came, BrokenResponse when it did not come to its end or cannot
    be decoded.
    """
    prepare(request, kind=kind, cause=cause, total_s=total_s)
    conversation = Conversation(http, request, limit=limit, total_s=total_s)
    try:
        await conversation.hold()
    except Unreachable as error:
        cleaned = error.cleaned(_secrets_of(request).clean)
        if conversation.response is None:
            raise cleaned from None
        came = _response(conversation.response, conversation.body, truncated=True)
        raise BrokenResponse(cleaned.what, came, next_step=cleaned.cure, ran_s=error.ran_s) from None
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
    """Return the recorder's known secrets; without a recorder there are none."""
    secrets = message.extensions.get("lapse_secrets")
    return secrets if isinstance(secrets, KnownSecrets) else KnownSecrets()


def _stated_length(response: httpx.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None
