"""The response panel: status, headers and body of the last call, read-only."""

import json
from dataclasses import dataclass

from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from app.errors import LapseError
from app.text import duration
from ui import theme

_SHOWN_CHARACTERS = 200_000
_PRETTY_BYTES = 200_000
_BINARY = b"\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFacts:
    """What came back: an answer, or the `failure` that kept it from coming; `body` is cut when `truncated`."""

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


def response_text(facts: ResponseFacts) -> str:
    """Return the answer as plain text: status line, headers, body; binary bodies are counted, not shown."""
    if facts.failure is not None:
        return "\n".join((facts.request, "", *facts.failure.lines()))
    status = f"{facts.status} {facts.reason}".strip()
    head = [facts.request, f"{status} · {duration(facts.duration_s)}", ""]
    head += [f"{name}: {value}" for name, value in facts.headers]
    return "\n".join((*head, "", _body(facts)))


def _body(facts: ResponseFacts) -> str:
    if not facts.body:
        return "(no body)"
    size = f"{len(facts.body):,} bytes"
    kind = facts.media_type or "an unstated type"
    text = None if _BINARY in facts.body else _decoded(facts.body, cut=facts.truncated)
    if text is None:
        return f"({_amount(facts, size)} of {kind}, not shown)"
    if facts.media_type.endswith("json") and not facts.truncated and len(facts.body) <= _PRETTY_BYTES:
        text = _pretty(text)
    if facts.truncated:
        return f"(cut: {_amount(facts, size)})\n\n{text[:_SHOWN_CHARACTERS]}"
    if len(text) > _SHOWN_CHARACTERS:
        return f"(the first {_SHOWN_CHARACTERS:,} of {len(text):,} characters)\n\n{text[:_SHOWN_CHARACTERS]}"
    return text


def _amount(facts: ResponseFacts, size: str) -> str:
    if not facts.truncated:
        return size
    whole = "more" if facts.stated_length is None else f"{facts.stated_length:,} bytes"
    return f"the first {size} of {whole}"


def _decoded(body: bytes, *, cut: bool) -> str | None:
    # A cut may fall inside a character; the few bytes of it are not worth calling the whole text binary.
    for end in range(len(body), len(body) - (4 if cut else 1), -1):
        try:
            return body[:end].decode("utf-8")
        except UnicodeDecodeError:
            continue
    return None


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


class ResponsePanel(QWidget):
    """Shows the last answer; a line as long as the whole text must not stop the window, so lines are not wrapped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = QPlainTextEdit()
        self.view.setObjectName("responseView")
        self.view.setAccessibleName(self.tr("The API's answer"))
        self.view.setReadOnly(True)
        theme.set_mono(self.view, 12)
        self.view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.view.setPlaceholderText(self.tr("Nothing was called yet."))
        self.view.setTabChangesFocus(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.addWidget(self.view)

    def show_response(self, facts: ResponseFacts) -> None:
        """Show this answer."""
        self.view.setPlainText(response_text(facts))
