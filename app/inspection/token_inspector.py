"""Inspects tokens for one connection: offline from what is known, and on request with the server's help."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx

from app.clock import Clock
from app.errors import BadInput
from app.oauth.client import OAuthClient
from app.oauth.key_set import KeySet
from app.oauth.metadata import ServerMetadata
from app.secret import Secret
from app.session.session import Session
from app.session.tokens import Held, TokenSet
from app.token_name import TokenKind, TokenName

if TYPE_CHECKING:
    # For types alone: every connection has an inspector, and few tokens are inspected.
    from app.inspection.inspector import Inspection
    from app.inspection.pasted_text import PastedTokens

_HINTS = {TokenKind.ACCESS: "access_token", TokenKind.REFRESH: "refresh_token", TokenKind.ID: "id_token"}


class TokenInspector:
    """Inspections of the tokens in hand and of pasted ones.

    Requests are sent only by `fetch_keys`, `introspect` and `keys_of`, on the user's request; their results are kept
    for later inspections.
    """

    def __init__(self, http: httpx.AsyncClient, client: OAuthClient, session: Session, clock: Clock) -> None:
        self._http = http
        self._client = client
        self._session = session
        self._clock = clock
        self._introspections: dict[tuple[TokenName, str], Mapping[str, Any]] = {}

    def held(self, *, now: float | None = None, audience: str | None = None) -> "tuple[Inspection, ...]":
        """Inspect every token in hand: access, ID, refresh; sends nothing. `now` in epoch seconds, ours by default."""
        tokens = self._session.tokens
        if tokens is None:
            return ()
        return tuple(self._one(held, tokens, now, audience) for held in _all_of(tokens))

    def pasted(
        self,
        found: "PastedTokens",
        *,
        keys: KeySet | None = None,
        access_token: Secret | None = None,
        now: float | None = None,
    ) -> "Inspection":
        """Inspect a pasted token with the keys given, or the connection's if they are known; sends nothing.

        `access_token` is the one that was pasted along with an ID token. `now` in epoch seconds, ours by default.
        """
        from app.inspection.inspector import Against, inspect_text

        metadata = self._client.known_metadata
        against = Against(
            now=self._now(now),
            keys=keys if keys is not None else self._client.known_keys,
            metadata=metadata if keys is None else None,
            client_id=self._client.client_id,
            access_token=access_token,
        )
        return inspect_text(found.token, found.label, against)

    async def fetch_keys(self) -> KeySet:
        """Fetch the issuer's metadata and keys, unless they are known and fresh; raises network errors."""
        await self._client.metadata()
        return await self._client.keys_for("", cause=None)

    async def keys_of(self, issuer: str) -> tuple[ServerMetadata, KeySet]:
        """Fetch the metadata and keys of any issuer; raises network errors."""
        client = OAuthClient(self._http, self._clock, issuer=issuer, client_id="")
        return await client.metadata(), await client.keys_for("", cause=None)

    async def introspect(self, name: TokenName) -> None:
        """Introspect the token of that name; raises BadInput where that is not permitted."""
        tokens = self._session.tokens
        held = next((each for each in _all_of(tokens) if each.name == name), None) if tokens else None
        if held is None:
            raise BadInput(f"{name} is not in hand any more.", next_step="Inspect a token that is in hand.")
        response = await self._client.introspect(held.value, hint=_HINTS[held.kind], cause=None)
        self._introspections = {(held.name, held.value.fingerprint): response}

    def _one(self, held: Held, tokens: TokenSet, now: float | None, audience: str | None) -> "Inspection":
        from app.inspection.inspector import Against, inspect_held

        against = Against(
            now=self._now(now),
            keys=self._client.known_keys,
            metadata=self._client.known_metadata,
            issuer=self._client.issuer,
            client_id=self._client.client_id,
            audience=audience if held.kind is TokenKind.ACCESS else None,
            skew_s=self._session.skew_s,
            introspection=self._introspections.get((held.name, held.value.fingerprint)),
        )
        return inspect_held(held, tokens, against)

    def _now(self, now: float | None) -> float:
        return self._clock.now() if now is None else now


def _all_of(tokens: TokenSet) -> tuple[Held, ...]:
    return tuple(held for held in (tokens.access, tokens.id, tokens.refresh) if held is not None)
