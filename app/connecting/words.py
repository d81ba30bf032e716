"""Sentences about connections that are looked up, tried or read from a file; no code reads them."""

from collections.abc import Mapping

from app.connecting.trial_verdict import Lack, TrialVerdict, TriedPart

_MOST_NAMES = 12
_NAMES = {
    TriedPart.METADATA: "Metadata",
    TriedPart.KEYS: "Keys",
    TriedPart.SCOPES: "Scopes",
    TriedPart.SIGN_IN: "Sign-in",
    TriedPart.REDIRECT_PORT: "Redirect port",
    TriedPart.CLIENT: "Client and redirect URI",
}
_CHECK = "Check the connection against how the app is registered."
_CHECK_BOTH = "Check that the client ID is right and that {uri} is registered."
_REGISTER = "Register exactly {uri} as a sign-in redirect URI of the app"
_SENTENCES = {  # each with what to do about it
    TrialVerdict.METADATA_FOUND: ("It is this issuer's.", ""),
    TrialVerdict.METADATA_REFUSED: ("{what}", "{next_step}"),
    TrialVerdict.METADATA_NOWHERE: ("{what} Asked: {asked} addresses.", "{next_step}"),
    TrialVerdict.KEYS_FOUND: ("{number} published: {algorithms}.", ""),
    TrialVerdict.KEYS_UNREAD: ("{what}", "{next_step}"),
    TrialVerdict.NO_KEYS: ("The server publishes no key to verify ID tokens with.", "Ask the server's operator."),
    TrialVerdict.UNTRUSTED_KEYS: ("ID tokens are signed with {algorithms} alone, which Lapse does not trust.", ""),
    TrialVerdict.SCOPES_LISTED: ("The server lists all of them. Which are granted shows at the sign-in.", ""),
    TrialVerdict.OFFLINE_NOT_ASKED: ("offline_access is not requested: most servers will send no refresh token.", ""),
    TrialVerdict.SCOPES_UNLISTED: ("Not among the scopes the server lists: {scopes}. It may still know them.", ""),
    TrialVerdict.SCOPES_UNSTATED: ("The server does not say which scopes it knows.", ""),
    TrialVerdict.KIND_OFFERED: ("The server offers this. Whether the app may use it shows only at the sign-in.", ""),
    TrialVerdict.KIND_NOT_OFFERED: ("{why}", "Choose another way to sign in."),
    TrialVerdict.ANY_PORT: ("Any free one; {port} would do now.", ""),
    TrialVerdict.PORT_FREE: ("{port} is free.", ""),
    TrialVerdict.PORT_LEFT: ("{port} is free. In use: {taken}.", ""),
    TrialVerdict.PORTS_TAKEN: (
        "In use by another program: {taken}.",
        "Close that program, or choose another port and register it.",
    ),
    TrialVerdict.CLIENT_KNOWN: ("The server knows this client and accepts the redirect URI.", ""),
    TrialVerdict.PUSH_TAKEN: ("The server has taken a pushed request of this client with this redirect URI.", ""),
    TrialVerdict.NOT_ASKED: ("{what}", "{next_step}"),
    TrialVerdict.CLIENT_UNKNOWN: ("The server does not know this client.", "Check the client ID and the issuer."),
    TrialVerdict.REDIRECT_REFUSED: ("The server does not accept the redirect URI.", f"{_REGISTER}."),
    TrialVerdict.REDIRECT_REFUSED_BY_OKTA: (
        "The server does not accept the redirect URI.",
        f"{_REGISTER}; Okta compares every letter, the port included.",
    ),
    TrialVerdict.ANY_PORT_REFUSED: (
        "The server does not accept the redirect URI.",
        "Choose a fixed redirect URI and register exactly that: this server wants the port, too.",
    ),
    TrialVerdict.PUSH_REFUSED: ("The server refuses a pushed request: {said}.", _CHECK),
    TrialVerdict.SENT_BACK: ("The server knows the redirect URI, but says no: {said}.", _CHECK),
    TrialVerdict.OTHER_STATE: ("The server knows them, but returns a different state than it was sent.", _CHECK),
    TrialVerdict.NO_VERDICT: ("The server responded with {status}; the result is unknown.", ""),
    TrialVerdict.OWN_PAGE: ("The server shows a page although prompt=none forbids it. Only a sign-in can tell.", ""),
    TrialVerdict.ERROR_PAGE: (
        "The server refuses with an error page ({status}); which of the two it means is unknown.",
        _CHECK_BOTH,
    ),
    TrialVerdict.LED_TO_ERROR: (
        "The server refuses with an error page ({status}); which of the two it means is unknown.",
        _CHECK_BOTH,
    ),
}
_CURES_BY_CODE = {
    "unauthorized_client": "Allow the Authorization Code grant for the app.",
    "invalid_scope": "Request only scopes the server knows.",
    "invalid_target": "Check audience and resource.",
    "access_denied": "Check the app's assignments and the authorization server's access policy.",
}

