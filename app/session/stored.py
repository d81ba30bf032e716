"""The stored form of a session: one versioned JSON text in the keyring."""

import json
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

from app.decision import ExpirySource
from app.errors import KeyringState, NewerEntry, StoreFailed
from app.events import RefreshTokenFate
from app.secret import Secret
from app.session.expiry import Expiry, Receipt
from app.session.tokens import Held, IdTokenFlaw, TokenSet

VERSION = 2
# Version 1 did not say whose session it is; the entry it lay in did.
_UPGRADES: dict[int, Callable[[dict[str, Any], str], dict[str, Any]]] = {
    1: lambda found, key: {**found, "version": 2, "key": key},
}


def to_text(tokens: TokenSet, key: str) -> str:
    """Return the text to keep under `key`; it holds the token values and goes nowhere but into the store."""
    return json.dumps(
        {
            "version": VERSION,
            "key": key,
            "family": tokens.family,
            "number": tokens.number,
            "receipt": _receipt_out(tokens.receipt),
            "access": _held_out(tokens.access),
            "refresh": _held_out(tokens.refresh),
            "id": _held_out(tokens.id),
            "lifetime_s": tokens.expiry.lifetime_s,
            "source": tokens.expiry.source.name,
            "scope": tokens.scope,
            "refresh_fate": tokens.refresh_fate.name,
            "refresh_receipt": _receipt_out(tokens.refresh_receipt),
            "id_claims": tokens.id_claims,
            "first_id_claims": tokens.first_id_claims,
            "id_flaw": None if tokens.id_flaw is None else [*astuple(tokens.id_flaw)],
            "silent_refusals": tokens.silent_refusals,
            "on_trial": tokens.on_trial,
        },
        separators=(",", ":"),
    )


def from_text(text: str, key: str) -> TokenSet:
    """Read the session stored under `key`, of this version or an earlier one.

    Raises StoreFailed when it cannot be used, without quoting it.
    """
    try:
        found = json.loads(text)
        while found["version"] in _UPGRADES:
            found = _UPGRADES[found["version"]](found, key)
        if found["version"] != VERSION:
            raise _of_another_version(found["version"])
        if found["key"] != key:
            raise StoreFailed("The stored session belongs to another connection.", state=KeyringState.READY)
        return _token_set(found)
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError, IndexError):
        raise StoreFailed("The stored session is damaged.", state=KeyringState.READY) from None


def _token_set(found: dict[str, Any]) -> TokenSet:
    receipt = _receipt_in(found["receipt"])
    assert receipt is not None
    return TokenSet(
        family=str(found["family"]),
        number=int(found["number"]),
        receipt=receipt,
        access=_held_in("AT", found["access"]),
        refresh=_held_in("RT", found["refresh"]),
        id=_held_in("ID", found["id"]),
        expiry=Expiry(found["lifetime_s"], ExpirySource[found["source"]]),
        scope=str(found["scope"]),
        refresh_fate=RefreshTokenFate[found["refresh_fate"]],
        refresh_receipt=_receipt_in(found["refresh_receipt"]),
        id_claims=found["id_claims"],
        first_id_claims=found["first_id_claims"],
        # these came later than the version: an entry without them is as good
        id_flaw=IdTokenFlaw(*map(str, found["id_flaw"])) if found.get("id_flaw") else None,
        silent_refusals=int(found.get("silent_refusals", 0)),
        on_trial=bool(found.get("on_trial", False)),
    )


def _of_another_version(version: object) -> StoreFailed:
    if isinstance(version, int) and version > VERSION:
        return NewerEntry()
    return StoreFailed("The stored session is damaged.", state=KeyringState.READY)


def _held_out(held: Held | None) -> list[Any] | None:
    return None if held is None else [held.number, held.value.reveal()]


def _held_in(prefix: str, found: list[Any] | None) -> Held | None:
    return None if found is None else Held(prefix, int(found[0]), Secret(str(found[1])))


def _receipt_out(receipt: Receipt | None) -> list[Any] | None:
    return None if receipt is None else [receipt.wall, receipt.elapsed, receipt.boot_id]


def _receipt_in(found: list[Any] | None) -> Receipt | None:
    return None if found is None else Receipt(float(found[0]), float(found[1]), str(found[2]))
