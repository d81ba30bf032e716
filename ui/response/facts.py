"""A call's response as plain text: status, headers and body, its secrets masked."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.errors import LapseError
from app.secret import KnownSecrets
from app.text import duration, one_line
from app.wire.formatted import laid_out
from app.wire.redact import shown_headers, shown_text, shown_url

if TYPE_CHECKING:
    # For types only: it imports httpx, which loads on its own thread.
    from app.session.calls import CallResult

_SHOWN_CHARACTERS = 200_000
_BINARY = b"\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFacts:
    """A response, or the `failure` that prevented it; `body` is cut when `truncated`.

    `secrets` are masked wherever they appear.
    """

    request: str
    status: int | None = None
    reason: str = ""
    media_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    stated_length: int | None = None
    truncated: bool = False
    duration_s: float = 0.0
    failure: LapseError | None = None
    secrets: KnownSecrets = field(default_factory=KnownSecrets, repr=False, compare=False)


def response_facts(result: "CallResult") -> ResponseFacts:
    """Return the facts of a call; tokens that the server echoes are masked by `response_text`."""
    request = f"{result.method} {shown_url(result.url)}"
    if result.response is None:
        return ResponseFacts(request=request, failure=result.error, duration_s=result.duration_s)
    response = result.response
    return ResponseFacts(
        request=request,
        status=response.status,
        reason=response.reason,
        media_type=response.media_type,
        headers=tuple(response.headers.multi_items()),
        body=response.body,
        stated_length=response.stated_length,
        truncated=response.truncated,
        duration_s=result.duration_s,
        secrets=response.secrets,
    )


def response_text(facts: ResponseFacts) -> str:
    """Return the response as plain text; a binary body is described, not shown."""
    if facts.failure is not None:
        return "\n".join((facts.request, "", *facts.failure.lines()))
    status = f"{facts.status} {one_line(facts.reason, longest=100)}".strip()
    head = [facts.request, f"{status} · {duration(facts.duration_s)}", ""]
    head += [f"{name}: {value}" for name, value in shown_headers(facts.headers, facts.secrets, issues=False)]
    return "\n".join((*head, "", _body(facts)))


def _body(facts: ResponseFacts) -> str:
    if not facts.body:
        return "(no body)"
    size = f"{len(facts.body):,} bytes"
    kind = facts.media_type or "an unstated type"
    text = None if _BINARY in facts.body else _decoded(facts.body, cut=facts.truncated)
    if text is None:
        return f"({_amount(facts, size)} of {kind}, not shown)"
    text = shown_text(facts.media_type, text, facts.secrets, is_cut=facts.truncated, issues=False)
    text = laid_out(text) if facts.media_type.endswith("json") else text
    if facts.truncated:
        cut = f"(cut: {_amount(facts, size)})"
        return f"{cut}\n\n{text[:_SHOWN_CHARACTERS]}"
    if len(text) > _SHOWN_CHARACTERS:
        first = f"(the first {_SHOWN_CHARACTERS:,} of {len(text):,} characters)"
        return f"{first}\n\n{text[:_SHOWN_CHARACTERS]}"
    return text


def _amount(facts: ResponseFacts, size: str) -> str:
    if not facts.truncated:
        return size
    if facts.stated_length is None:
        return f"the first {size} of more"
    return f"the first {size} of {facts.stated_length:,} bytes"


def _decoded(body: bytes, *, cut: bool) -> str | None:
    # A cut inside a character must not make the whole text count as binary.
    for end in range(len(body), len(body) - (4 if cut else 1), -1):
        try:
            return body[:end].decode("utf-8")
        except UnicodeDecodeError:
            continue
    return None
