"""One token inspected: shown, judged rule by rule, its expiry sources; the same record for window, command and JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.inspection.expiry_sources import Testimony, expiry_table
from app.inspection.reading import TextForm, TokenReading, read
from app.oauth.key_set import KeySet
from app.oauth.metadata import ServerMetadata
from app.oauth.rules import RuleOutcome
from app.oauth.verify import Expected, JwtKind, Verification, verify
from app.secret import Secret
from app.session.tokens import Held, TokenSet
from app.token_name import TokenKind, TokenName

FOR_THE_API = "For the API: shown, not relied on (RFC 9068 §6)."
FOR_THE_ORG = "For Okta only: shown, not relied on (RFC 9068 §6); its org server promises no format."
_ID_CLAIMS = frozenset({"nonce", "at_hash", "c_hash", "amr"})
_ACCESS_CLAIMS = frozenset({"scp", "scope", "cid", "client_id"})
_KINDS = {TokenKind.ACCESS: JwtKind.ACCESS, TokenKind.ID: JwtKind.ID}


class Conclusion(StrEnum):
    """The conclusion of an inspection."""

    VALID = "valid"
    NOT_VALID = "not valid"
    NOT_VERIFIED = "not verified"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What a token is inspected against; None means unknown.

    `now` in epoch seconds, `skew_s` positive where the server's clock is ahead of ours; `introspection` is the server's
    response, None where it was not asked; `access_token` is the one that came along with an ID token.
    """

    now: float
    keys: KeySet | None = None
    metadata: ServerMetadata | None = None
    issuer: str | None = None
    client_id: str | None = None
    audience: str | None = None
    skew_s: float | None = None
    introspection: Mapping[str, Any] | None = field(default=None, repr=False)
    access_token: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Everything there is to say about one token; `name` is None for a pasted one, `verification` for no JWT."""

    name: TokenName | None
    kind: JwtKind
    reading: TokenReading
    verification: Verification | None
    truth: tuple[Testimony, ...]
    introspection: Mapping[str, Any] | None = field(default=None, repr=False)
    remark: str = ""
    label: str = ""

    @property
    def title(self) -> str:
        """Its title: the name of a token in hand, or the label of a pasted one."""
        return f"pasted {self.label or 'token'}" if self.name is None else str(self.name)

    @property
    def conclusion(self) -> Conclusion:
        """Return the conclusion; a token whose signature cannot be checked is never valid."""
        if self.verification is None:
            return self._by_introspection()
        if self.verification.first_failure is not None:
            return Conclusion.NOT_VALID
        return Conclusion.VALID if self.verification.is_verified else Conclusion.NOT_VERIFIED

    def sentence(self) -> str:
        failure = self.verification.first_failure if self.verification else None
        match self.conclusion:
            case Conclusion.VALID:
                return self._valid_sentence()
            case Conclusion.NOT_VALID:
                return failure.why if failure is not None else "The server says it is not active."
            case Conclusion.NOT_VERIFIED:
                signature = self.verification.verdict("signature") if self.verification else None
                return signature.why if signature else "The signature was not checked."
            case _:
                return self.reading.remark

    def _valid_sentence(self) -> str:
        if self.verification is None:
            return "The server says it is active."
        open_rules = [each.rule for each in self.verification.verdicts if each.outcome is RuleOutcome.CANNOT_BE_CHECKED]
        left = f" Not checked: {', '.join(open_rules)}." if open_rules else ""
        return f"The signature holds and no rule is broken.{left}"

    def _by_introspection(self) -> Conclusion:
        if self.introspection is None:
            return Conclusion.OPAQUE
        return Conclusion.VALID if self.introspection.get("active") is True else Conclusion.NOT_VALID


def inspect_held(held: Held, tokens: TokenSet, against: Against) -> Inspection:
    """Return the inspection of a token in hand, with what its session knows of it."""
    kind = _KINDS.get(held.kind, JwtKind.ANY)
    first = tokens.first_id_claims or {}
    is_first = held.number == 1
    expected = _expected(kind, against)
    if kind is JwtKind.ID:
        fits = tokens.access is not None and tokens.access.number == held.number
        expected = replace(
            expected,
            access_token=tokens.access.value if tokens.access is not None and fits else None,
            # the nonce of the sign-in was compared then, before anything was kept
            nonce=str(first["nonce"]) if is_first and "nonce" in first else None,
            first=None if is_first else tokens.first_id_claims,
            is_refreshed=not is_first,
        )
    inspection = _inspected(held.value, held.name, kind, expected, against)
    if held.kind is not TokenKind.ACCESS:
        return inspection
    truth = expiry_table(
        by_receipt=tokens.expires_at,
        exp=_moment(inspection.reading.claims, "exp"),
        skew_s=against.skew_s,
        acted_on=tokens.expiry.source,
        **_introspected(against),
    )
    return replace(inspection, truth=truth, remark=_access_remark(inspection.reading, against))


def inspect_text(token: Secret, label: str, against: Against) -> Inspection:
    """Return the inspection of any text; `label` is its name where it was found, or empty."""
    kind = _kind(label, read(token.reveal()), against)
    inspection = _inspected(token, None, kind, _expected(kind, against), against)
    remark = _access_remark(inspection.reading, against) if kind is JwtKind.ACCESS else ""
    return replace(inspection, remark=remark, label=label)


def _inspected(
    token: Secret, name: TokenName | None, kind: JwtKind, expected: Expected, against: Against
) -> Inspection:
    reading = read(token.reveal())
    is_jwt = reading.form in (TextForm.JWT, TextForm.DAMAGED)
    return Inspection(
        name=name,
        kind=kind,
        reading=reading,
        verification=verify(token.reveal(), expected) if is_jwt else None,
        truth=expiry_table(exp=_moment(reading.claims, "exp"), skew_s=against.skew_s, **_introspected(against)),
        introspection=against.introspection,
    )


def _expected(kind: JwtKind, against: Against) -> Expected:
    metadata = against.metadata
    issuer = against.issuer or (metadata.issuer if metadata else None)
    audience = against.audience or (against.client_id if kind is JwtKind.ID else None)
    return Expected(
        kind=kind,
        now=against.now,
        keys=against.keys,
        algs=metadata.id_token_algs if metadata is not None and kind is JwtKind.ID else None,
        issuer=issuer,
        audience=audience,
        access_token=against.access_token,
    )


def _introspected(against: Against) -> dict[str, Any]:
    found = against.introspection
    if found is None:
        return {}
    return {"introspected": _moment(found, "exp"), "is_active": found.get("active") is True}


def _kind(label: str, reading: TokenReading, against: Against) -> JwtKind:
    for kind in (JwtKind.ID, JwtKind.ACCESS):
        if label == kind.value:
            return kind
    claims, header = reading.claims or {}, reading.header or {}
    if str(header.get("typ", "")).lower().endswith("at+jwt"):
        return JwtKind.ACCESS
    if _ID_CLAIMS & claims.keys() or (against.client_id is not None and claims.get("aud") == against.client_id):
        return JwtKind.ID
    return JwtKind.ACCESS if _ACCESS_CLAIMS & claims.keys() else JwtKind.ANY


def _access_remark(reading: TokenReading, against: Against) -> str:
    issuer = against.issuer or (against.metadata.issuer if against.metadata else None)
    aud = (reading.claims or {}).get("aud")
    # an org server's issuer is the org itself, and so is the audience of its access tokens (Okta fact §2.1)
    return FOR_THE_ORG if issuer is not None and aud == issuer and "/oauth2/" not in issuer else FOR_THE_API


def _moment(claims: Mapping[str, Any] | None, name: str) -> float | None:
    value = (claims or {}).get(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < _LAST_MOMENT else None  # type: ignore[arg-type]


_LAST_MOMENT = 1e15
