"""Somebody with a second factor, who signs in without a browser and has a phone."""

from typing import Any

import httpx

from app.connection import DEMO_CLIENT_ID
from app.demo.applications import Grant
from tests.app.demo.somebody import V1, Somebody

SCOPES = "openid profile offline_access"
OPENID = {"scope": SCOPES}


class Grace(Somebody):
    """Asks for tokens by direct authentication; the phone answers through the control API."""

    async def post(self, path: str, form: dict[str, str | None]) -> httpx.Response:
        sent = {name: value for name, value in {"client_id": DEMO_CLIENT_ID, **form}.items() if value is not None}
        return await self.http.post(path if path.startswith("/") else f"{V1}/{path}", data=sent)

    async def password(self, **changes: str | None) -> httpx.Response:
        form = {"grant_type": "password", "username": "grace", "password": "compiler-1952", **OPENID}
        return await self.token_request({**form, **changes})

    async def mfa_token(self) -> str:
        token: str = (await self.password()).json()["mfa_token"]
        return token

    async def otp(self, **changes: str | None) -> httpx.Response:
        form = {"grant_type": Grant.OTP, "login_hint": "grace", "otp": await self.code_shown(), **OPENID}
        return await self.token_request({**form, **changes})

    async def mfa_otp(self, **changes: str | None) -> httpx.Response:
        return await self.token_request({"grant_type": Grant.MFA_OTP, **OPENID, **changes})

    async def primary(self, **changes: str | None) -> httpx.Response:
        form = {"challenge_hint": Grant.OOB, "channel_hint": "push", "login_hint": "grace@example.com"}
        return await self.post("primary-authenticate", {**form, **changes})

    async def oob(self, oob_code: str, **changes: str | None) -> httpx.Response:
        return await self.token_request({"grant_type": Grant.OOB, "oob_code": oob_code, **OPENID, **changes})

    async def challenge(self, mfa_token: str, **changes: str | None) -> httpx.Response:
        form = {"mfa_token": mfa_token, "challenge_types_supported": Grant.MFA_OOB, "channel_hint": "push"}
        return await self.post("challenge", {**form, **changes})

    async def mfa_oob(self, mfa_token: str, oob_code: str, **changes: str | None) -> httpx.Response:
        form = {"grant_type": Grant.MFA_OOB, "mfa_token": mfa_token, "oob_code": oob_code, **OPENID}
        return await self.token_request({**form, **changes})

    @property
    def control(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.org.control_token}"}

    async def phone(self) -> dict[str, Any]:
        response = await self.http.get("/demo/control/phone", headers=self.control)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def code_shown(self) -> str:
        code: str = (await self.phone())["codes"][0]["code"]
        return code

    async def push(self) -> dict[str, Any]:
        (waiting,) = (await self.phone())["pushes"]
        found: dict[str, Any] = waiting
        return found

    async def press(self, response: dict[str, Any]) -> httpx.Response:
        return await self.http.post("/demo/control/phone", json=response, headers=self.control)

    async def response(self, response: str, number: str | None = None) -> None:
        push = await self.push()
        given = {} if number is None else {"number": number}
        pressed = await self.press({"push": push["id"], "answer": response, **given})
        assert pressed.status_code == 200, pressed.text
