"""What the response panel shows, as plain text: status, headers and body of a call, its secrets masked."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.errors import LapseError
from app.secret import KnownSecrets
from app.text import duration, one_line
from app.wire.formatted import laid_out
from app.wire.redact import shown_headers, shown_text, shown_url

if TYPE_CHECKING:
    # For its type alone: it brings httpx, which comes on a thread of its own.
    from app.session.calls import CallResult

_SHOWN_CHARACTERS = 200_000
_BINARY = b"\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFacts:
    """What came back: an answer, or the `failure` that kept it from coming; `body` is cut when `truncated`.

    `secrets` are masked in it, wherever they stand.
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
    """Return what came back of a call; what servers echo of a token is masked by `response_text`."""
    request = f"{result.method} {shown_url(result.url)}"
    if result.answer is None:
        return ResponseFacts(request=request, failure=result.error, duration_s=result.duration_s)
    answer = result.answer
    return ResponseFacts(
        request=request,
        status=answer.status,
        reason=answer.reason,
        media_type=answer.media_type,
        headers=tuple(answer.headers.multi_items()),
        body=answer.body,
        stated_length=answer.stated_length,
        truncated=answer.truncated,
        duration_s=result.duration_s,
        secrets=answer.secrets,
    )


def response_text(facts: ResponseFacts) -> str:
    """Return the answer as plain text: status line, headers, body; binary bodies are counted, not shown."""
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
        first = "(the first {0} of {1} characters)"
        return f"{first.format(f'{_SHOWN_CHARACTERS:,}', f'{len(text):,}')}\n\n{text[:_SHOWN_CHARACTERS]}"
    return text


def _amount(facts: ResponseFacts, size: str) -> str:
    if not facts.truncated:
        return size
    if facts.stated_length is None:
        return f"the first {size} of more"
    return f"the first {size} of {facts.stated_length:,} bytes"


def _decoded(body: bytes, *, cut: bool) -> str | None:
    # A cut may fall inside a character; the few bytes of it are not worth calling the whole text binary.
    for end in range(len(body), len(body) - (4 if cut else 1), -1):
        try:
            return body[:end].decode("utf-8")
        except UnicodeDecodeError:
            continue
    return None
