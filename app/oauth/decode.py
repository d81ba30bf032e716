"""JWTs decoded for display only: nothing is verified."""

import json
from dataclasses import dataclass
from typing import Any

from app.base64url import from_base64url

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
        found = json.loads(from_base64url(part))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
