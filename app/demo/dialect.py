"""Okta's exact words: every error the demo org can answer, with status, code and description (Okta fact §1.4)."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace

from starlette.responses import JSONResponse, Response

from app.demo.cause import Cause

_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class OktaError:
    """One row of Okta's error list: HTTP status, `error`, `error_description`.

    `reason` is Okta's own name of the row, which the client is not told and the System Log prints.
    """

    status: int
    error: str
    description: str
    reason: str = ""

    def about(self, value: str) -> "OktaError":
        """Return the row with `value` in its description's gap."""
        return replace(self, description=self.description.replace("{}", value))


class Refused(Exception):
    """A request the org answers with `error`; `cause` is what the System Log is told. Neither has a token's value.

    What a program decides by is a `Cause`; all else are sentences of `app.demo.words`.
    """

    def __init__(self, error: OktaError, cause: Cause | str = "") -> None:
        super().__init__(f"{error.status} {error.error}")
        self.error = error
        self.cause = cause

    def answer(self) -> Response:
        """Return the answer that tells the client: an RFC 6749 §5.2 error unless a subclass says otherwise."""
        headers = {}
        if self.error.error == "invalid_client" and self.error.status == _UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Basic realm="Lapse demo org"'
        body = {"error": self.error.error, "error_description": self.error.description}
        return JSONResponse(body, status_code=self.error.status, headers=headers)


def listed(values: Iterable[str]) -> str:
    """Return `values` as Okta prints a list: `[a, b]`."""
    return f"[{', '.join(values)}]"


def printable(value: str) -> str:
    """Return a client's `value` in the characters an `error_description` may have (RFC 6749 §5.2), at most 100."""
    return re.sub(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]", "?", value)[:100]


# The token endpoint, whatever the grant.
MISSING_GRANT_TYPE = OktaError(
    400,
    "invalid_request",
    "The token request must specify a 'grant_type'. Valid values: {}",
    "token_request_missing_grant_type",
)
UNSUPPORTED_GRANT_TYPE = OktaError(
    400,
    "unsupported_grant_type",
    "The authorization grant type is not supported by the authorization server. Configured grant types: {}.",
    "unsupported_grant_type",
)
UNAUTHORIZED_CLIENT = OktaError(
    400,
    "unauthorized_client",
    "The client is not authorized to use the provided grant type. Configured grant types: {}.",
    "unauthorized_client",
)
MISSING_PARAMETER = OktaError(
    400, "invalid_request", "The required parameter '{}' is missing.", "missing_token_request_parameter"
)
DUPLICATE_PARAMETERS = OktaError(
    400, "invalid_request", "The request contained multiple parameters with the same name.", "duplicate_oauth_params"
)
CREDENTIALS_IN_QUERY = OktaError(
    400, "invalid_request", "Client credentials cannot be supplied via query parameters.", "client_credentials_in_query"
)
MULTIPLE_CREDENTIALS = OktaError(
    401,
    "invalid_request",
    "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, "
    "credentials in the post body, or a client_assertion in the post body.",
    "multiple_client_credentials",
)
INVALID_CLIENT_ID = OktaError(401, "invalid_client", "Invalid value for 'client_id' parameter.", "invalid_client_id")
NO_CREDENTIALS = OktaError(401, "invalid_client", "No client credentials found.", "missing_client_credentials")
INVALID_SECRET = OktaError(
    401, "invalid_client", "The client secret supplied for a confidential client is invalid.", "invalid_client_secret"
)
UNAVAILABLE = OktaError(
    400,
    "temporarily_unavailable",
    "The authorization server is currently unable to handle the request due to a temporary overloading or maintenance "
    "of the server.",
    "temporarily_unavailable",
)
SERVER_ERROR = OktaError(
    500,
    "server_error",
    "The authorization server encountered an unexpected condition that prevented it from fulfilling the request.",
    "server_error",
)

# The refresh grant; Okta has one sentence for expired, idle, revoked, reused and unknown.
INVALID_REFRESH_TOKEN = OktaError(
    400, "invalid_grant", "The refresh token is invalid or expired.", "invalid_refresh_token"
)
REFRESH_SCOPES_DENIED = OktaError(
    400,
    "access_denied",
    "Some of the scopes requested for the refresh request were not granted in the original authorize request. "
    "Denied scopes: {}.",
    "refresh_scopes_denied",
)
MISMATCHED_CLIENT = OktaError(
    400,
    "invalid_grant",
    "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize "
    "request.",
    "mismatched_client",
)
MISMATCHED_SERVER = OktaError(
    400, "invalid_request", "The grant was issued for another authorization server.", "mismatched_authorization_server"
)

