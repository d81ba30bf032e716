"""Turns a demo org from outside, through its control API, whoever serves it."""

import json
from typing import Any

import httpx

from app.demo.addresses import Addresses
from app.demo.ledger import hashed
from app.errors import BadInput, UnusableAnswer
from app.events import ExchangeKind
from app.secret import Secret
from app.wire.fetch import fetch

_WITHIN_S = 10.0


class Controller:
    """A client of `/demo/control`.

    Every method raises BadInput with what the org said against it, and what `fetch` raises where no org answers.
    """

    def __init__(self, http: httpx.AsyncClient, addresses: Addresses) -> None:
        self._http = http
        self._addresses = addresses

    async def expire(self, token: Secret, *, cause: int | None = None) -> None:
        """End a token now; its hash is sent, not its value."""
        await self._ask("POST", "/expire", {"token_hash": hashed(token.reveal())}, cause)

    async def _ask(self, method: str, path: str, body: dict[str, Any], cause: int | None) -> Any:
        headers = {"Authorization": f"Bearer {self._addresses.control_token}"}
        request = httpx.Request(method, self._addresses.control_url + path, json=body, headers=headers)
        answer = await fetch(self._http, request, kind=ExchangeKind.CONTROL, cause=cause, total_s=_WITHIN_S)
        try:
            found = json.loads(answer.body) if answer.body else None
        except ValueError:
            raise UnusableAnswer("The demo org's control API did not answer in JSON.", status=answer.status) from None
        if answer.status >= httpx.codes.BAD_REQUEST:
            said = found.get("error_description") if isinstance(found, dict) else None
            raise BadInput(f"The demo org refused: {said or answer.status}")
        return found
