"""Okta's exact errors: every one the demo org can return, with status, code and description (Okta fact §1.4)."""

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

    `reason` is Okta's own name of the row, which only the System Log shows.
    """

    status: int
    error: str
    description: str
    reason: str = ""

    def about(self, value: str) -> "OktaError":
        """Return the row with `value` filled into its description."""
        return replace(self, description=self.description.replace("{}", value))


def _row(row: str, description: str) -> OktaError:
    status, error, reason = row.split()
    return OktaError(int(status), error, description, reason)


class Refused(Exception):
    """A request refused with `error`; `cause` is for the System Log only. Neither contains a token's value.

    Code reads a `Cause`; text is a sentence of `app.demo.words`.
    """

    def __init__(self, error: OktaError, cause: Cause | str = "") -> None:
        super().__init__(f"{error.status} {error.error}")
        self.error = error
        self.cause = cause

    def response(self) -> Response:
        """Return the client's response: an RFC 6749 §5.2 error unless overridden."""
        headers = {}
        if self.error.error == "invalid_client" and self.error.status == _UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Basic realm="Lapse demo org"'
        body = {"error": self.error.error, "error_description": self.error.description}
        return JSONResponse(body, status_code=self.error.status, headers=headers)


def listed(values: Iterable[str]) -> str:
    """Return `values` as Okta prints a list: `[a, b]`."""
    return f"[{', '.join(values)}]"


def printable(value: str) -> str:
    """Return 100 characters of `value`, only those an `error_description` may have (RFC 6749 §5.2)."""
    return re.sub(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]", "?", value)[:100]


# The token endpoint, whatever the grant.
MISSING_GRANT_TYPE = _row(
    "400 invalid_request token_request_missing_grant_type",
    "The token request must specify a 'grant_type'. Valid values: {}",
)
UNSUPPORTED_GRANT_TYPE = _row(
    "400 unsupported_grant_type unsupported_grant_type",
    "The authorization grant type is not supported by the authorization server. Configured grant types: {}.",
)
UNAUTHORIZED_CLIENT = _row(
    "400 unauthorized_client unauthorized_client",
    "The client is not authorized to use the provided grant type. Configured grant types: {}.",
)
MISSING_PARAMETER = _row(
    "400 invalid_request missing_token_request_parameter", "The required parameter '{}' is missing."
)
DUPLICATE_PARAMETERS = _row(
    "400 invalid_request duplicate_oauth_params", "The request contained multiple parameters with the same name."
)
CREDENTIALS_IN_QUERY = _row(
    "400 invalid_request client_credentials_in_query", "Client credentials cannot be supplied via query parameters."
)
MULTIPLE_CREDENTIALS = _row(
    "401 invalid_request multiple_client_credentials",
    "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, "
    "credentials in the post body, or a client_assertion in the post body.",
)
INVALID_CLIENT_ID = _row("401 invalid_client invalid_client_id", "Invalid value for 'client_id' parameter.")
NO_CREDENTIALS = _row("401 invalid_client missing_client_credentials", "No client credentials found.")
INVALID_SECRET = _row(
    "401 invalid_client invalid_client_secret", "The client secret supplied for a confidential client is invalid."
)
UNAVAILABLE = _row(
    "400 temporarily_unavailable temporarily_unavailable",
    "The authorization server is currently unable to handle the request due to a temporary overloading or "
    "maintenance of the server.",
)
SERVER_ERROR = _row(
    "500 server_error server_error",
    "The authorization server encountered an unexpected condition that prevented it from fulfilling the request.",
)

# The refresh grant; Okta has one sentence for expired, idle, revoked, reused and unknown.
INVALID_REFRESH_TOKEN = _row("400 invalid_grant invalid_refresh_token", "The refresh token is invalid or expired.")
REFRESH_SCOPES_DENIED = _row(
    "400 access_denied refresh_scopes_denied",
    "Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied "
    "scopes: {}.",
)
MISMATCHED_CLIENT = _row(
    "400 invalid_grant mismatched_client",
    "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize "
    "request.",
)
MISMATCHED_SERVER = _row(
    "400 invalid_request mismatched_authorization_server", "The grant was issued for another authorization server."
)