# The code grant.
INVALID_CODE = OktaError(
    400, "invalid_grant", "The authorization code is invalid or has expired.", "invalid_authorization_code"
)
PKCE_FAILED = OktaError(400, "invalid_grant", "PKCE verification failed.", "pkce_verification_failed")
MISSING_VERIFIER = OktaError(
    400, "invalid_request", "PKCE code verifier is required by the application.", "pkce_missing_verifier"
)
MISMATCHED_REDIRECT_URI = OktaError(
    400,
    "invalid_grant",
    "The 'redirect_uri' does not match the redirection URI used in the authorization request.",
    "mismatched_redirect_uri",
)

# Okta's words for pushed requests are not in our facts; these are RFC 9126's codes in ours.
PUSH_REQUIRED = OktaError(400, "invalid_request", "The authorization request must be pushed.", "push_required")
PUSHED_REFERENCE = OktaError(
    400, "invalid_request", "A pushed request must not have a 'request_uri'.", "pushed_request_uri"
)
INVALID_REQUEST_URI = OktaError(
    400, "invalid_request_uri", "The 'request_uri' is invalid or has expired.", "invalid_request_uri"
)

# The authorization endpoint.
MISSING_CHALLENGE = OktaError(
    400, "invalid_request", "PKCE code challenge is required by the application.", "pkce_missing_challenge"
)
UNSUPPORTED_CHALLENGE = OktaError(
    400,
    "invalid_request",
    "PKCE code challenge method is not supported. Valid values: {}",
    "pkce_unsupported_code_challenge_method",
)
ILLEGAL_REDIRECT_URI = OktaError(
    400,
    "invalid_request",
    "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.",
    "illegal_redirect_uri",
)
INVALID_STATE = OktaError(
    400, "invalid_request", "The authentication request has an invalid 'state' parameter.", "invalid_state"
)
INVALID_PROMPT = OktaError(
    400, "invalid_request", "Invalid value for 'prompt' parameter. Supported values: {}", "invalid_prompt"
)
INVALID_MAX_AGE = OktaError(
    400,
    "invalid_request",
    "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1.",
    "invalid_max_age",
)
LOGIN_REQUIRED = OktaError(
    400, "login_required", "The client specified not to prompt, but the user is not logged in.", "login_required"
)
ACCESS_DENIED = OktaError(
    403, "access_denied", "The resource owner or authorization server denied the request.", "access_denied"
)
OPENID_REQUIRED = OktaError(
    400,
    "invalid_scope",
    "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
    "openid_scope_required_access_token",
)
NO_SCOPES = OktaError(400, "invalid_scope", "No scopes were requested.", "missing_scopes")
UNKNOWN_SCOPE = OktaError(
    400,
    "invalid_scope",
    "One or more scopes are not configured for the authorization server resource.",
    "no_matching_scope",
)
UNSUPPORTED_RESPONSE_TYPE = OktaError(
    400,
    "unsupported_response_type",
    "The response type is not supported by the authorization server. Configured response types: {}.",
    "unsupported_response_type",
)
# Okta's sentence for this one is not in our facts; this is ours, in its manner.
UNSUPPORTED_RESPONSE_MODE = OktaError(
    400,
    "invalid_request",
    "The response mode is not supported by the authorization server. Configured response modes: {}.",
    "unsupported_response_mode",
)

# Revocation.
MISSING_TOKEN = OktaError(400, "invalid_request", "The 'token' parameter is required.", "request_missing_token")

# Policies, assignments and limits.
NO_MATCHING_POLICY = OktaError(
    401,
    "access_denied",
    "Policy evaluation failed for this request, please check the policy configurations.",
    "no_matching_policy",
)
USER_NOT_ASSIGNED = OktaError(
    400, "access_denied", "User is not assigned to the client application.", "user_not_assigned"
)
NO_SCOPE_ALLOWED = OktaError(
    400,
    "access_denied",
    "Policy evaluation succeeded, but all the requested scopes were rejected.",
    "no_scope_allowed",
)
DISALLOWED_ZONE = OktaError(
    403,
    "access_denied",
    "The request is made from outside the client's permitted network zones.",
    "disallowed_network_zone",
)
USER_RATE_LIMITED = OktaError(
    429, "invalid_grant", "API call exceeded rate limit due to too many requests.", "user_rate_limited"
)
WRONG_DPOP_KEY = OktaError(
    400,
    "invalid_dpop_proof",
    "Invalid DPoP Public Key binding in refresh token",
    "invalid_dpop_proof_invalid_public_key_binding",
)
FIELDS_TOO_LONG = OktaError(
    400,
    "refresh_token_validation_failure",
    "Can't create refresh token. The following field(s) are too long: '{}'.",
    "refresh_token_validation_failure",
)

