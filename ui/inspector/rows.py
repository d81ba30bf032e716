"""Claims as rows, worked out without Qt: name, value, meaning, mark."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.oauth.claims import MEANINGS, MOMENTS
from app.text import duration
from ui.text import moment_with_zone

_LONGEST_VALUE = 400
_FIRST = ("iss", "aud", "sub", "cid", "scp", "iat", "exp", "jti", "ver", "uid")
_LARGEST_MOMENT = 253_402_300_799  # the last second of the year 9999, where dates end


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim; `moment` is its epoch seconds when it is a time."""

    name: str
    value: str
    meaning: str
    moment: float | None = None


def rows_of(claims: Mapping[str, Any]) -> tuple[ClaimRow, ...]:
    """Return the claims as rows, those people look for first on top."""
    order = {name: place for place, name in enumerate(_FIRST)}
    names = sorted(claims, key=lambda name: (order.get(name, len(order)), list(claims).index(name)))
    return tuple(_row(name, claims[name]) for name in names)


def meaning_at(row: ClaimRow, now: float) -> str:
    """Return the row's meaning; a time as relative and absolute with zone: `3 s ago · 14:05:00 UTC+2`."""
    if row.moment is None:
        return row.meaning
    apart = row.moment - now
    relative = f"in {duration(apart)}" if apart > 0 else f"{duration(apart)} ago"
    return f"{row.meaning} · {relative} · {moment_with_zone(row.moment, now)}"


def mark_at(row: ClaimRow, now: float) -> str:
    """Return a word for a claim whose time has come: `lapsed`, `not yet`."""
    if row.moment is None:
        return ""
    if row.name == "exp":
        return "lapsed" if row.moment <= now else ""
    return "not yet" if row.name == "nbf" and row.moment > now else ""


def _row(name: str, value: Any) -> ClaimRow:
    moment = None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in MOMENTS and is_number and 0 <= value <= _LARGEST_MOMENT:
        moment = float(value)
    return ClaimRow(name, _text(value), MEANINGS.get(name, ""), moment)


def _text(value: Any) -> str:
    if isinstance(value, str):
        text = value
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        text = " ".join(value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    text = "".join(letter if letter.isprintable() else "�" for letter in text)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"
