"""An exchange in full as text: one parameter a line, JSON indented; masked as it was recorded."""

import re
from urllib.parse import parse_qsl

from app.wire.details import Detail
from app.wire.redact import ShownBody

_DEEPEST = 100
_SIGNS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\],:]|[^\s{}\[\],:"]+(?:[ \t]+[^\s{}\[\],:"]+)*', re.DOTALL)
NOT_KEPT = "It is too long ago: only its line is kept."


def request_text(method: str, detail: Detail | None) -> str:
    """Return the request line, the headers and the body."""
    if detail is None:
        return NOT_KEPT
    lines = [f"{method} {detail.url} {detail.http_version}".rstrip(), *_headers(detail.request_headers)]
    return "\n".join((*lines, *_body(detail.request_body)))


def response_text(status: int | None, failure: str | None, detail: Detail | None) -> str:
    """Return the status line, the headers and the body: what arrived before it failed, if it did."""
    if detail is None:
        return NOT_KEPT
    if status is None and not detail.response_headers:
        return f"No response: {failure or 'it was given up'}."
    lines = [f"{detail.http_version} {status or ''} {detail.reason}".strip(), *_headers(detail.response_headers)]
    lines += _body(detail.response_body)
    return "\n".join((*lines, "", f"Broken off here: {failure}.") if failure else lines)


def pretty_body(body: ShownBody) -> str:
    """Return a form as a parameter a line, JSON indented, anything else unchanged."""
    if body.media_type == "application/x-www-form-urlencoded":
        return _form(body.text)
    return laid_out(body.text) if body.media_type.endswith("json") else body.text


def laid_out(text: str) -> str:
    """Return single-line JSON a member a line; broken JSON stays as it is.

    Only whitespace between tokens changes: duplicate names and numbers stay as they came.
    """
    if "\n" in text.strip():
        return text
    depth, parts = 0, list[str]()
    for sign in _SIGNS.findall(text):
        if sign in ("{", "["):
            depth += 1
        elif sign in ("}", "]"):
            depth -= 1
        elif sign[0] == '"' and (len(sign) == 1 or sign[-1] != '"'):
            return text
        if not 0 <= depth <= _DEEPEST:
            return text
        _lay(sign, depth, parts)
    return "".join(parts) if depth == 0 else text


def _lay(sign: str, depth: int, parts: list[str]) -> None:
    line = "\n" + "  " * depth
    if sign in ("}", "]"):
        is_empty = parts[-2:-1] in (["{"], ["["]) and parts[-1][0] == "\n"
        parts[-1:] = [sign] if is_empty else [parts[-1], line, sign]
    elif sign in ("{", "["):
        parts += sign, line
    else:
        parts += [sign, line] if sign == "," else [": "] if sign == ":" else [sign]


def _headers(headers: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers]


def _body(body: ShownBody | None) -> list[str]:
    if body is None or not body.length:
        return []
    if not body.text:
        return ["", f"({body.length:,} bytes of {body.media_type or 'an unstated type'}, not shown)"]
    return ["", pretty_body(body), *([f"(cut: {body.length:,} bytes in all)"] if body.is_cut else [])]


def _form(text: str) -> str:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=500)
    except ValueError:
        return text
    return "\n".join(f"{name} = {value}" for name, value in pairs) or text