# What metadata offers.
ISSUER, SIGN_IN, GRANT_TYPES, REFRESH_TOKENS, PKCE = "Issuer", "Sign-in", "Grants", "Refresh tokens", "PKCE"
ENDPOINTS = {
    "authorization_endpoint": "Authorization endpoint",
    "token_endpoint": "Token endpoint",
    "jwks_uri": "Keys",
    "device_authorization_endpoint": "Device endpoint",
    "pushed_authorization_request_endpoint": "Pushed requests (PAR)",
    "userinfo_endpoint": "Userinfo",
    "revocation_endpoint": "Revocation",
    "introspection_endpoint": "Introspection",
    "end_session_endpoint": "Sign-out in the browser",
}
NO_KIND = "none that Lapse supports"
GRANTS = {
    "urn:ietf:params:oauth:grant-type:device_code": "device code",
    "urn:okta:params:oauth:grant-type:otp": "Okta OTP",
    "urn:okta:params:oauth:grant-type:oob": "Okta push",
    "http://auth0.com/oauth/grant-type/mfa-otp": "MFA by OTP",
    "http://auth0.com/oauth/grant-type/mfa-oob": "MFA by push",
}
NOT_STATED = "not stated"
REFRESH_NOT_STATED = "not stated; the first sign-in will tell"
REFRESH_NOT_OFFERED = "not offered: the server lists no refresh_token grant"
REFRESH_WITHOUT_SCOPE = "offered; offline_access is not among the scopes it lists"
REFRESH_OFFERED = "offered, if the app has the grant and offline_access is requested"
PKCE_NOT_STATED = "not stated; Lapse sends S256 anyway"
LACKS = {
    Lack.REFRESH_TOKENS: "No refresh tokens: the user must sign in again whenever the access token expires.",
    Lack.OPENID: "openid is not among its scopes; without it sign-ins fail.",
    Lack.S256: "No PKCE with S256: it may refuse what Lapse sends.",
    Lack.REVOCATION: "No revocation: signing out deletes the tokens here, but they stay valid there.",
    Lack.SIGN_OUT: "No sign-out of the browser session (end_session_endpoint).",
    Lack.ISSUER_IN_RESPONSE: "Its responses do not name the issuer (RFC 9207); state and nonce protect them.",
}

# How a pasted text was understood, and what was found at the addresses it may mean.
QUERY_LEFT_OUT = "What followed ? or # was left out: issuers have neither."
TWO_SERVERS = "Two servers respond: default issues access tokens for your APIs, the org server only for Okta's."
NO_DEFAULT_SERVER = "There is no authorization server named default here; the org server was found."
NO_ORG_SERVER = "The org authorization server has no metadata."
NO_RESPONSE = "no response"
METADATA = "metadata of this issuer"

# What a file holds.
UNKNOWN_KIND = "the kind of sign-in is not known; the browser is used."


def name_of(tried: TriedPart, uri: str) -> str:
    """Return what was tried; for the client with its redirect URI `uri`, if there may be several."""
    return f"Client and {uri}" if uri else _NAMES[tried]


def sentence_of(verdict: TrialVerdict, about: Mapping[str, str], said: str) -> str:
    """Return the verdict in words; `about` fills its gaps, `said` is the server's own message."""
    sentence = _SENTENCES[verdict][0].format_map(about)
    return f"{sentence} It says: {said}." if said else sentence


def cure_of(verdict: TrialVerdict, about: Mapping[str, str], code: str) -> str:
    """Return what to do about it, "" for nothing; the OAuth error `code` may be more specific."""
    by_code = _CURES_BY_CODE.get(code, "") if verdict in (TrialVerdict.PUSH_REFUSED, TrialVerdict.SENT_BACK) else ""
    return by_code or _SENTENCES[verdict][1].format_map(about)


def without_s256(methods: tuple[str, ...]) -> str:
    return f"without S256, which Lapse sends ({', '.join(methods)})"


def put_in_front(scheme: str) -> str:
    return f"{scheme}:// was put in front."


def admins_host(host: str | None, other: str | None) -> str:
    return f"{host} is for Okta's admins; users sign in at {other}."


def written_so(issuer: str) -> str:
    return f"The server's metadata names the issuer {issuer}, which is used."


def in_short(status: int, reason: str, leads_to: str) -> str:
    return f"{status} {reason}".strip() + (f", leads to {leads_to}" if leads_to else "")


def incomplete(name: str, what: str) -> str:
    return f"{name} is not complete yet: {what}"


def secret_left_out(name: str) -> str:
    return f"{name} was left out: Lapse stores no secrets in its settings."


def not_used(names: list[str]) -> str:
    """Return the unknown members of a file, a dozen at most."""
    return f"Not used: {', '.join(names[:_MOST_NAMES])}{' …' if len(names) > _MOST_NAMES else ''}."


def taken_from_discovery(issuer: str) -> str:
    return f"The issuer was taken from the discovery URL: {issuer}. Look it up to be sure."


def uri_left_out(uri: str) -> str:
    return f"The redirect URI {uri} was left out: Lapse can listen on this machine only."


def leeway_unread(seconds: float) -> str:
    return f"the leeway is not a number of seconds; {seconds:g} s is used."


def nth(place: int) -> str:
    return f"Connection {place}"
