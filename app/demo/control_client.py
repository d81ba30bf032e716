"""Client of a demo org's control API, in whichever process it runs."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from app.demo.addresses import Addresses
from app.demo.ledger import hashed
from app.errors import BadInput, UnusableResponse
from app.events.wire import ExchangeKind
from app.secret import Secret
from app.wire.fetch import fetch

_WITHIN_S = 10.0


class ControlClient:
    """A client of `/demo/control`.

    Every method raises BadInput with the org's error, and what `fetch` raises without a response.
    """

    def __init__(self, http: httpx.AsyncClient, addresses: Addresses) -> None:
        self._http = http
        self._addresses = addresses

    async def read(self, *, cause: int | None = None) -> dict[str, Any]:
        """Return all settings and state; see `app.demo.state.dump`."""
        return dict(await self._ask("GET", "", None, cause))

    async def turn(self, knobs: Mapping[str, Any], *, cause: int | None = None) -> dict[str, Any]:
        """Change knobs, or apply a `preset`; return all knobs."""
        return dict(await self._ask("PATCH", "/policy", dict(knobs), cause))

    async def switch_on(self, fault: str, *, cause: int | None = None) -> list[dict[str, Any]]:
        """Switch on a fault, given as text; return all faults."""
        return list(await self._ask("POST", "/faults", {"fault": fault}, cause))

    async def switch_off(self, number: int | None, *, cause: int | None = None) -> list[dict[str, Any]]:
        """Switch off one fault, or all (None); return those that are left."""
        return list(await self._ask("DELETE", "/faults", {} if number is None else {"number": number}, cause))

    async def set_clock(
        self, *, jump_s: float = 0.0, skew_s: float | None = None, cause: int | None = None
    ) -> dict[str, float]:
        """Advance the org's time, or set how far its clock is ahead; return the state of its clock."""
        skew = {} if skew_s is None else {"skew_s": skew_s}
        return dict(await self._ask("POST", "/clock", {"jump_s": jump_s, **skew}, cause))

    async def rotate_keys(self, *, overlap: bool, cause: int | None = None) -> None:
        """Sign with a new key; with `overlap` the old ones stay published."""
        await self._ask("POST", "/keys/rotate", {"overlap": overlap}, cause)

    async def expire(self, token: Secret, *, cause: int | None = None) -> None:
        """End a token now; its hash is sent, not its value."""
        await self._ask("POST", "/expire", {"token_hash": hashed(token.reveal())}, cause)

    async def revoke(self, token: Secret, *, cause: int | None = None) -> None:
        """Revoke a token as an administrator; a refresh token takes its family along. Its hash is sent."""
        await self._ask("POST", "/revoke", {"token_hash": hashed(token.reveal())}, cause)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None, cause: int | None) -> Any:
        headers = {"Authorization": f"Bearer {self._addresses.control_token}"}
        request = httpx.Request(method, self._addresses.control_url + path, json=body, headers=headers)
        response = await fetch(self._http, request, kind=ExchangeKind.CONTROL, cause=cause, total_s=_WITHIN_S)
        try:
            found = json.loads(response.body) if response.body else None
        except ValueError:
            raise UnusableResponse(
                "The demo org's control API did not answer in JSON.", status=response.status
            ) from None
        if response.status >= httpx.codes.BAD_REQUEST:
            said = found.get("error_description") if isinstance(found, dict) else None
            raise BadInput(f"The demo org refused: {said or response.status}")
        return found
