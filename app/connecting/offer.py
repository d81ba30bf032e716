"""What an issuer's metadata offers, as plain facts a person wants before a connection is saved."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

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
    """What a server says it can do; None where it does not say. `why_not` names each sign-in that is not possible."""

    grants: tuple[str, ...] | None
    scopes: tuple[str, ...] | None
    pkce_methods: tuple[str, ...] | None
    why_not: dict[SignInKind, str]
    facts: tuple[Fact, ...]
    missing: tuple[str, ...]

    def may_sign_in(self, kind: SignInKind) -> bool:
        """Return whether the metadata lets a person sign in so."""
        return kind not in self.why_not


def offer_of(metadata: ServerMetadata, found: dict[str, Any]) -> Offer:
    """Return what a server offers, from its metadata as read and as it came (`found`)."""
    grants, scopes = _texts(found, "grant_types_supported"), _texts(found, "scopes_supported")
    methods = _texts(found, "code_challenge_methods_supported")
    why_not = _why_not(found, grants)
    facts = (
        Fact("Issuer", metadata.issuer, Tone.GOOD),
        Fact("Sign-in", _kinds(why_not)),
        _refresh_fact(grants, scopes),
        _pkce_fact(methods),
        Fact("Grants", "not stated" if grants is None else ", ".join(_SHORT.get(each, each) for each in grants)),
        Fact("Authorization endpoint", metadata.authorization_endpoint),
        Fact("Token endpoint", metadata.token_endpoint),
        Fact("Keys", metadata.jwks_uri),
        *_optional_facts(found),
    )
    return Offer(grants, scopes, methods, why_not, facts, _missing(metadata, found, grants, scopes, methods))


def _why_not(found: dict[str, Any], grants: tuple[str, ...] | None) -> dict[SignInKind, str]:
    listed, why_not = grants or _GRANTS_UNSAID, dict[SignInKind, str]()
    if "authorization_code" not in listed:
        why_not[SignInKind.BROWSER] = "The server does not list the authorization_code grant."
    if "password" not in listed:
        why_not[SignInKind.PASSWORD] = "The server does not list the password grant (Okta Direct Authentication)."
    if not isinstance(found.get("device_authorization_endpoint"), str):
        why_not[SignInKind.DEVICE] = "The server states no device authorization endpoint (RFC 8628)."
    return why_not


def _kinds(why_not: dict[SignInKind, str]) -> str:
    words = {
        SignInKind.BROWSER: "browser",
        SignInKind.PASSWORD: "username and password",
        SignInKind.DEVICE: "another device",
    }
    return ", ".join(word for kind, word in words.items() if kind not in why_not) or "no way Lapse knows"


def _refresh_fact(grants: tuple[str, ...] | None, scopes: tuple[str, ...] | None) -> Fact:
    if grants is not None and "refresh_token" not in grants:
        return Fact("Refresh tokens", "not offered: the server lists no refresh_token grant", Tone.WARNING)
    if grants is None:
        return Fact("Refresh tokens", "not stated; the first sign-in will tell")
    if scopes is not None and _OFFLINE not in scopes:
        return Fact("Refresh tokens", "offered; offline_access is not among the scopes it lists")
    return Fact("Refresh tokens", "offered, where the app has the grant and offline_access is asked", Tone.GOOD)


def _pkce_fact(methods: tuple[str, ...] | None) -> Fact:
    if methods is None:
        return Fact("PKCE", "not stated; Lapse sends S256 all the same")
    if "S256" in methods:
        return Fact("PKCE", "S256", Tone.GOOD)
    return Fact("PKCE", f"without S256, which Lapse sends ({', '.join(methods) or 'none'})", Tone.WARNING)


def _optional_facts(found: dict[str, Any]) -> list[Fact]:
    named = (
        ("Device endpoint", "device_authorization_endpoint"),
        ("Pushed requests (PAR)", "pushed_authorization_request_endpoint"),
        ("Userinfo", "userinfo_endpoint"),
        ("Revocation", "revocation_endpoint"),
        ("Introspection", "introspection_endpoint"),
        ("Sign-out in the browser", "end_session_endpoint"),
    )
    return [Fact(name, str(found[member])) for name, member in named if isinstance(found.get(member), str)]


def _missing(
    metadata: ServerMetadata,
    found: dict[str, Any],
    grants: tuple[str, ...] | None,
    scopes: tuple[str, ...] | None,
    methods: tuple[str, ...] | None,
) -> tuple[str, ...]:
    said = (
        (grants is not None and "refresh_token" not in grants, "No refresh tokens: one signs in again at every lapse."),
        (scopes is not None and "openid" not in scopes, "openid is not among its scopes; without it no sign-in ends."),
        (methods is not None and "S256" not in methods, "No PKCE with S256: it may refuse what Lapse sends."),
        (metadata.revocation_endpoint is None, "No revocation: signing out forgets tokens here, they live on there."),
        (not isinstance(found.get("end_session_endpoint"), str), "No sign-out of the browser's own session."),
        (not metadata.iss_in_answer, "Its answers do not name the issuer (RFC 9207); state and nonce guard them."),
    )
    return tuple(text for is_so, text in said if is_so)


def _texts(found: dict[str, Any], name: str) -> tuple[str, ...] | None:
    value = found.get(name)
    return tuple(str(each) for each in value) if isinstance(value, list) else None
