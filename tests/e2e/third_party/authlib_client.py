"""Authlib's `AsyncOAuth2Client` as a process: signs in, refreshes, asks about its tokens, revokes them."""

import asyncio
import secrets
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from tests.e2e.third_party.speaking import RefusedError, speak

_SCOPE = "openid profile email offline_access"
_OK = 200


class Client:
    """One session; the tokens of the refresh before the last one are kept to be tried again."""

    def __init__(self) -> None:
        self._client = AsyncOAuth2Client()
        self._issuer = ""
        self._server: dict[str, Any] = {}
        self._verifier, self._nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        self._state = ""
        self._before: dict[str, Any] = {}

    async def open(self, issuer: str, client_id: str, redirect_uri: str) -> str:
        """Discover the server; return its issuer."""
        self._issuer = issuer
        self._client = AsyncOAuth2Client(
            client_id=client_id,
            scope=_SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            leeway=0,
            update_token=self._keep_the_last,
        )
        self._server = await self._get(f"{issuer}/.well-known/openid-configuration")
        self._client.metadata["token_endpoint"] = self._server["token_endpoint"]
        return str(self._server["issuer"])

    async def authorize(self) -> str:
        """Return the URL to open in a browser."""
        endpoint = self._server["authorization_endpoint"]
        url, self._state = self._client.create_authorization_url(
            endpoint, code_verifier=self._verifier, nonce=self._nonce
        )
        return str(url)

    async def redeem(self, callback: str) -> dict[str, Any]:
        """Exchange the code and check the ID token; return its claims."""
        client, state, verifier = self._client, self._state, self._verifier
        await client.fetch_token(authorization_response=callback, state=state, code_verifier=verifier)
        return await self._id_claims(nonce=self._nonce)

    async def password(self, username: str, password: str) -> dict[str, Any]:
        """Sign in by the password grant; return the ID token's claims."""
        await self._client.fetch_token(grant_type="password", username=username, password=password)
        return await self._id_claims()

    async def refresh(self, *, again: bool = False) -> dict[str, bool]:
        """Refresh, with the refresh token before the last one if `again`; return which tokens are new."""
        old = dict(self._client.token)
        token = (self._before if again else old)["refresh_token"]
        await self._client.refresh_token(refresh_token=token)
        await self._id_claims()
        return {name: self._client.token[name] != old[name] for name in ("access_token", "refresh_token")}

    async def userinfo(self) -> dict[str, Any]:
        """Return what the userinfo endpoint says."""
        return await self.call(self._server["userinfo_endpoint"])

    async def call(self, url: str) -> dict[str, Any]:
        """Return what an API says."""
        response = await self._client.get(url)
        if response.status_code != _OK:
            raise RefusedError(str(response.status_code), response.headers.get("www-authenticate", ""))
        return dict(response.json())

    async def introspect(self, which: str) -> dict[str, Any]:
        """Return what the server says of the access_token or the refresh_token."""
        endpoint, token = self._server["introspection_endpoint"], self._client.token[which]
        return dict((await self._client.introspect_token(endpoint, token, token_type_hint=which)).json())

    async def revoke(self, which: str) -> int:
        """Revoke the access_token or the refresh_token; return the answer's status."""
        endpoint, token = self._server["revocation_endpoint"], self._client.token[which]
        return int((await self._client.revoke_token(endpoint, token, token_type_hint=which)).status_code)

    async def set_leeway(self, seconds: int) -> None:
        """Count an access token as lapsed so long before its end."""
        self._client.leeway = seconds

    async def show(self) -> dict[str, Any]:
        """Return the token response itself, for another client to look at."""
        return {**self._client.token, "nonce": self._nonce}

    async def _keep_the_last(self, _token: dict[str, Any], refresh_token: str) -> None:
        self._before = {"refresh_token": refresh_token}

    async def _id_claims(self, **expected: str) -> dict[str, Any]:
        keys = jwk.KeySet.import_key_set(await self._get(self._server["jwks_uri"]))
        token = jwt.decode(self._client.token["id_token"], keys, algorithms=["RS256"])
        options = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client.client_id},
        }
        params = {**expected, "access_token": self._client.token["access_token"]}
        claims = CodeIDToken(token.claims, token.header, options, params)
        claims.validate()
        return dict(claims)

    async def _get(self, url: str) -> dict[str, Any]:
        return dict((await self._client.request("GET", url, withhold_token=True)).json())


if __name__ == "__main__":
    asyncio.run(speak(Client(), AuthlibBaseError, JoseError))