# Direct authentication and the device grant (Okta fact §4).
WRONG_CREDENTIALS = OktaError(400, "invalid_grant", "The credentials provided were invalid.", "invalid_credentials")
MFA_REQUIRED = OktaError(
    403,
    "mfa_required",
    "Verify with an additional authenticator to complete the sign-in process.",
    "mfa_required",
)
WRONG_OTP = OktaError(
    400,
    "invalid_grant",
    "The 'otp' provided is either empty or incorrect. Use the correct OTP and try again.",
    "invalid_otp",
)
OOB_PENDING = OktaError(
    400,
    "authorization_pending",
    "No user response received on the out-of-band authenticator yet. Continue polling to wait for a response.",
    "authorization_pending",
)
OOB_REJECTED = OktaError(400, "invalid_grant", "User rejected out-of-band authentication prompt.", "oob_rejected")
HANDLE_EXPIRED = OktaError(403, "access_denied", "'{}' has expired. Use a new '{}' and try again.", "expired_handle")
POLICY_NOT_SATISFIED = OktaError(
    403,
    "access_denied",
    "User couldn't be signed-in through direct authentication because authentication policy wasn't satisfied.",
    "direct_authentication_policy",
)
DEVICE_PENDING = OktaError(
    400,
    "authorization_pending",
    "The device authorization is pending. Please try again later.",
    "authorization_pending",
)
# Okta Classic's answer where Identity Engine asks for a second factor.
PASSWORD_WITH_MFA = OktaError(
    400,
    "invalid_grant",
    "Resource owner password credentials cannot be used with MFA enabled.",
    "password_with_mfa",
)
# Okta's sentences for these two are not in our facts; they are ours, in its manner.
WRONG_BINDING_CODE = OktaError(
    400,
    "invalid_grant",
    "The 'binding_code' provided is either empty or incorrect. Use the correct code and try again.",
    "invalid_binding_code",
)
INVALID_CHANNEL = OktaError(
    400, "invalid_request", "Invalid value for 'channel_hint' parameter. Supported values: {}", "invalid_channel_hint"
)
SLOW_DOWN = OktaError(400, "slow_down", "Slow down the polling frequency. Please try again later.", "slow_down")
DEVICE_EXPIRED = OktaError(400, "expired_token", "The device code has expired.", "expired_device_code")
INVALID_DEVICE_CODE = OktaError(
    400, "invalid_grant", "The device code is invalid or has expired.", "invalid_device_code"
)
# Shown on the page where the code is typed; the sentences are ours, in Okta's manner.
INVALID_USER_CODE = OktaError(400, "invalid_user_code", "Invalid code. Try again.", "invalid_user_code")
TOO_MANY_USER_CODES = OktaError(
    429, "too_many_user_codes", "Too many wrong codes were typed. Wait a minute and try again.", "too_many_user_codes"
)

# Consent, sessions and sign-out.
NO_SESSION = OktaError(
    400,
    "login_required",
    "A 'prompt' value of 'none' requires an existing session to successfully authorize.",
    "no_existing_session",
)
CONSENT_REQUIRED = OktaError(
    400, "consent_required", "The following scopes require user consent: {}.", "consent_required"
)
ILLEGAL_SIGN_OUT_URI = OktaError(
    400,
    "invalid_request",
    "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings.",
    "illegal_post_logout_redirect_uri",
)
# Okta shows a page of its own for this one; the sentence is ours, in its manner.
INVALID_HINT = OktaError(
    400,
    "invalid_request",
    "The 'id_token_hint' parameter must be an ID token of this authorization server.",
    "invalid_id_token_hint",
)

# Bearer tokens at the API and at userinfo.
BEARER_MISSING = OktaError(401, "invalid_request", "The access token is missing.", "missing_access_token")
BEARER_INVALID = OktaError(401, "invalid_token", "The access token is invalid.", "invalid_access_token")
BEARER_EXPIRED = OktaError(401, "invalid_token", "The token has expired.", "expired_access_token")
BEARER_REVOKED = OktaError(401, "invalid_token", "The access token has been revoked.", "revoked_access_token")
BEARER_WRONG_ISSUER = OktaError(
    401, "invalid_token", "The access token provided has an invalid issuer.", "invalid_issuer"
)
INSUFFICIENT_SCOPE = OktaError(
    403,
    "insufficient_scope",
    "The access token must provide access to at least one of these scopes - profile, email, address or phone",
    "insufficient_scope",
)


ROWS = {row.reason: row for row in list(globals().values()) if isinstance(row, OktaError)}
"""Every row by Okta's own name of it, so that a fault can answer any of them; some no endpoint answers by itself."""


def management_body(code: str, summary: str, causes: Iterable[str] = ()) -> dict[str, object]:
    """Return the error body Okta uses outside its OAuth endpoints (Okta fact §3.5)."""
    return {
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": f"oae{secrets.token_urlsafe(16)}",
        "errorCauses": [{"errorSummary": cause} for cause in causes],
    }
