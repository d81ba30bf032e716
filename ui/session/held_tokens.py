"""The facts of the current tokens for the cards; the values themselves are not copied."""

from dataclasses import replace

from app.events.tokens import RefreshTokenFate
from app.oauth.decode import decode
from app.session.expiry import leeway_in_force
from app.session.tokens import Held, TokenSet
from app.text import one_line
from ui.session.facts import TokenFacts


def facts_of(tokens: TokenSet, *, leeway_s: float) -> dict[str, TokenFacts | None]:
    """Return the facts of the access, refresh and ID token; `leeway_s` is the configured leeway in seconds."""
    return {"access": _access(tokens, leeway_s), "refresh": _refresh(tokens), "id": _id(tokens)}


def _access(tokens: TokenSet, leeway_s: float) -> TokenFacts | None:
    if tokens.access is None:
        return None
    leeway = leeway_in_force(leeway_s, tokens.expiry.lifetime_s)
    return _facts("access", tokens.access, tokens.receipt.wall, tokens.expires_at, leeway_s=leeway)


def _refresh(tokens: TokenSet) -> TokenFacts | None:
    if tokens.refresh is None:
        return None
    received = tokens.refresh_receipt or tokens.receipt
    facts = _facts("refresh", tokens.refresh, received.wall, None, fate=tokens.refresh_fate)
    return replace(facts, seems_dead=tokens.seems_dead)


def _id(tokens: TokenSet) -> TokenFacts | None:
    if tokens.id is None:
        return None
    claims = tokens.id_claims or {}
    issued, ends = claims.get("iat"), claims.get("exp")
    facts = _facts(
        "id",
        tokens.id,
        float(issued) if isinstance(issued, int | float) else tokens.receipt.wall,
        float(ends) if isinstance(ends, int | float) else None,
    )
    flaw = tokens.id_flaw
    return facts if flaw is None else replace(facts, flaw=f"{flaw.name} did not pass: {flaw.rule}")


def _facts(
    kind: str,
    held: Held,
    issued_at: float,
    ends_at: float | None,
    *,
    leeway_s: float = 0.0,
    fate: RefreshTokenFate | None = None,
) -> TokenFacts:
    decoded = decode(held.value.reveal())
    form = "opaque" if decoded is None else f"JWT {one_line(str(decoded.header.get('alg', 'unsigned')), longest=20)}"
    return TokenFacts(
        kind=kind,
        name=held.name,
        number=held.number,
        fingerprint=held.value.fingerprint,
        length=len(held.value),
        form=form,
        issued_at=issued_at,
        ends_at=ends_at,
        leeway_s=leeway_s,
        fate=fate,
    )
