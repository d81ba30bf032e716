"""Okta Direct Authentication in pairs: a password, then a one-time code or a question on the phone (Okta fact §4)."""

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
    """The password was right, and a second factor is wanted; `mfa_token` stands for what was done so far."""

    mfa_token: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A question on the person's phone; `number` is to be chosen there, None where it asks for no number.

    `needs_code` means that it went by SMS or voice, and what it said would have to be typed here. Times in seconds.
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
    """Ask for tokens by password (RFC 6749 §4.3.2); Okta is told which second factors may follow."""
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


def read_first_response(answer: FetchedResponse) -> TokenResponse | MfaRequired:
    """Read the answer to a password; raises OAuthError or UnusableAnswer."""
    mfa_token = _mfa_token(answer)
    return read_token_response(answer) if mfa_token is None else MfaRequired(mfa_token)


def _mfa_token(answer: FetchedResponse) -> Secret | None:
    try:
        found = read_object(answer.body)
    except ValueError:
        return None
    return read_secret(answer, found, "mfa_token") if found.get("error") == "mfa_required" else None


def otp_request(
    metadata: ServerMetadata, *, client_id: str, scopes: str, mfa_token: Secret, otp: Secret
) -> httpx.Request:
    """Follow the password with a one-time code."""
    form = {"grant_type": MFA_OTP, "client_id": client_id, "scope": scopes}
    return token_request(metadata, {**form, "mfa_token": mfa_token.reveal(), "otp": otp.reveal()})


def challenge_endpoint(metadata: ServerMetadata) -> str | None:
    """Return the endpoint that asks on the phone, which Okta advertises nowhere: it lies beside the token endpoint."""
    endpoint = metadata.token_endpoint
    return endpoint.removesuffix(_TOKEN) + _CHALLENGE if endpoint.endswith(_TOKEN) else None


def challenge_request(endpoint: str, *, client_id: str, mfa_token: Secret) -> httpx.Request:
    """Follow the password with a question on the phone."""
    form = {"client_id": client_id, "mfa_token": mfa_token.reveal()}
    return form_request(endpoint, {**form, "challenge_types_supported": MFA_OOB, "channel_hint": "push"})


def read_challenge(answer: FetchedResponse) -> Push:
    """Read how the phone was asked; raises OAuthError or UnusableAnswer."""
    if not answer.is_success:
        raise error_response(answer, WHERE)
    found = json_object(answer, WHERE)
    oob_code = read_secret(answer, found, "oob_code", WHERE)
    if oob_code is None:
        raise unusable(answer, "it has no oob_code", WHERE)
    method, number = found.get("binding_method"), found.get("binding_code")
    has_number = isinstance(number, str) and 0 < len(number) <= _LONGEST_NUMBER and number.isprintable()
    if method == "transfer" and not has_number:
        raise unusable(answer, "it has no number to choose on the phone", WHERE)
    return Push(
        oob_code=oob_code,
        number=str(number) if method == "transfer" else None,
        needs_code=method == "prompt",
        expires_in_s=seconds_stated(found.get("expires_in")) or _EXPIRES_IN_S,
        interval_s=read_interval(found),
    )


def oob_request(
    metadata: ServerMetadata, *, client_id: str, scopes: str, mfa_token: Secret, oob_code: Secret
) -> httpx.Request:
    """Poll once for what was answered on the phone."""
    form = {"grant_type": MFA_OOB, "client_id": client_id, "scope": scopes}
    return token_request(metadata, {**form, "mfa_token": mfa_token.reveal(), "oob_code": oob_code.reveal()})
