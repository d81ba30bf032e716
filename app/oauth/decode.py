"""JWTs decoded for display only: nothing is verified."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

_PARTS = 3


@dataclass(frozen=True, slots=True)
class Decoded:
    """A JWT's header and claims as written, unverified."""

    header: dict[str, Any]
    claims: dict[str, Any]


def decode(token: str) -> Decoded | None:
    """Return what can be read of a JWT without trusting it, or None when the text is opaque."""
    parts = token.split(".")
    if len(parts) != _PARTS:
        return None
    header, claims = _json_part(parts[0]), _json_part(parts[1])
    if header is None or claims is None:
        return None
    return Decoded(header, claims)


def _json_part(part: str) -> dict[str, Any] | None:
    try:
        text = base64.urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4))
        found = json.loads(text)
    except (ValueError, binascii.Error, RecursionError):
        return None
    return found if isinstance(found, dict) else None
