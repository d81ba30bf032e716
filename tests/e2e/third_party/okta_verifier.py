"""Okta's JWT verifier as a process: says whether a token is what it claims to be."""

import asyncio

from okta_jwt_verifier import AccessTokenVerifier, IDTokenVerifier
from okta_jwt_verifier.exceptions import JWTInvalidConfigException, JWTValidationException

from tests.e2e.third_party.speaking import RefusedError, speak


class Client:
    """Judges tokens; access tokens by the verifier's asynchronous half, ID tokens by the other one."""

    async def access_token(self, issuer: str, token: str, audience: str = "api://default") -> bool:
        """Return True; raises RefusedError with the verifier's reason."""
        try:
            await AccessTokenVerifier(issuer=issuer, audience=audience).verify(token)
        except (JWTValidationException, JWTInvalidConfigException) as refused:
            raise RefusedError(type(refused).__name__, str(refused)) from None
        return True

    async def id_token(self, issuer: str, token: str, client_id: str, nonce: str) -> bool:
        """Return True; raises RefusedError with the verifier's reason."""
        verifier = IDTokenVerifier(issuer=issuer, client_id=client_id, audience=client_id)
        try:
            verifier.verify_sync(token, nonce=nonce)
        except JWTValidationException as refused:
            raise RefusedError(type(refused).__name__, str(refused)) from None
        return True


if __name__ == "__main__":
    asyncio.run(speak(Client()))
