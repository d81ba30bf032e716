"""Okta Direct Authentication in pairs: a password, then a one-time code or a push to the phone (Okta fact §4)."""

from dataclasses import dataclass

import httpx

from app.oauth.device import read_interval
from app.oauth.grants import (
    TokenResponse,
    api_params,
    error_response,
    form_request,
    json_object,
    read_secret,
    read_token_response,
    seconds_stated,
    token_request,
    unusable,
)
from app.oauth.metadata import ServerMetadata
from app.secret import Secret
from app.strict_json import read_object
from app.wire.fetch import FetchedResponse

PASSWORD = "password"  # noqa: S105 - the name of a grant
MFA_OTP = "http://auth0.com/oauth/grant-type/mfa-otp"
MFA_OOB = "http://auth0.com/oauth/grant-type/mfa-oob"
WHERE = "challenge endpoint"
_TOKEN, _CHALLENGE = "/token", "/challenge"
_EXPIRES_IN_S = 300.0
_LONGEST_NUMBER = 10


@dataclass(frozen=True, slots=True)
class MfaRequired:
    """The password was right and a second factor is required; `mfa_token` continues this sign-in."""

    mfa_token: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A push to the user's phone; `number` is to be chosen there, None where none is asked for.

    `needs_code` means that it went by SMS or voice, and the code it brought would have to be typed here. Times in
    seconds.
    """

    oob_code: Secret
    number: str | None
    needs_code: bool
    expires_in_s: float
    interval_s: float


def password_request(
    metadata: ServerMetadata,
    *,
    client_id: str,
    scopes: str,
    username: str,
    password: Secret,
    audience: str = "",
    resource: str = "",
) -> httpx.Request:
    """Request tokens by password (RFC 6749 §4.3.2); Okta is told which second factors may follow."""
    return token_request(
        metadata,
        {
            "grant_type": PASSWORD,
            "client_id": client_id,
            "username": username,
            "password": password.reveal(),
            "scope": scopes,
            "grant_types_supported": f"{PASSWORD} {MFA_OTP} {MFA_OOB}",
            **api_params(audience, resource),
        },
    )


def read_first_response(response: FetchedResponse) -> TokenResponse | MfaRequired:
    """Read the response to a password; raises OAuthError or UnusableResponse."""
    mfa_token = _mfa_token(response)
    return read_token_response(response) if mfa_token is None else MfaRequired(mfa_token)


def _mfa_token(response: FetchedResponse) -> Secret | None:
    try:
        found = read_object(response.body)
    except ValueError:
        return None
    return read_secret(response, found, "mfa_token") if found.get("error") == "mfa_required" else None


def otp_request(
    metadata: ServerMetadata, *, client_id: str, scopes: str, mfa_token: Secret, otp: Secret
) -> httpx.Request:
    """Follow the password with a one-time code."""
    form = {"grant_type": MFA_OTP, "client_id": client_id, "scope": scopes}
    return token_request(metadata, {**form, "mfa_token": mfa_token.reveal(), "otp": otp.reveal()})


def challenge_endpoint(metadata: ServerMetadata) -> str | None:
    """Return the challenge endpoint; Okta's metadata does not name it: it lies beside the token endpoint."""
    endpoint = metadata.token_endpoint
    return endpoint.removesuffix(_TOKEN) + _CHALLENGE if endpoint.endswith(_TOKEN) else None


def challenge_request(endpoint: str, *, client_id: str, mfa_token: Secret) -> httpx.Request:
    """Follow the password with a push to the phone."""
    form = {"client_id": client_id, "mfa_token": mfa_token.reveal()}
    return form_request(endpoint, {**form, "challenge_types_supported": MFA_OOB, "channel_hint": "push"})


def read_challenge(response: FetchedResponse) -> Push:
    """Read the response to a challenge; raises OAuthError or UnusableResponse."""
    if not response.is_success:
        raise error_response(response, WHERE)
    members = json_object(response, WHERE)
    oob_code = read_secret(response, members, "oob_code", WHERE)
    if oob_code is None:
        raise unusable(response, "it has no oob_code", WHERE)
    method, number = members.get("binding_method"), members.get("binding_code")
    has_number = isinstance(number, str) and 0 < len(number) <= _LONGEST_NUMBER and number.isprintable()
    if method == "transfer" and not has_number:
        raise unusable(response, "it has no number to choose on the phone", WHERE)
    return Push(
        oob_code=oob_code,
        number=str(number) if method == "transfer" else None,
        needs_code=method == "prompt",
        expires_in_s=seconds_stated(members.get("expires_in")) or _EXPIRES_IN_S,
        interval_s=read_interval(members),
    )


def oob_request(
    metadata: ServerMetadata, *, client_id: str, scopes: str, mfa_token: Secret, oob_code: Secret
) -> httpx.Request:
    """Poll once for the response on the phone."""
    form = {"grant_type": MFA_OOB, "client_id": client_id, "scope": scopes}
    return token_request(metadata, {**form, "mfa_token": mfa_token.reveal(), "oob_code": oob_code.reveal()})
