"""The stored form of a session: one versioned JSON text in the keyring."""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from app.decision import ExpirySource
from app.errors import NewerEntry, StoreFailed
from app.errors.reasons import KeyringState
from app.events.tokens import RefreshTokenFate
from app.records import Damaged, Record, is_moment, is_number, is_whole
from app.secret import Secret
from app.session import words
from app.session.expiry import Expiry, Receipt
from app.session.tokens import Held, IdTokenFlaw, TokenSet
from app.token_name import TokenKind, TokenName

VERSION = 2
# Version 1 did not say whose session it is; the name of its entry did.
_UPGRADES: dict[int, Callable[[dict[str, Any], str], dict[str, Any]]] = {
    1: lambda found, key: {**found, "version": 2, "key": key},
}


def to_text(tokens: TokenSet, key: str) -> str:
    """Return the text to keep under `key`; it contains the token values and goes nowhere but into the store."""
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
            "id_flaw": _flaw_out(tokens.id_flaw),
            "silent_refusals": tokens.silent_refusals,
            "refused_by": list(tokens.refused_by),
        },
        separators=(",", ":"),
    )


def from_text(text: str, key: str) -> TokenSet:
    """Read the session stored under `key`, of this version or an earlier one.

    Raises StoreFailed when it cannot be used, without quoting it.
    """
    try:
        record = Record.of(text.encode())
        version = record.whole("version", least=1)
        if version > VERSION:
            raise NewerEntry
        while version in _UPGRADES:
            record = Record(_UPGRADES[version](record.members(), key))
            version = record.whole("version")
        if record.text("key") != key:
            raise StoreFailed(words.OTHER_CONNECTIONS, state=KeyringState.READY)
        return _token_set(record)
    except (Damaged, UnicodeEncodeError):
        raise StoreFailed(words.DAMAGED, state=KeyringState.READY) from None


def _token_set(found: Record) -> TokenSet:
    return TokenSet(
        family=found.text("family"),
        number=found.whole("number"),
        receipt=_receipt_in(found, "receipt"),
        access=found.nullable("access", lambda name: _held_in(found, name, TokenKind.ACCESS)),
        refresh=found.nullable("refresh", lambda name: _held_in(found, name, TokenKind.REFRESH)),
        id=found.nullable("id", lambda name: _held_in(found, name, TokenKind.ID)),
        expiry=Expiry(found.nullable("lifetime_s", found.moment), found.member("source", ExpirySource)),
        scope=found.text("scope"),
        refresh_fate=found.member("refresh_fate", RefreshTokenFate),
        refresh_receipt=found.nullable("refresh_receipt", lambda name: _receipt_in(found, name)),
        id_claims=found.nullable("id_claims", found.object),
        first_id_claims=found.nullable("first_id_claims", found.object),
        # these are newer than the version: an entry without them is valid
        id_flaw=_flaw_in(found),
        silent_refusals=found.whole("silent_refusals", 0),
        refused_by=found.texts("refused_by") if "refused_by" in found else (),
    )


def _flaw_out(flaw: IdTokenFlaw | None) -> list[str] | None:
    return None if flaw is None else [str(flaw.name), flaw.rule, flaw.why]


def _flaw_in(found: Record) -> IdTokenFlaw | None:
    if "id_flaw" not in found:
        return None
    flaw = found.nullable("id_flaw", found.texts)
    if flaw is None:
        return None
    if len(flaw) != len(fields(IdTokenFlaw)):
        raise Damaged("id_flaw is not what it should hold")
    # it is the flaw of this generation's ID token, whatever name it is stored with
    return IdTokenFlaw(TokenName(TokenKind.ID, found.whole("number")), *flaw[1:])


def _held_out(held: Held | None) -> list[Any] | None:
    return None if held is None else [held.number, held.value.reveal()]


def _held_in(found: Record, name: str, kind: TokenKind) -> Held:
    number, value = found.row(name, is_whole, _is_token)
    return Held(kind, number, Secret(value))


def _receipt_out(receipt: Receipt | None) -> list[Any] | None:
    return None if receipt is None else [receipt.wall, receipt.elapsed, receipt.boot_id]


def _receipt_in(found: Record, name: str) -> Receipt:
    wall, elapsed, boot_id = found.row(name, is_moment, is_number, _is_text)
    return Receipt(float(wall), float(elapsed), boot_id)


def _is_token(found: object) -> bool:
    return isinstance(found, str) and found != ""


def _is_text(found: object) -> bool:
    return isinstance(found, str)
