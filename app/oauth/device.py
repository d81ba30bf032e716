"""The device grant in pairs: a code to approve on another device, and the polls for its result (RFC 8628)."""

from dataclasses import dataclass
from typing import Any

import httpx

from app.errors import BadInput
from app.oauth.grants import (
    api_params,
    error_response,
    form_request,
    json_object,
    read_secret,
    seconds_stated,
    unusable,
)
from app.oauth.grants import token_request as _token_request
from app.oauth.metadata import ServerMetadata
from app.secret import Secret
from app.urls import check_url
from app.wire.fetch import FetchedResponse

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
WHERE = "device authorization endpoint"
_INTERVAL_S = 5.0  # RFC 8628 §3.2, where the server states none
_SHORTEST_INTERVAL_S = 1.0  # without a minimum, an interval of 0 would have us poll without pause
_EXPIRES_IN_S = 300.0  # required by the RFC; where it is missing we do not wait forever
_LONGEST_USER_CODE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCodes:
    """What a device shows and polls with (RFC 8628 §3.2); times in seconds."""

    device_code: Secret
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    expires_in_s: float
    interval_s: float


def device_request(
    endpoint: str, *, client_id: str, scopes: str, audience: str = "", resource: str = ""
) -> httpx.Request:
    """Request a device code and a user code (RFC 8628 §3.1)."""
    return form_request(endpoint, {"client_id": client_id, "scope": scopes, **api_params(audience, resource)})


def read_device_response(response: FetchedResponse) -> DeviceCodes:
    """Read the response (RFC 8628 §3.2); raises OAuthError, or UnusableResponse where something needed is missing."""
    if not response.is_success:
        raise error_response(response, WHERE)
    members = json_object(response, WHERE)
    device_code = read_secret(response, members, "device_code", WHERE)
    user_code = members.get("user_code")
    if device_code is None or not isinstance(user_code, str) or not 0 < len(user_code) <= _LONGEST_USER_CODE:
        raise unusable(response, "it lacks a device_code or a user_code", WHERE)
    if not user_code.isprintable():
        raise unusable(response, "its user_code cannot be shown", WHERE)
    return DeviceCodes(
        device_code=device_code,
        user_code=user_code,
        verification_uri=_page(response, members),
        verification_uri_complete=_link(members.get("verification_uri_complete")),
        expires_in_s=seconds_stated(members.get("expires_in")) or _EXPIRES_IN_S,
        interval_s=read_interval(members),
    )


def read_interval(found: dict[str, Any]) -> float:
    """Return the seconds between two polls; at least one, five where the server does not say (§3.2)."""
    value = found.get("interval")
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        return _INTERVAL_S
    return max(float(value), _SHORTEST_INTERVAL_S)


def token_request(
    metadata: ServerMetadata, *, client_id: str, device_code: Secret, resource: str = ""
) -> httpx.Request:
    """Poll once (RFC 8628 §3.4)."""
    form = {"grant_type": GRANT, "client_id": client_id, "device_code": device_code.reveal()}
    return _token_request(metadata, {**form, **api_params("", resource)})


def _page(response: FetchedResponse, found: dict[str, Any]) -> str:
    # verification_url: Google's name for it, older than the RFC
    page = _link(found.get("verification_uri", found.get("verification_url")))
    if page is None:
        raise unusable(response, "it has no verification_uri that could be opened", WHERE)
    return page


def _link(value: object) -> str | None:
    """Return a URL that may be shown as a link: https, or http on this machine."""
    try:
        return check_url(value, "The verification URI") if isinstance(value, str) else None
    except BadInput:
        return None
