"""An exchange as a curl command: masked, or with real tokens where a person asks for exactly that."""

import re
import shlex
from collections.abc import Mapping

from app.secret import Secret
from app.wire.details import Detail
from app.wire.redact import MASK

_SKIPPED = frozenset({"host", "content-length", "connection", "accept-encoding"})


def curl(method: str, detail: Detail, tokens: Mapping[str, Secret] | None = None) -> str:
    """Return the command; `tokens` by fingerprint are put where their masks stand, all others stay masked."""
    words = ["curl", "-X", method, detail.url]
    for name, value in detail.request_headers:
        if name.lower() not in _SKIPPED:
            words += ["-H", f"{name}: {value}"]
    if detail.request_body is not None and detail.request_body.text:
        words += ["--data-raw", detail.request_body.text]
    return " ".join(shlex.quote(_revealed(word, tokens or {})) for word in words)


def is_masked(command: str) -> bool:
    """Return whether something in a command is still masked."""
    return MASK in command


def _revealed(text: str, tokens: Mapping[str, Secret]) -> str:
    def reveal(match: re.Match[str]) -> str:
        token = tokens.get(match[1])
        return match[0] if token is None or len(token) != int(match[2]) else token.reveal()

    return re.sub(rf"{MASK} ([0-9a-f]{{4}}) · ([0-9]+) chars", reveal, text)
