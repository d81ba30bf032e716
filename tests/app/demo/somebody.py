"""Browser and native client in one, for tests that talk to a demo org."""

import base64
import hashlib
from typing import Any

import httpx

from app.connection import DEFAULT_SCOPES, DEMO_CLIENT_ID
from app.demo.org import DemoOrg

VERIFIER = "the-code-verifier-of-these-tests-is-long-enough"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REDIRECT_URI = "http://127.0.0.1:45454/callback"
V1 = "/oauth2/default/v1"


class Somebody:
    """Signs in, exchanges codes, refreshes, calls the API."""

    def __init__(self, org: DemoOrg, http: httpx.AsyncClient) -> None:
        self.org = org
        self.http = http

    def query(self, **changes: str | None) -> dict[str, str]:
        found: dict[str, str | None] = {
            "client_id": DEMO_CLIENT_ID,
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": DEFAULT_SCOPES,
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in found.items() if value is not None}

    async def open_page(self, **changes: str | None) -> httpx.Response:
        return await self.http.get(f"{V1}/authorize", params=self.query(**changes))

    async def submit(self, form: dict[str, str], **changes: str | None) -> httpx.Response:
        return await self.http.post(f"{V1}/authorize", params=self.query(**changes), data=form)

    async def code(self, **changes: str | None) -> str:
        response = await self.submit({"username": "ada", "password": self.org.user.password}, **changes)
        assert response.status_code == 303
        return httpx.URL(response.headers["location"]).params["code"]

    async def token_request(self, form: dict[str, str | None], **options: Any) -> httpx.Response:
        sent = {name: value for name, value in {"client_id": DEMO_CLIENT_ID, **form}.items() if value is not None}
        return await self.http.post(f"{V1}/token", data=sent, **options)

    async def exchange(self, code: str, **changes: str | None) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
        }
        return await self.token_request({**form, **changes})

    async def tokens(self, **changes: str | None) -> dict[str, Any]:
        """Sign in and return the token response."""
        response = await self.exchange(await self.code(**changes))
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def refresh(self, token: str, **changes: str | None) -> httpx.Response:
        return await self.token_request({"grant_type": "refresh_token", "refresh_token": token, **changes})

    async def refreshed(self, token: str, **changes: str | None) -> dict[str, Any]:
        response = await self.refresh(token, **changes)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def call(self, access_token: str, path: str = "/api/me") -> httpx.Response:
        return await self.http.get(path, headers={"Authorization": f"Bearer {access_token}"})
