"""What an issuer's metadata offers, as plain facts a user wants before a connection is saved."""

from dataclasses import dataclass
from enum import StrEnum

from app.connecting import words
from app.connecting.trial_verdict import Lack
from app.oauth.metadata import ServerMetadata
from app.session import kinds

_OFFLINE = "offline_access"


class Rating(StrEnum):
    """How well a capability suits Lapse."""

    GOOD = "good"
    NEUTRAL = "neutral"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fact:
    """One capability of a server: its name, its value, and how well it suits Lapse."""

    name: str
    value: str
    tone: Rating = Rating.NEUTRAL


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a server's metadata offers; `why_not` is by the names of the kinds not possible, `missing` what it lacks."""

    why_not: dict[str, str]
    facts: tuple[Fact, ...]
    missing: tuple[str, ...]


def capabilities_of(metadata: ServerMetadata) -> Capabilities:
    why_not = _why_not(metadata)
    grants = ", ".join(words.GRANTS.get(each, each) for each in metadata.grant_types_supported)
    endpoints = ((name, getattr(metadata, member)) for member, name in words.ENDPOINTS.items())
    facts = (
        Fact(words.ISSUER, metadata.issuer, Rating.GOOD),
        Fact(words.SIGN_IN, _kinds(why_not)),
        _refresh_fact(metadata),
        _pkce_fact(metadata.code_challenge_methods_supported),
        Fact(words.GRANT_TYPES, grants or words.NOT_STATED),
        *(Fact(name, url) for name, url in endpoints if url),
    )
    return Capabilities(why_not, facts, _missing(metadata))


def _why_not(metadata: ServerMetadata) -> dict[str, str]:
    return {each.name: each.words.not_offered for each in kinds.KINDS if not each.is_offered(metadata)}


def _kinds(why_not: dict[str, str]) -> str:
    return ", ".join(each.words.noun for each in kinds.KINDS if each.name not in why_not) or words.NO_KIND


def _refresh_fact(metadata: ServerMetadata) -> Fact:
    grants, scopes = metadata.grant_types_supported, metadata.scopes_supported
    if not grants:
        return Fact(words.REFRESH_TOKENS, words.REFRESH_NOT_STATED)
    if "refresh_token" not in grants:
        return Fact(words.REFRESH_TOKENS, words.REFRESH_NOT_OFFERED, Rating.WARNING)
    if scopes and _OFFLINE not in scopes:
        return Fact(words.REFRESH_TOKENS, words.REFRESH_WITHOUT_SCOPE)
    return Fact(words.REFRESH_TOKENS, words.REFRESH_OFFERED, Rating.GOOD)


def _pkce_fact(methods: tuple[str, ...]) -> Fact:
    if not methods:
        return Fact(words.PKCE, words.PKCE_NOT_STATED)
    if "S256" in methods:
        return Fact(words.PKCE, "S256", Rating.GOOD)
    return Fact(words.PKCE, words.without_s256(methods), Rating.WARNING)


def _missing(metadata: ServerMetadata) -> tuple[str, ...]:
    grants, scopes = metadata.grant_types_supported, metadata.scopes_supported
    methods = metadata.code_challenge_methods_supported
    lacks = {
        Lack.REFRESH_TOKENS: grants and "refresh_token" not in grants,
        Lack.OPENID: scopes and "openid" not in scopes,
        Lack.S256: methods and "S256" not in methods,
        Lack.REVOCATION: metadata.revocation_endpoint is None,
        Lack.SIGN_OUT: metadata.end_session_endpoint is None,
        Lack.ISSUER_IN_RESPONSE: not metadata.iss_in_response,
    }
    return tuple(words.LACKS[lack] for lack, is_so in lacks.items() if is_so)
