"""oidc-provider-mock with public clients: it asks every client for a secret, the Authlib beneath it need not."""

from authlib.oauth2.rfc6749 import AuthorizationCodeGrant, RefreshTokenGrant
from oidc_provider_mock.__main__ import run

if __name__ == "__main__":
    AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS = RefreshTokenGrant.TOKEN_ENDPOINT_AUTH_METHODS = ["none"]
    run()
