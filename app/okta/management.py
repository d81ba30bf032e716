"""Reads and replaces apps through the Applications API, with an API token that goes to one origin only."""

import json
from decimal import Decimal
from urllib.parse import quote, urlsplit

import httpx

from app.clock import Clock
from app.connection_field import ConnectionField
from app.errors import BadInput, UnusableResponse
from app.events.wire import ExchangeKind
from app.okta import words
from app.okta.change import App
from app.okta.kept_token import checked_token
from app.okta.okta_errors import refused
from app.secret import Secret
from app.strict_json import read_object
from app.urls import check_url
from app.wire.fetch import FetchedResponse, fetch

_TOTAL_S = 30.0
_SCHEME = "SSWS"
_LONGEST_ID = 100


class ManagementClient:
    """The management API of one org, for one task: it holds the API token, so do not keep it.

    Every method raises OktaRefused for what the org refused, Unreachable when no response came, and UnusableResponse
    for one that cannot be read or that could not be sent back unchanged.
    """

    def __init__(self, http: httpx.AsyncClient, clock: Clock, *, org_url: str, token: Secret) -> None:
        parts = urlsplit(check_url(org_url, words.ORG_URL))
        if parts.path or parts.query or parts.fragment:
            raise BadInput(words.ORG_URL_WITH_PATH)
        self._http = http
        self._clock = clock
        self._token = checked_token(token)
        self.org_url = org_url

    async def read_app(self, app_id: str, *, cause: int | None = None) -> App:
        """Return the app; Okta's app IDs are client IDs unless an admin chose another (Okta fact §3.1)."""
        return await self._ask("GET", app_id, None, cause)

    async def replace_app(self, app_id: str, app: App, *, cause: int | None = None) -> App:
        """Replace the whole app by `app` (Okta fact §3.3) and return it as the org has it now."""
        return await self._ask("PUT", app_id, json.dumps(app, ensure_ascii=False).encode(), cause)

    async def _ask(self, method: str, app_id: str, body: bytes | None, cause: int | None) -> App:
        headers = {"Authorization": f"{_SCHEME} {self._token.reveal()}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self.org_url}/api/v1/apps/{_segment(app_id)}"
        request = httpx.Request(method, url, headers=headers, content=body)
        response = await fetch(self._http, request, kind=ExchangeKind.MANAGEMENT, cause=cause, total_s=_TOTAL_S)
        if response.status != httpx.codes.OK:
            raise refused(response, app=app_id, now=self._clock.now())
        return _read(response)


def _segment(app_id: str) -> str:
    if not app_id or len(app_id) > _LONGEST_ID or app_id.strip(".") == "":
        what, next_step = words.NO_CLIENT_ID
        raise BadInput(what, next_step=next_step, field=ConnectionField.CLIENT_ID)
    return quote(app_id, safe="")


def _read(response: FetchedResponse) -> App:
    if response.truncated:
        raise _unusable(response, words.TOO_LONG)
    try:
        read_object(response.body)
        found: App = json.loads(response.body, parse_float=_exact)
    except ValueError as why:
        raise _unusable(response, str(why)) from None
    return found


def _unusable(response: FetchedResponse, why: str) -> UnusableResponse:
    return UnusableResponse(words.no_app_object(why), status=response.status)


def _exact(digits: str) -> float:
    """Return a number that serialises to the same value, as unknown members must be sent back unchanged."""
    number = float(digits)
    if Decimal(repr(number)) != Decimal(digits):
        raise ValueError(words.NUMBER_TOO_EXACT)
    return number
