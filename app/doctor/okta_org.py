"""Reads what only the org knows, with its API token: how the app is registered, and the System Log."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from app.doctor.records import LogLine, Registered
from app.errors import LapseError
from app.events.wire import ExchangeKind
from app.refusal_cause import RefusalCause
from app.secret import Secret
from app.strict_json import read_object
from app.wire.fetch import fetch

_BEFORE_S = 3600.0
_LOG_LIMIT = 1 << 22


@dataclass(frozen=True, slots=True)
class OrgRecords:
    """What the org reported; None or empty where it refused."""

    registered: Registered | None = None
    server_log: tuple[LogLine, ...] = ()


async def ask_org(
    http: httpx.AsyncClient, *, org_url: str, api_token: Secret, client_id: str, since: float
) -> OrgRecords:
    """Return the app and the System Log's events from an hour before `since` (epoch seconds) on.

    Okta's Applications API and System Log API with an SSWS token; what is refused or unreadable stays unknown.
    """
    ask = _Asking(http, org_url, api_token)
    app = await ask.get(f"/api/v1/apps/{client_id}", {})
    begins = datetime.fromtimestamp(since - _BEFORE_S, UTC).isoformat(timespec="milliseconds")
    query = {"since": begins.replace("+00:00", "Z"), "limit": "1000", "sortOrder": "DESCENDING"}
    log = await ask.get("/api/v1/logs", query)
    lines = tuple(_line(each) for each in log if isinstance(each, dict)) if isinstance(log, list) else ()
    return OrgRecords(Registered.read(app) if isinstance(app, dict) else None, lines)


class _Asking:
    def __init__(self, http: httpx.AsyncClient, org_url: str, api_token: Secret) -> None:
        self._http = http
        self._org_url = org_url
        self._api_token = api_token

    async def get(self, path: str, query: dict[str, str]) -> Any:
        """Return the JSON of a 200 response, None for any other."""
        headers = {"Authorization": f"SSWS {self._api_token.reveal()}", "Accept": "application/json"}
        request = httpx.Request("GET", f"{self._org_url}{path}", params=query, headers=headers)
        try:
            response = await fetch(self._http, request, kind=ExchangeKind.CONTROL, limit=_LOG_LIMIT)
        except LapseError:
            return None
        if response.status != httpx.codes.OK or response.truncated:
            return None
        try:
            # the strict reader takes objects only, and a log is an array
            return read_object(b'{"found": ' + response.body + b"}")["found"]
        except ValueError:
            return None


def _refusal_cause(said: object) -> RefusalCause | None:
    return next((each for each in RefusalCause if each == said), None)


def _line(event: dict[str, Any]) -> LogLine:
    outcome, data = event.get("outcome") or {}, (event.get("debugContext") or {}).get("debugData") or {}
    targets = event.get("target") or []
    family = next((str(each.get("id")) for each in targets if str(each.get("id", "")).startswith("oar")), "")
    return LogLine(
        at=datetime.fromisoformat(str(event.get("published"))).timestamp(),
        event_type=str(event.get("eventType", "")),
        succeeded=outcome.get("result") == "SUCCESS",
        reason=str(outcome.get("reason") or ""),
        cause=str(data.get("cause") or ""),
        refusal_cause=_refusal_cause(data.get("refusalCause")),
        grant=str(data.get("grantType") or ""),
        family=family,
    )
