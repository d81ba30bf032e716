"""System Log events as Okta's LogEvent objects: who did what to which, how it ended, and the true cause."""

from typing import Any

from app.demo.applications import Grant
from app.demo.management.application_json import iso
from app.demo.org import DemoOrg
from app.demo.system_log import LogEvent

FIELDS = (
    "uuid",
    "version",
    "severity",
    "eventType",
    "legacyEventType",
    "displayMessage",
    *(f"{thing}.{name}" for thing in ("actor", "target") for name in ("id", "type", "alternateId", "displayName")),
    "client.id",
    "client.device",
    "client.ipAddress",
    "client.userAgent.rawUserAgent",
    "outcome.result",
    "outcome.reason",
    "transaction.id",
    "transaction.type",
    "authenticationContext.externalSessionId",
    "request.ipChain.ip",
    *(f"debugContext.debugData.{name}" for name in ("cause", "refusalCause", "endpoint", "grantType")),
    *(f"debugContext.debugData.{name}" for name in ("grantedScopes", "requestUri")),
)
"""The paths filters may use; Okta forbids `published`, which `since` and `until` are for."""

_MESSAGES = {
    "token.grant": "OAuth2 token request",
    "token.detect_reuse": "OAuth2 refresh token reuse detected",
    "token.revoke": "OAuth2 token revocation request",
    "authorize": "OAuth2 authorization request",
    "authorize.code": "OAuth2 authorization code granted",
    "application.lifecycle.update": "Update application",
    "application.lifecycle.activate": "Activate application",
    "application.lifecycle.deactivate": "Deactivate application",
    "user.session.start": "User login to the demo org",
    "user.session.end": "User logout from the demo org",
}
_GRANTS = {grant.short: grant.value for grant in Grant}
_ALARMING = ("token.detect_reuse",)


def _entity(id_: str, kind: str, alternate_id: str | None, name: str) -> dict[str, Any]:
    return {"id": id_, "type": kind, "alternateId": alternate_id, "displayName": name, "detailEntry": None}


_UNKNOWN = _entity("unknown", "Unknown", "unknown", "unknown")
_ADMINISTRATOR = _entity("00u-demo-admin", "User", "admin@example.com", "API token holder")


def as_json(org: DemoOrg, event: LogEvent) -> dict[str, Any]:
    """Return the event as JSON; Okta's sentences where we know them, the cause in `debugContext.debugData`."""
    actor = _actor(org, event)
    return {
        "actor": actor,
        "client": _client(event),
        "device": None,
        "authenticationContext": {
            **dict.fromkeys(("authenticationProvider", "credentialProvider", "credentialType", "issuer", "interface")),
            "authenticationStep": 0,
            "externalSessionId": event.family or "unknown",
        },
        "displayMessage": _message(event),
        "eventType": event.event_type,
        "outcome": _outcome(event),
        "published": iso(event.at),
        "securityContext": {"asNumber": None, "asOrg": None, "isp": None, "domain": None, "isProxy": None},
        "severity": "INFO" if event.succeeded and _short(event) not in _ALARMING else "WARN",
        "debugContext": {"debugData": _debug_data(event)},
        "legacyEventType": None,
        "transaction": {"type": "WEB", "id": event.during.transaction or event.uuid, "detail": {}},
        "uuid": event.uuid,
        "version": "0",
        "request": _request(event),
        "target": [each for each in _targets(org, event) if each["id"] != actor["id"]],
    }


def _short(event: LogEvent) -> str:
    return event.event_type.removeprefix("app.oauth2.").removeprefix("as.")


def _message(event: LogEvent) -> str:
    words = event.event_type.removeprefix("lapse.").replace(".", " ").replace("_", " ")
    return _MESSAGES.get(_short(event), words.capitalize())


def _outcome(event: LogEvent) -> dict[str, str | None]:
    return {"result": "SUCCESS" if event.succeeded else "FAILURE", "reason": event.reason or None}


def _actor(org: DemoOrg, event: LogEvent) -> dict[str, Any]:
    """Return the actor: the application for OAuth requests, else the user, else the application."""
    if event.event_type.startswith("application."):
        return _ADMINISTRATOR
    user, application = _user(org, event), _application(org, event, "PublicClientApp")
    first, second = (application, user) if event.event_type.startswith("app.oauth2") else (user, application)
    return first or second or _UNKNOWN


def _targets(org: DemoOrg, event: LogEvent) -> list[dict[str, Any]]:
    family = _entity(event.family, "refresh_token", None, "Refresh Token") if event.family else None
    return [each for each in (_application(org, event, "AppInstance"), _user(org, event), family) if each is not None]


def _application(org: DemoOrg, event: LogEvent, kind: str) -> dict[str, Any] | None:
    if not event.client_id:
        return None
    known = org.applications.get(event.client_id)
    return _entity(event.client_id, kind, event.client_id, known.label if known else event.client_id)


def _user(org: DemoOrg, event: LogEvent) -> dict[str, Any] | None:
    if not event.user_id:
        return None
    known = org.users.get(event.user_id)
    login, name = (known.login, known.name) if known else ("unknown", "unknown")
    return _entity(event.user_id, "User", login, name)


def _client(event: LogEvent) -> dict[str, Any]:
    agent = {"rawUserAgent": event.during.user_agent, "os": "Unknown", "browser": "UNKNOWN"}
    return {
        "userAgent": agent if event.during.user_agent else None,
        "zone": None,
        "device": "Unknown",
        "id": event.client_id or None,
        "ipAddress": event.during.address or None,
        "geographicalContext": None,
    }


def _request(event: LogEvent) -> dict[str, Any]:
    address = event.during.address
    if not address:
        return {"ipChain": []}
    version = "V6" if ":" in address else "V4"
    return {"ipChain": [{"ip": address, "geographicalContext": None, "version": version, "source": None}]}


def _debug_data(event: LogEvent) -> dict[str, str]:
    found = {
        "cause": event.cause,
        "refusalCause": event.refusal_cause or "",
        "endpoint": event.endpoint,
        "grantType": _GRANTS.get(event.grant, event.grant),
        "grantedScopes": " ".join(event.scopes),
        "requestUri": event.during.path,
    }
    return {name: value for name, value in found.items() if value}