# The code grant.
INVALID_CODE = _row("400 invalid_grant invalid_authorization_code", "The authorization code is invalid or has expired.")
PKCE_FAILED = _row("400 invalid_grant pkce_verification_failed", "PKCE verification failed.")
MISSING_VERIFIER = _row(
    "400 invalid_request pkce_missing_verifier", "PKCE code verifier is required by the application."
)
MISMATCHED_REDIRECT_URI = _row(
    "400 invalid_grant mismatched_redirect_uri",
    "The 'redirect_uri' does not match the redirection URI used in the authorization request.",
)

# Okta's words for pushed requests are not in our facts; these are RFC 9126's codes in ours.
PUSH_REQUIRED = _row("400 invalid_request push_required", "The authorization request must be pushed.")
PUSHED_REFERENCE = _row("400 invalid_request pushed_request_uri", "A pushed request must not have a 'request_uri'.")
INVALID_REQUEST_URI = _row(
    "400 invalid_request_uri invalid_request_uri", "The 'request_uri' is invalid or has expired."
)

# The authorization endpoint.
MISSING_CHALLENGE = _row(
    "400 invalid_request pkce_missing_challenge", "PKCE code challenge is required by the application."
)
UNSUPPORTED_CHALLENGE = _row(
    "400 invalid_request pkce_unsupported_code_challenge_method",
    "PKCE code challenge method is not supported. Valid values: {}",
)
ILLEGAL_REDIRECT_URI = _row(
    "400 invalid_request illegal_redirect_uri",
    "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.",
)
INVALID_STATE = _row(
    "400 invalid_request invalid_state", "The authentication request has an invalid 'state' parameter."
)
INVALID_PROMPT = _row(
    "400 invalid_request invalid_prompt", "Invalid value for 'prompt' parameter. Supported values: {}"
)
INVALID_MAX_AGE = _row(
    "400 invalid_request invalid_max_age",
    "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1.",
)
LOGIN_REQUIRED = _row(
    "400 login_required login_required", "The client specified not to prompt, but the user is not logged in."
)
ACCESS_DENIED = _row(
    "403 access_denied access_denied", "The resource owner or authorization server denied the request."
)
OPENID_REQUIRED = _row(
    "400 invalid_scope openid_scope_required_access_token",
    "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
)
NO_SCOPES = _row("400 invalid_scope missing_scopes", "No scopes were requested.")
UNKNOWN_SCOPE = _row(
    "400 invalid_scope no_matching_scope",
    "One or more scopes are not configured for the authorization server resource.",
)
UNSUPPORTED_RESPONSE_TYPE = _row(
    "400 unsupported_response_type unsupported_response_type",
    "The response type is not supported by the authorization server. Configured response types: {}.",
)
# Okta's sentence for this one is not in our facts; this is ours, in its style.
UNSUPPORTED_RESPONSE_MODE = _row(
    "400 invalid_request unsupported_response_mode",
    "The response mode is not supported by the authorization server. Configured response modes: {}.",
)

# Revocation.
MISSING_TOKEN = _row("400 invalid_request request_missing_token", "The 'token' parameter is required.")

# Policies, assignments and limits.
NO_MATCHING_POLICY = _row(
    "401 access_denied no_matching_policy",
    "Policy evaluation failed for this request, please check the policy configurations.",
)
USER_NOT_ASSIGNED = _row("400 access_denied user_not_assigned", "User is not assigned to the client application.")
NO_SCOPE_ALLOWED = _row(
    "400 access_denied no_scope_allowed", "Policy evaluation succeeded, but all the requested scopes were rejected."
)
DISALLOWED_ZONE = _row(
    "403 access_denied disallowed_network_zone",
    "The request is made from outside the client's permitted network zones.",
)
USER_RATE_LIMITED = _row(
    "429 invalid_grant user_rate_limited", "API call exceeded rate limit due to too many requests."
)
WRONG_DPOP_KEY = _row(
    "400 invalid_dpop_proof invalid_dpop_proof_invalid_public_key_binding",
    "Invalid DPoP Public Key binding in refresh token",
)
FIELDS_TOO_LONG = _row(
    "400 refresh_token_validation_failure refresh_token_validation_failure",
    "Can't create refresh token. The following field(s) are too long: '{}'.",
)

