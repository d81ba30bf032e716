"""Okta's exact words: every error the demo org can answer, with status, code and description (Okta fact §1.4)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class OktaError:
    """One row of Okta's error list: HTTP status, `error`, `error_description`."""

    status: int
    error: str
    description: str

    def about(self, value: str) -> "OktaError":
        """Return the row with `value` in its description's gap."""
        return replace(self, description=self.description.replace("{}", value))


class Refused(Exception):
    """A request the org answers with `error`; it carries no value of a token."""

    def __init__(self, error: OktaError) -> None:
        super().__init__(f"{error.status} {error.error}")
        self.error = error


def listed(values: Iterable[str]) -> str:
    """Return `values` as Okta prints a list: `[a, b]`."""
    return f"[{', '.join(values)}]"


def printable(value: str) -> str:
    """Return a client's `value` in the characters an `error_description` may have (RFC 6749 §5.2), at most 100."""
    return re.sub(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]", "?", value)[:100]


# The token endpoint, whatever the grant.
MISSING_GRANT_TYPE = OktaError(
    400, "invalid_request", "The token request must specify a 'grant_type'. Valid values: {}"
)
UNSUPPORTED_GRANT_TYPE = OktaError(
    400,
    "unsupported_grant_type",
    "The authorization grant type is not supported by the authorization server. Configured grant types: {}.",
)
UNAUTHORIZED_CLIENT = OktaError(
    400,
    "unauthorized_client",
    "The client is not authorized to use the provided grant type. Configured grant types: {}.",
)
MISSING_PARAMETER = OktaError(400, "invalid_request", "The required parameter '{}' is missing.")
DUPLICATE_PARAMETERS = OktaError(
    400, "invalid_request", "The request contained multiple parameters with the same name."
)
CREDENTIALS_IN_QUERY = OktaError(400, "invalid_request", "Client credentials cannot be supplied via query parameters.")
MULTIPLE_CREDENTIALS = OktaError(
    401,
    "invalid_request",
    "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, "
    "credentials in the post body, or a client_assertion in the post body.",
)
INVALID_CLIENT_ID = OktaError(401, "invalid_client", "Invalid value for 'client_id' parameter.")
NO_CREDENTIALS = OktaError(401, "invalid_client", "No client credentials found.")
INVALID_SECRET = OktaError(401, "invalid_client", "The client secret supplied for a confidential client is invalid.")
UNAVAILABLE = OktaError(
    400,
    "temporarily_unavailable",
    "The authorization server is currently unable to handle the request due to a temporary overloading or maintenance "
    "of the server.",
)
SERVER_ERROR = OktaError(
    500,
    "server_error",
    "The authorization server encountered an unexpected condition that prevented it from fulfilling the request.",
)

# The refresh grant; Okta has one sentence for expired, idle, revoked, reused and unknown.
INVALID_REFRESH_TOKEN = OktaError(400, "invalid_grant", "The refresh token is invalid or expired.")
REFRESH_SCOPES_DENIED = OktaError(
    400,
    "access_denied",
    "Some of the scopes requested for the refresh request were not granted in the original authorize request. "
    "Denied scopes: {}.",
)
MISMATCHED_CLIENT = OktaError(
    400,
    "invalid_grant",
    "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize "
    "request.",
)
MISMATCHED_SERVER = OktaError(400, "invalid_request", "The grant was issued for another authorization server.")

# The code grant.
INVALID_CODE = OktaError(400, "invalid_grant", "The authorization code is invalid or has expired.")
PKCE_FAILED = OktaError(400, "invalid_grant", "PKCE verification failed.")
MISSING_VERIFIER = OktaError(400, "invalid_request", "PKCE code verifier is required by the application.")
MISMATCHED_REDIRECT_URI = OktaError(
    400,
    "invalid_grant",
    "The 'redirect_uri' does not match the redirection URI used in the authorization request.",
)

# The authorization endpoint.
MISSING_CHALLENGE = OktaError(400, "invalid_request", "PKCE code challenge is required by the application.")
UNSUPPORTED_CHALLENGE = OktaError(
    400, "invalid_request", "PKCE code challenge method is not supported. Valid values: {}"
)
ILLEGAL_REDIRECT_URI = OktaError(
    400,
    "invalid_request",
    "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.",
)
INVALID_STATE = OktaError(400, "invalid_request", "The authentication request has an invalid 'state' parameter.")
INVALID_PROMPT = OktaError(400, "invalid_request", "Invalid value for 'prompt' parameter. Supported values: {}")
INVALID_MAX_AGE = OktaError(
    400, "invalid_request", "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1."
)
LOGIN_REQUIRED = OktaError(400, "login_required", "The client specified not to prompt, but the user is not logged in.")
ACCESS_DENIED = OktaError(403, "access_denied", "The resource owner or authorization server denied the request.")
OPENID_REQUIRED = OktaError(
    400,
    "invalid_scope",
    "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
)
NO_SCOPES = OktaError(400, "invalid_scope", "No scopes were requested.")
UNKNOWN_SCOPE = OktaError(
    400, "invalid_scope", "One or more scopes are not configured for the authorization server resource."
)
UNSUPPORTED_RESPONSE_TYPE = OktaError(
    400,
    "unsupported_response_type",
    "The response type is not supported by the authorization server. Configured response types: {}.",
)
# Okta's sentence for this one is not in our facts; this is ours, in its manner.
UNSUPPORTED_RESPONSE_MODE = OktaError(
    400,
    "invalid_request",
    "The response mode is not supported by the authorization server. Configured response modes: {}.",
)

# Revocation.
MISSING_TOKEN = OktaError(400, "invalid_request", "The 'token' parameter is required.")

# Bearer tokens at the API and at userinfo.
BEARER_MISSING = OktaError(401, "invalid_request", "The access token is missing.")
BEARER_INVALID = OktaError(401, "invalid_token", "The access token is invalid.")
BEARER_EXPIRED = OktaError(401, "invalid_token", "The token has expired.")
BEARER_REVOKED = OktaError(401, "invalid_token", "The access token has been revoked.")
BEARER_WRONG_ISSUER = OktaError(401, "invalid_token", "The access token provided has an invalid issuer.")
INSUFFICIENT_SCOPE = OktaError(
    403,
    "insufficient_scope",
    "The access token must provide access to at least one of these scopes - profile, email, address or phone",
)


def management_body(code: str, summary: str, error_id: str) -> dict[str, object]:
    """Return the error body Okta uses outside its OAuth endpoints (Okta fact §3.5)."""
    return {
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": error_id,
        "errorCauses": [],
    }
