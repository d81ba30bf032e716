"""What an issuer's metadata offers, as plain facts a person wants before a connection is saved."""

from dataclasses import dataclass
from enum import StrEnum

from app.connection import SignInKind
from app.oauth.metadata import ServerMetadata

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_OFFLINE = "offline_access"
# What holds where a server does not say (RFC 8414 §2).
_GRANTS_UNSAID = ("authorization_code", "implicit")
_SHORT = {
    _DEVICE_GRANT: "device code",
    "urn:okta:params:oauth:grant-type:otp": "Okta OTP",
    "urn:okta:params:oauth:grant-type:oob": "Okta push",
    "http://auth0.com/oauth/grant-type/mfa-otp": "MFA by OTP",
    "http://auth0.com/oauth/grant-type/mfa-oob": "MFA by push",
}


class Tone(StrEnum):
    """How good a fact is for Lapse."""

    GOOD = "good"
    NEUTRAL = "neutral"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing worth knowing of a server: its name, what it is, and how good that is."""

    name: str
    value: str
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server's metadata offers; `why_not` names each sign-in that is not possible, `missing` what it lacks."""

    why_not: dict[SignInKind, str]
    facts: tuple[Fact, ...]
    missing: tuple[str, ...]


def offer_of(metadata: ServerMetadata) -> Offer:
    """Return what a server offers, as far as its metadata says."""
    why_not = _why_not(metadata)
    grants = ", ".join(_SHORT.get(each, each) for each in metadata.grant_types_supported)
    named = (
        ("Grants", grants or "not stated"),
        ("Authorization endpoint", metadata.authorization_endpoint),
        ("Token endpoint", metadata.token_endpoint),
        ("Keys", metadata.jwks_uri),
        ("Device endpoint", metadata.device_authorization_endpoint),
        ("Pushed requests (PAR)", metadata.pushed_authorization_request_endpoint),
        ("Userinfo", metadata.userinfo_endpoint),
        ("Revocation", metadata.revocation_endpoint),
        ("Introspection", metadata.introspection_endpoint),
        ("Sign-out in the browser", metadata.end_session_endpoint),
    )
    facts = (
        Fact("Issuer", metadata.issuer, Tone.GOOD),
        Fact("Sign-in", _kinds(why_not)),
        _refresh_fact(metadata),
        _pkce_fact(metadata.code_challenge_methods_supported),
        *(Fact(name, value) for name, value in named if value),
    )
    return Offer(why_not, facts, _missing(metadata))


def _why_not(metadata: ServerMetadata) -> dict[SignInKind, str]:
    listed, why_not = metadata.grant_types_supported or _GRANTS_UNSAID, dict[SignInKind, str]()
    if "authorization_code" not in listed:
        why_not[SignInKind.BROWSER] = "The server does not list the authorization_code grant."
    if "password" not in listed:
        why_not[SignInKind.PASSWORD] = "The server does not list the password grant (Okta Direct Authentication)."
    if metadata.device_authorization_endpoint is None:
        why_not[SignInKind.DEVICE] = "The server states no device authorization endpoint (RFC 8628)."
    return why_not


def _kinds(why_not: dict[SignInKind, str]) -> str:
    words = {
        SignInKind.BROWSER: "browser",
        SignInKind.PASSWORD: "username and password",
        SignInKind.DEVICE: "another device",
    }
    return ", ".join(word for kind, word in words.items() if kind not in why_not) or "no way Lapse knows"


def _refresh_fact(metadata: ServerMetadata) -> Fact:
    grants, scopes = metadata.grant_types_supported, metadata.scopes_supported
    if not grants:
        return Fact("Refresh tokens", "not stated; the first sign-in will tell")
    if "refresh_token" not in grants:
        return Fact("Refresh tokens", "not offered: the server lists no refresh_token grant", Tone.WARNING)
    if scopes and _OFFLINE not in scopes:
        return Fact("Refresh tokens", "offered; offline_access is not among the scopes it lists")
    return Fact("Refresh tokens", "offered, where the app has the grant and offline_access is asked", Tone.GOOD)


def _pkce_fact(methods: tuple[str, ...]) -> Fact:
    if not methods:
        return Fact("PKCE", "not stated; Lapse sends S256 all the same")
    if "S256" in methods:
        return Fact("PKCE", "S256", Tone.GOOD)
    return Fact("PKCE", f"without S256, which Lapse sends ({', '.join(methods)})", Tone.WARNING)


def _missing(metadata: ServerMetadata) -> tuple[str, ...]:
    grants, scopes = metadata.grant_types_supported, metadata.scopes_supported
    methods = metadata.code_challenge_methods_supported
    said = (
        (grants and "refresh_token" not in grants, "No refresh tokens: one signs in again at every lapse."),
        (scopes and "openid" not in scopes, "openid is not among its scopes; without it no sign-in ends well."),
        (methods and "S256" not in methods, "No PKCE with S256: it may refuse what Lapse sends."),
        (metadata.revocation_endpoint is None, "No revocation: signing out forgets tokens here, they live on there."),
        (metadata.end_session_endpoint is None, "No sign-out of the browser's own session."),
        (not metadata.iss_in_answer, "Its answers do not name the issuer (RFC 9207); state and nonce guard them."),
    )
    return tuple(text for is_so, text in said if is_so)
