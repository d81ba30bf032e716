"""Server metadata: where an issuer's endpoints are (OpenID Connect Discovery 1.0, RFC 8414)."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from app.errors import BadInput, DiscoveryFailed
from app.errors.reasons import FailureKind
from app.oauth import words
from app.strict_json import read_object
from app.text import one_line
from app.urls import check_url
from app.wire.fetch import FetchedResponse

_OIDC = "/.well-known/openid-configuration"
_RFC_8414 = "/.well-known/oauth-authorization-server"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerMetadata:
    """What the client needs of an issuer's metadata; lists that are not stated are empty.

    Optional endpoints are None where they are absent, empty or not usable.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    revocation_endpoint: str | None = None
    introspection_endpoint: str | None = None
    introspection_auth_methods: tuple[str, ...] = ()
    iss_in_response: bool = False
    id_token_algs: tuple[str, ...] = ("RS256",)
    device_authorization_endpoint: str | None = None
    pushed_authorization_request_endpoint: str | None = None
    require_pushed_authorization_requests: bool = False
    end_session_endpoint: str | None = None
    scopes_supported: tuple[str, ...] = ()
    grant_types_supported: tuple[str, ...] = ()
    code_challenge_methods_supported: tuple[str, ...] = ()
    prompt_values_supported: tuple[str, ...] = ()

    @property
    def is_okta(self) -> bool:
        """Whether the authorization endpoint is where every Okta org has it, whatever its domain (Okta fact §2.1)."""
        return re.search(r"/oauth2(/[^/]+)?/v1/authorize$", urlsplit(self.authorization_endpoint).path) is not None

    @property
    def public_clients_may_introspect(self) -> bool:
        """Whether a client without a secret may introspect tokens (RFC 7662 §2.1; RFC 8414 §2)."""
        return self.introspection_endpoint is not None and "none" in self.introspection_auth_methods


def metadata_requests(issuer: str) -> list[httpx.Request]:
    """Return the requests to try in order: OIDC's appended path, RFC 8414's inserted one (§3.1), and it appended.

    The last is no standard, but some servers have their RFC 8414 metadata there.
    """
    parts = urlsplit(issuer)
    inserted = urlunsplit((parts.scheme, parts.netloc, _RFC_8414 + parts.path.rstrip("/"), "", ""))
    appended = (issuer.rstrip("/") + path for path in (_OIDC, _RFC_8414))
    urls = dict.fromkeys((next(appended), inserted, next(appended)))
    return [httpx.Request("GET", url, headers={"Accept": "application/json"}) for url in urls]


def read_metadata(issuer: str, response: FetchedResponse) -> ServerMetadata:
    """Read a metadata response; its `issuer` must equal the one asked for (RFC 8414 §3.3, OIDC Discovery §4.3).

    Raises DiscoveryFailed for anything else.
    """
    if response.status != httpx.codes.OK:
        raise DiscoveryFailed(words.no_metadata(response.status), kind=FailureKind.NO_METADATA)
    if response.truncated:
        raise DiscoveryFailed(words.METADATA_TOO_LARGE, kind=FailureKind.UNUSABLE)
    if response.media_type == "text/html":
        what, step = words.METADATA_IS_A_PAGE
        raise DiscoveryFailed(what, kind=FailureKind.WEB_PAGE, next_step=step)
    try:
        members = read_object(response.body)
    except ValueError as why:
        what = words.unreadable("issuer's metadata", why)
        raise DiscoveryFailed(what, kind=FailureKind.UNUSABLE) from None
    if members.get("issuer") != issuer:
        what, step = words.other_issuer(_stated(response, members.get("issuer")))
        raise DiscoveryFailed(what, kind=FailureKind.OTHER_ISSUER, next_step=step)
    return _metadata(members)


def _metadata(found: dict[str, Any]) -> ServerMetadata:
    return ServerMetadata(
        issuer=found["issuer"],
        authorization_endpoint=_endpoint(found, "authorization_endpoint"),
        token_endpoint=_endpoint(found, "token_endpoint"),
        jwks_uri=_endpoint(found, "jwks_uri"),
        userinfo_endpoint=_optional_endpoint(found, "userinfo_endpoint"),
        revocation_endpoint=_optional_endpoint(found, "revocation_endpoint"),
        introspection_endpoint=_optional_endpoint(found, "introspection_endpoint"),
        introspection_auth_methods=_texts(found.get("introspection_endpoint_auth_methods_supported")),
        iss_in_response=found.get("authorization_response_iss_parameter_supported") is True,
        id_token_algs=_texts(found.get("id_token_signing_alg_values_supported")) or ("RS256",),
        device_authorization_endpoint=_optional_endpoint(found, "device_authorization_endpoint"),
        pushed_authorization_request_endpoint=_optional_endpoint(found, "pushed_authorization_request_endpoint"),
        require_pushed_authorization_requests=found.get("require_pushed_authorization_requests") is True,
        end_session_endpoint=_optional_endpoint(found, "end_session_endpoint"),
        scopes_supported=_texts(found.get("scopes_supported")),
        grant_types_supported=_texts(found.get("grant_types_supported")),
        code_challenge_methods_supported=_texts(found.get("code_challenge_methods_supported")),
        prompt_values_supported=_texts(found.get("prompt_values_supported")),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one_line(str(each), longest=200) for each in value) if isinstance(value, list) else ()


def _endpoint(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise DiscoveryFailed(words.lacks(name), kind=FailureKind.UNUSABLE)
    try:
        return check_url(value, f"The {name} in the issuer's metadata")
    except BadInput as wrong:
        raise DiscoveryFailed(wrong.what, kind=FailureKind.UNUSABLE) from None


def _optional_endpoint(found: dict[str, Any], name: str) -> str | None:
    """Return an optional endpoint; one that cannot be used counts as absent."""
    try:
        return _endpoint(found, name)
    except DiscoveryFailed:
        return None


def _stated(response: FetchedResponse, value: object) -> str:
    return (response.said(value, longest=200) if isinstance(value, str) else "") or "not stated"
