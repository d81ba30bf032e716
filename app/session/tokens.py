"""Tokens as they are held: one token response is one generation, and generations of one sign-in are a family."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.decision import ExpirySource
from app.events.tokens import Issued, RefreshTokenFate, RestoredTokens, TokensReceived
from app.secret import KnownSecrets, Secret
from app.session.expiry import UNKNOWN_EXPIRY, Expiry, Receipt
from app.text import one_line
from app.token_name import TokenKind, TokenName

if TYPE_CHECKING:
    # For its type alone: it imports httpx, which comes after the first paint.
    from app.oauth.grants import TokenResponse

_LONGEST_NAME = 80
_SHORTEST_TOKEN = 16


_SILENT_REFUSALS_BELIEVED = 2


@dataclass(frozen=True, slots=True)
class Held:
    """One token in hand, with the number of the generation that brought it."""

    kind: TokenKind
    number: int
    value: Secret

    @property
    def name(self) -> TokenName:
        return TokenName(self.kind, self.number)

    def issued(self, expires_at: float | None = None, source: ExpirySource = ExpirySource.NOT_STATED) -> Issued:
        """Return its record for the journal, without its value."""
        return Issued(self.name, self.value.fingerprint, len(self.value), expires_at, source)


@dataclass(frozen=True, slots=True)
class IdTokenFlaw:
    """A refreshed ID token that did not pass: its name, the rule it broke, and how, in a sentence."""

    name: TokenName
    rule: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSet:
    """The tokens held after generation `number` of a `family`; `access` is None once dropped, or where none came.

    `refresh` and `id` keep the number of the generation that brought them: a kept refresh token is still `RT-1` in
    generation 3. `id` is the newest ID token that passed and `id_claims` are its claims, `first_id_claims` those of the
    sign-in (OIDC Core §12.2 compares with them); `id_flaw` is about a newer one that did not pass. `silent_refusals`
    counts refusals of the refresh token without a reason since it last worked. `refused_by` are the APIs (origins) that
    refused even a token that had just been issued, and have accepted none since.
    """

    family: str
    number: int
    receipt: Receipt
    access: Held | None
    refresh: Held | None
    id: Held | None
    expiry: Expiry
    scope: str
    refresh_fate: RefreshTokenFate
    refresh_receipt: Receipt | None = None
    id_claims: dict[str, Any] | None = None
    first_id_claims: dict[str, Any] | None = None
    id_flaw: IdTokenFlaw | None = None
    silent_refusals: int = 0
    refused_by: tuple[str, ...] = ()

    @property
    def seems_dead(self) -> bool:
        """Whether the refresh token is most likely dead: refused twice without a reason."""
        return self.silent_refusals >= _SILENT_REFUSALS_BELIEVED

    @property
    def expires_at(self) -> float | None:
        """When the access token ends in epoch seconds, by receipt and stated lifetime; None is unknown."""
        if self.expiry.lifetime_s is None:
            return None
        return self.receipt.wall + self.expiry.lifetime_s

    @property
    def display_name(self) -> str:
        """Return the user's name, else username, else subject.

        A refreshed ID token may be thinner than the first: where it lacks a name, that of the sign-in, userinfo
        included, is used.
        """
        claims = {**(self.first_id_claims or {}), **(self.id_claims or {})}
        for claim in ("name", "preferred_username", "email", "sub"):
            value = claims.get(claim)
            name = one_line(self._unsaid(value), longest=_LONGEST_NAME) if isinstance(value, str) else ""
            if name:
                return name
        return "unknown user (no ID token)"

    def values(self) -> tuple[Secret, ...]:
        return tuple(held.value for held in (self.access, self.refresh, self.id) if held is not None)

    def _unsaid(self, claim: str) -> str:
        """Return a claim with these tokens masked, should it repeat one; no name is as long as they are."""
        return claim if len(claim) < _SHORTEST_TOKEN else KnownSecrets(self.values()).clean(claim)

    def received(self, grant: str, id_token: Secret | None) -> TokensReceived:
        """Return the event of this generation, brought by `grant` with `id_token`; names and fingerprints only."""
        came = Held(TokenKind.ID, self.number, id_token) if id_token is not None else self.id
        return TokensReceived(
            number=self.number,
            grant=grant,
            access=self.access.issued(self.expires_at, self.expiry.source) if self.access else None,
            refresh=self.refresh.issued() if self.refresh else None,
            id=came.issued() if came else None,
            refresh_fate=self.refresh_fate,
            scope=self.scope,
        )

    def taken(self) -> RestoredTokens:
        """Return the record of these tokens when they are restored from the store."""
        return RestoredTokens(
            access=self.access.issued(self.expires_at, self.expiry.source) if self.access else None,
            received_at=self.receipt.wall,
            refresh=self.refresh.issued() if self.refresh else None,
            refresh_received_at=(self.refresh_receipt or self.receipt).wall,
        )

    def without_access(self) -> "TokenSet":
        """Return the same set without the access token."""
        return replace(self, access=None)

    def next(self, response: "TokenResponse", receipt: Receipt) -> "TokenSet":
        """Return the generation of a response after this one: without a refresh token it keeps ours (RFC 6749 §6).

        The ID token in hand stays: the response's is added by `identified` once it has passed.
        """
        number = self.number + 1
        refresh, fate, refresh_receipt = self.refresh, RefreshTokenFate.KEPT, self.refresh_receipt
        if response.refresh_token is not None and (refresh is None or refresh.value != response.refresh_token):
            fate = RefreshTokenFate.NEW if refresh is None else RefreshTokenFate.REPLACED
            refresh, refresh_receipt = Held(TokenKind.REFRESH, number, response.refresh_token), receipt
        elif refresh is None:
            fate = RefreshTokenFate.ABSENT
        return replace(
            self,
            number=number,
            receipt=receipt,
            access=None if response.access_token is None else Held(TokenKind.ACCESS, number, response.access_token),
            refresh=refresh,
            refresh_fate=fate,
            refresh_receipt=refresh_receipt,
            id_flaw=None,
            silent_refusals=0,
            expiry=_expiry_of(response),
            scope=response.scope if response.scope is not None else self.scope,
        )

    def identified(self, id_token: Secret, claims: dict[str, Any]) -> "TokenSet":
        """Return the same set with the ID token of this generation, whose claims have passed."""
        return replace(self, id=Held(TokenKind.ID, self.number, id_token), id_claims=claims, id_flaw=None)


def _expiry_of(response: "TokenResponse") -> Expiry:
    if response.expires_in_s is None:
        return UNKNOWN_EXPIRY
    return Expiry(response.expires_in_s, ExpirySource.EXPIRES_IN)
