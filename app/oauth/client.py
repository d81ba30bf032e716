"""Sends what `grants` builds and returns what `grants` reads, for one issuer and one client."""

import contextlib
import math
import re
from collections.abc import Mapping
from typing import Any

import httpx

from app.clock import Clock
from app.errors import BadInput, Unreachable, UnusableResponse
from app.events.wire import ExchangeKind
from app.oauth import device, direct, grants, par, words
from app.oauth.discovery import discover
from app.oauth.id_token import NamedSubject, verify_id_token, whose
from app.oauth.jws import NotReadable, read_jws
from app.oauth.key_set import KeySet, read_keys
from app.oauth.metadata import ServerMetadata
from app.oauth.pkce import Pkce
from app.secret import Secret
from app.strict_json import read_object
from app.wire.fetch import BrokenResponse, FetchedResponse, fetch

# Tokens that name unknown keys must not make us fetch keys without end.
_KEYS_REFETCH_AFTER_S = 60.0
_KEYS_FOR_S, _KEYS_FOR_AT_LEAST_S, _KEYS_FOR_AT_MOST_S = 3600.0, 300.0, 86400.0
_TOKEN_TOTAL_S = 20.0


class OAuthClient:
    """A public client of one issuer; metadata and keys are fetched when first needed, then cached.

    Every method raises Unreachable, UnusableResponse or OAuthError for what the server did; what that means for the
    session is decided by the caller.
    """

    def __init__(
        self, http: httpx.AsyncClient, clock: Clock, *, issuer: str, client_id: str, resource: str = ""
    ) -> None:
        self._http = http
        self._clock = clock
        self.issuer = issuer
        self.client_id = client_id
        self.resource = resource
        """The API that refreshes name (RFC 8707 §2.2): the one the last completed sign-in was for."""
        self._metadata: ServerMetadata | None = None
        self._keys: KeySet | None = None
        self._keys_good_until = 0.0
        self._keys_asked_again_at = -math.inf

    async def metadata(self, *, cause: int | None = None) -> ServerMetadata:
        """Return the issuer's metadata, fetched once; raises DiscoveryFailed or Unreachable."""
        if self._metadata is None:
            self._metadata, _ = await discover(self._http, self.issuer, cause=cause)
        return self._metadata

    async def push(self, endpoint: str, params: Mapping[str, str], *, cause: int | None) -> str:
        """Push an authorization request; return its `request_uri` (RFC 9126 §2)."""
        request = par.pushed_request(endpoint, params)
        return par.read_pushed(await self.ask(request, cause))

    async def exchange_code(
        self, *, code: Secret, redirect_uri: str, pkce: Pkce, resource: str = "", cause: int | None
    ) -> grants.TokenResponse:
        """Exchange an authorization code for tokens (RFC 6749 §4.1.3)."""
        metadata = await self.metadata(cause=cause)
        request = grants.code_request(
            metadata, client_id=self.client_id, code=code, redirect_uri=redirect_uri, pkce=pkce, resource=resource
        )
        return grants.read_token_response(await self.ask_for_tokens(request, cause))

    async def device_codes(
        self, endpoint: str, *, scopes: str, audience: str, resource: str, cause: int | None
    ) -> device.DeviceCodes:
        """Request the codes of a sign-in on another device (RFC 8628 §3.1)."""
        request = device.device_request(
            endpoint, client_id=self.client_id, scopes=scopes, audience=audience, resource=resource
        )
        return device.read_device_response(await self.ask(request, cause))

    async def device_tokens(self, device_code: Secret, *, resource: str, cause: int | None) -> grants.TokenResponse:
        """Poll once for a sign-in on another device (RFC 8628 §3.4)."""
        metadata = await self.metadata(cause=cause)
        request = device.token_request(metadata, client_id=self.client_id, device_code=device_code, resource=resource)
        return grants.read_token_response(await self.ask_for_tokens(request, cause))

    async def by_password(
        self, username: str, password: Secret, *, scopes: str, audience: str, resource: str, cause: int | None
    ) -> grants.TokenResponse | direct.MfaRequired:
        """Request tokens by password (RFC 6749 §4.3, Okta fact §4)."""
        request = direct.password_request(
            await self.metadata(cause=cause),
            client_id=self.client_id,
            scopes=scopes,
            username=username,
            password=password,
            audience=audience,
            resource=resource,
        )
        return direct.read_first_response(await self.ask_for_tokens(request, cause))

    async def by_otp(self, mfa_token: Secret, otp: Secret, *, scopes: str, cause: int | None) -> grants.TokenResponse:
        """Follow a password with a one-time code."""
        metadata = await self.metadata(cause=cause)
        request = direct.otp_request(metadata, client_id=self.client_id, scopes=scopes, mfa_token=mfa_token, otp=otp)
        return grants.read_token_response(await self.ask_for_tokens(request, cause))

    async def ask_phone(self, mfa_token: Secret, *, cause: int | None) -> direct.Push:
        """Follow a password with a push to the phone; raises BadInput where the server has no known endpoint for it."""
        endpoint = direct.challenge_endpoint(await self.metadata(cause=cause))
        if endpoint is None:
            raise BadInput(words.NO_WAY_TO_PHONE, next_step="Use a one-time code.")
        request = direct.challenge_request(endpoint, client_id=self.client_id, mfa_token=mfa_token)
        return direct.read_challenge(await self.ask(request, cause))

    async def by_phone(
        self, mfa_token: Secret, oob_code: Secret, *, scopes: str, cause: int | None
    ) -> grants.TokenResponse:
        """Poll once for the response on the phone."""
        metadata = await self.metadata(cause=cause)
        request = direct.oob_request(
            metadata, client_id=self.client_id, scopes=scopes, mfa_token=mfa_token, oob_code=oob_code
        )
        return grants.read_token_response(await self.ask_for_tokens(request, cause))

    async def refresh(self, refresh_token: Secret, *, cause: int | None) -> grants.TokenResponse:
        """Refresh (RFC 6749 §6); of a response that broke off, a readable refresh token is returned."""
        metadata = await self.metadata(cause=cause)
        request = grants.refresh_request(
            metadata, client_id=self.client_id, refresh_token=refresh_token, resource=self.resource
        )
        try:
            return grants.read_token_response(await self.ask_for_tokens(request, cause))
        except BrokenResponse as broken:
            response = grants.read_broken_response(broken.response)
            if response is None:
                raise
            return response

    async def revoke(self, token: Secret, *, hint: str = "refresh_token", cause: int | None) -> bool:
        """Revoke a token (RFC 7009); return False where the server offers no revocation endpoint."""
        metadata = await self.metadata(cause=cause)
        if metadata.revocation_endpoint is None:
            return False
        request = grants.revocation_request(
            metadata.revocation_endpoint, client_id=self.client_id, token=token, hint=hint
        )
        response = await fetch(self._http, request, kind=ExchangeKind.REVOCATION, cause=cause, total_s=_TOKEN_TOTAL_S)
        if not response.is_success:
            raise UnusableResponse(words.answered("revocation endpoint", response.status), status=response.status)
        return True

    async def verify_id_token(
        self,
        token: Secret,
        *,
        access_token: Secret | None,
        nonce: str | None,
        first: dict[str, Any] | None = None,
        cause: int | None,
    ) -> dict[str, Any]:
        """Return the verified claims; raises InvalidIdToken, or the errors of fetching the keys.

        `nonce` at sign-in (OIDC Core §3.1.3.7), `first` on a refresh (§12.2); see `id_token.verify_id_token`.
        """
        metadata = await self.metadata(cause=cause)
        keys = await self.keys_for(token.reveal(), cause=cause)
        return verify_id_token(
            token,
            keys=keys,
            algs=metadata.id_token_algs,
            issuer=metadata.issuer,
            client_id=self.client_id,
            access_token=access_token,
            now=self._clock.now(),
            nonce=nonce,
            first=first,
        )

    async def whose(self, token: Secret, *, first: dict[str, Any] | None, cause: int | None) -> NamedSubject:
        """Return whom a refreshed ID token belongs to; see `id_token.whose`."""
        metadata = await self.metadata(cause=cause)
        return whose(token, issuer=metadata.issuer, client_id=self.client_id, first=first)

    async def userinfo(self, access_token: Secret, *, subject: str, cause: int | None) -> dict[str, Any]:
        """Return the userinfo claims, discarded unless their `sub` is `subject` (OIDC Core §5.3.2)."""
        metadata = await self.metadata(cause=cause)
        if metadata.userinfo_endpoint is None:
            return {}
        headers = {"Authorization": f"Bearer {access_token.reveal()}", "Accept": "application/json"}
        request = httpx.Request("GET", metadata.userinfo_endpoint, headers=headers)
        response = await fetch(self._http, request, kind=ExchangeKind.USERINFO, cause=cause)
        claims = _object(response, "userinfo")
        if claims.get("sub") != subject:
            raise UnusableResponse(words.ABOUT_ANOTHER_USER, status=response.status)
        return claims

    async def introspect(self, token: Secret, *, hint: str, cause: int | None) -> dict[str, Any]:
        """Return the introspection response (RFC 7662 §2.2): `active`, and more only if it is.

        `hint` is access_token, refresh_token or id_token. Raises BadInput where a public client may not introspect, and
        network errors.
        """
        metadata = await self.metadata(cause=cause)
        if metadata.introspection_endpoint is None or not metadata.public_clients_may_introspect:
            raise BadInput(words.NO_INTROSPECTION, next_step="")
        request = grants.introspection_request(
            metadata.introspection_endpoint, client_id=self.client_id, token=token, hint=hint
        )
        response = await fetch(
            self._http, request, kind=ExchangeKind.INTROSPECTION, cause=cause, total_s=_TOKEN_TOTAL_S
        )
        claims = _object(response, "introspection")
        if not isinstance(claims.get("active"), bool):
            raise UnusableResponse(words.NOT_SAID_WHETHER_ACTIVE, status=200)
        return claims

    async def keys_for(self, token: str, *, cause: int | None) -> KeySet:
        """Return the issuer's keys, fresh enough to verify `token`; raises the errors of fetching them.

        They are kept as long as their Cache-Control says, within bounds, and fetched once more for a token that names
        an unknown key, at most once a minute. If fetching fails, the old keys stay and the next attempt is due a minute
        later.
        """
        if self._keys is None:
            return await self._fetch_keys(cause)
        now = self._clock.elapsed()
        is_due = now >= self._keys_good_until or not _has_key_for(token, self._keys)
        asked_lately = 0 <= now - self._keys_asked_again_at < _KEYS_REFETCH_AFTER_S  # the demo org's time may go back
        if is_due and not asked_lately:
            # set before the result is known: a failing server is not asked again for every token
            self._keys_asked_again_at = now
            with contextlib.suppress(Unreachable, UnusableResponse):
                return await self._fetch_keys(cause)
        return self._keys

    def now(self) -> float:
        return self._clock.now()

    def forget_keys(self) -> None:
        """Fetch the issuer's keys again when they are next needed, however recently they were fetched."""
        self._keys, self._keys_asked_again_at = None, -math.inf

    @property
    def known_metadata(self) -> ServerMetadata | None:
        """The issuer's metadata if it was fetched; sends nothing."""
        return self._metadata

    @property
    def known_keys(self) -> KeySet | None:
        """The issuer's keys as last fetched, None before that; sends nothing."""
        return self._keys

    async def _fetch_keys(self, cause: int | None) -> KeySet:
        metadata = await self.metadata(cause=cause)
        request = httpx.Request("GET", metadata.jwks_uri, headers={"Accept": "application/json"})
        response = await fetch(self._http, request, kind=ExchangeKind.KEYS, cause=cause)
        self._keys = read_keys(response, metadata.jwks_uri)
        self._keys_good_until = self._clock.elapsed() + _good_for_s(response)
        return self._keys

    async def ask_for_tokens(self, request: httpx.Request, cause: int | None) -> FetchedResponse:
        return await fetch(self._http, request, kind=ExchangeKind.TOKEN, cause=cause, total_s=_TOKEN_TOTAL_S)

    async def ask(self, request: httpx.Request, cause: int | None) -> FetchedResponse:
        """Send a request to an endpoint that prepares a sign-in."""
        return await fetch(self._http, request, kind=ExchangeKind.SIGN_IN, cause=cause, total_s=_TOKEN_TOTAL_S)


def _object(response: FetchedResponse, what: str) -> dict[str, Any]:
    if not response.is_success:
        raise UnusableResponse(words.answered(f"{what} endpoint", response.status), status=response.status)
    try:
        return read_object(response.body)
    except ValueError as why:
        raise UnusableResponse(words.unreadable(f"{what} response", why), status=response.status) from None


def _has_key_for(token: str, keys: KeySet) -> bool:
    """Return whether a published key fits the token; if none does, it is worth one refetch (key rotation)."""
    try:
        return bool(keys.fitting(read_jws(token).header))
    except NotReadable:
        return True  # no key could help


def _good_for_s(response: FetchedResponse) -> float:
    """Return how many seconds keys may be kept: what Cache-Control says, within bounds (RFC 9111 §5.2.2)."""
    said = str(response.headers.get("cache-control", "")).lower()
    if re.search(r"\bno-(store|cache)\b", said):
        return _KEYS_FOR_AT_LEAST_S
    match = re.search(r"\bmax-age=\"?([0-9]{1,15})", said)
    return min(max(float(match[1]) if match else _KEYS_FOR_S, _KEYS_FOR_AT_LEAST_S), _KEYS_FOR_AT_MOST_S)