# Direct authentication and the device grant (Okta fact §4).
WRONG_CREDENTIALS = _row("400 invalid_grant invalid_credentials", "The credentials provided were invalid.")
MFA_REQUIRED = _row(
    "403 mfa_required mfa_required", "Verify with an additional authenticator to complete the sign-in process."
)
WRONG_OTP = _row(
    "400 invalid_grant invalid_otp",
    "The 'otp' provided is either empty or incorrect. Use the correct OTP and try again.",
)
OOB_PENDING = _row(
    "400 authorization_pending authorization_pending",
    "No user response received on the out-of-band authenticator yet. Continue polling to wait for a response.",
)
OOB_REJECTED = _row("400 invalid_grant oob_rejected", "User rejected out-of-band authentication prompt.")
HANDLE_EXPIRED = _row("403 access_denied expired_handle", "'{}' has expired. Use a new '{}' and try again.")
POLICY_NOT_SATISFIED = _row(
    "403 access_denied direct_authentication_policy",
    "User couldn't be signed-in through direct authentication because authentication policy wasn't satisfied.",
)
DEVICE_PENDING = _row(
    "400 authorization_pending authorization_pending", "The device authorization is pending. Please try again later."
)
# Okta Classic's response where Identity Engine asks for a second factor.
PASSWORD_WITH_MFA = _row(
    "400 invalid_grant password_with_mfa", "Resource owner password credentials cannot be used with MFA enabled."
)
# Okta's sentences for these two are not in our facts; they are ours, in its style.
WRONG_BINDING_CODE = _row(
    "400 invalid_grant invalid_binding_code",
    "The 'binding_code' provided is either empty or incorrect. Use the correct code and try again.",
)
INVALID_CHANNEL = _row(
    "400 invalid_request invalid_channel_hint", "Invalid value for 'channel_hint' parameter. Supported values: {}"
)
SLOW_DOWN = _row("400 slow_down slow_down", "Slow down the polling frequency. Please try again later.")
DEVICE_EXPIRED = _row("400 expired_token expired_device_code", "The device code has expired.")
INVALID_DEVICE_CODE = _row("400 invalid_grant invalid_device_code", "The device code is invalid or has expired.")
# Shown on the page where the code is typed; the sentences are ours, in Okta's style.
INVALID_USER_CODE = _row("400 invalid_user_code invalid_user_code", "Invalid code. Try again.")
TOO_MANY_USER_CODES = _row(
    "429 too_many_user_codes too_many_user_codes", "Too many wrong codes were typed. Wait a minute and try again."
)

# Consent, sessions and sign-out.
NO_SESSION = _row(
    "400 login_required no_existing_session",
    "A 'prompt' value of 'none' requires an existing session to successfully authorize.",
)
CONSENT_REQUIRED = _row("400 consent_required consent_required", "The following scopes require user consent: {}.")
ILLEGAL_SIGN_OUT_URI = _row(
    "400 invalid_request illegal_post_logout_redirect_uri",
    "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings.",
)
# Okta shows a page of its own for this one; the sentence is ours, in its style.
INVALID_HINT = _row(
    "400 invalid_request invalid_id_token_hint",
    "The 'id_token_hint' parameter must be an ID token of this authorization server.",
)

# Bearer tokens at the API and at userinfo.
BEARER_MISSING = _row("401 invalid_request missing_access_token", "The access token is missing.")
BEARER_INVALID = _row("401 invalid_token invalid_access_token", "The access token is invalid.")
BEARER_EXPIRED = _row("401 invalid_token expired_access_token", "The token has expired.")
BEARER_REVOKED = _row("401 invalid_token revoked_access_token", "The access token has been revoked.")
BEARER_WRONG_ISSUER = _row("401 invalid_token invalid_issuer", "The access token provided has an invalid issuer.")
INSUFFICIENT_SCOPE = _row(
    "403 insufficient_scope insufficient_scope",
    "The access token must provide access to at least one of these scopes - profile, email, address or phone",
)


ROWS = {row.reason: row for row in list(globals().values()) if isinstance(row, OktaError)}
"""Every row by Okta's own name, so that a fault can return any of them; some are returned by faults only."""


def management_body(code: str, summary: str, causes: Iterable[str] = ()) -> dict[str, object]:
    """Return the error body Okta uses outside its OAuth endpoints (Okta fact §3.5)."""
    return {
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": f"oae{secrets.token_urlsafe(16)}",
        "errorCauses": [{"errorSummary": cause} for cause in causes],
    }
