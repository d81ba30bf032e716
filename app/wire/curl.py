"""An exchange as a curl command: masked, or with real tokens where the user asks for exactly that."""

import json
import re
import shlex
from collections.abc import Callable, Mapping
from urllib.parse import quote

from app.secret import MASK, Secret
from app.wire.details import Detail

_SKIPPED = frozenset({"host", "content-length", "connection", "accept-encoding"})
_MASKED = re.compile(rf"{MASK} ([0-9a-f]{{4}}) · ([0-9]+) chars")
_FORM = "application/x-www-form-urlencoded"
# curl takes these for patterns of several URLs
_PATTERNS = re.compile(r"[][{}]")


def curl(method: str, detail: Detail, tokens: Mapping[str, Secret] | None = None) -> str:
    """Return the command for a POSIX shell; `tokens` by fingerprint replace their masks, others stay masked.

    A token is written as its place requires: percent-encoded in a URL and in a form, escaped in JSON, as it is in a
    header. Where the body was too long to be kept whole, a comment says so.
    """
    known = tokens or {}
    words = ["curl", *_verb(method), *(["--globoff"] if _PATTERNS.search(detail.url) else [])]
    words.append(_revealed(detail.url, known, _percent))
    for name, value in detail.request_headers:
        if name.lower() not in _SKIPPED:
            words += ["-H", f"{name}: {_revealed(value, known, str)}"]
    body = detail.request_body
    if body is not None and body.text:
        words += ["--data-raw", _revealed(body.text, known, _spelling(body.media_type))]
    command = " ".join(map(shlex.quote, words))
    is_cut = body is not None and body.is_cut
    return f"{command}  # the body is not whole: {body.length} bytes were sent" if body and is_cut else command


def _verb(method: str) -> list[str]:
    return ["--head"] if method == "HEAD" else ["-X", method]  # with -X HEAD curl waits for a body that never comes


def _spelling(media_type: str) -> Callable[[str], str]:
    if media_type == _FORM:
        return _percent
    return _in_json if media_type.endswith("json") else str


def _percent(value: str) -> str:
    return quote(value, safe="")


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


def _revealed(text: str, tokens: Mapping[str, Secret], spelled: Callable[[str], str]) -> str:
    def reveal(match: re.Match[str]) -> str:
        token = tokens.get(match[1])
        return match[0] if token is None or len(token) != int(match[2]) else spelled(token.reveal())

    return _MASKED.sub(reveal, text)
