"""Reads the issuers that a pasted text may mean, without any request."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from app.connecting import words
from app.connection_field import ConnectionField
from app.errors import BadInput
from app.urls import check_url, is_loopback_url

_LONGEST = 2000
_OIDC, _OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"
# Okta's domains; orgs on custom domains are recognised by their paths alone.
_OKTA = ("okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil")
_ADMIN = "-admin"
DEFAULT_SERVER = "/oauth2/default"
"""Where the custom authorization server lies that Okta's orgs are shipped with (Okta fact §2.1)."""


@dataclass(frozen=True, slots=True)
class IssuerCandidates:
    """The issuers a text may mean, likeliest first, and what was left out or put right on the way."""

    issuers: tuple[str, ...]
    notes: tuple[str, ...] = ()


def candidates_in(text: str) -> IssuerCandidates:
    """Return the issuers that `text` may mean: an issuer, a discovery URL, an endpoint of Okta's, an Okta domain.

    Raises BadInput for a text that is no such address.
    """
    url, notes = _url(text)
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        notes.append(words.QUERY_LEFT_OUT)
    issuer = _issuer_of(parts)
    if not is_okta_host(parts.hostname or ""):
        return IssuerCandidates((issuer,), tuple(notes))
    bare = _without_admin(parts)
    if bare.netloc != parts.netloc:
        notes.append(words.admins_host(parts.hostname, bare.hostname))
    return IssuerCandidates(_okta_issuers(bare, urlsplit(issuer).path), tuple(notes))


def is_okta_host(host: str) -> bool:
    """Return whether it is one of Okta's domains; custom domains are not."""
    return any(host == domain or host.endswith(f".{domain}") for domain in _OKTA)


def is_okta_issuer(issuer: str) -> bool:
    """Return whether an issuer is Okta's, by its domain, or by the path of a custom authorization server."""
    try:
        parts = urlsplit(issuer.strip())
        host, path = parts.hostname or "", parts.path
    except ValueError:
        return False
    return is_okta_host(host) or path == DEFAULT_SERVER or path.startswith("/oauth2/aus")


def issuer_spelled(issuer: str, stated: object) -> str | None:
    """Return the issuer as the server states it where only a slash at the end differs, else None.

    Both spellings give the same metadata URL (OpenID Connect Discovery §4.1), so either may be meant.
    """
    return stated if isinstance(stated, str) and stated.rstrip("/") == issuer.rstrip("/") else None


def _url(text: str) -> tuple[str, list[str]]:
    text, notes = text.strip().strip("<>\"'").strip(), list[str]()
    if not text:
        raise BadInput(
            "There is nothing to look up.",
            next_step="Give the issuer, or the domain of your Okta org.",
            field=ConnectionField.ISSUER,
        )
    if len(text) > _LONGEST:
        raise BadInput(
            f"This is longer than {_LONGEST} characters; no issuer is.",
            next_step="Give the issuer alone.",
            field=ConnectionField.ISSUER,
        )
    if "://" not in text:
        scheme = "http" if _is_loopback(text) else "https"
        notes.append(words.put_in_front(scheme))
        text = f"{scheme}://{text}"
    return check_url(text, "What was given", ConnectionField.ISSUER), notes


def _is_loopback(text: str) -> bool:
    try:
        return is_loopback_url(f"http://{text}")
    except ValueError:
        return False


def _issuer_of(parts: SplitResult) -> str:
    """Return the issuer of a discovery URL; any other URL is taken as the issuer itself."""
    path = parts.path
    for well_known in (_OIDC, _OAUTH):
        if path.rstrip("/").endswith(well_known):
            path = path.rstrip("/").removesuffix(well_known)  # OIDC Discovery §4.1, and what many do for OAuth
        elif path.startswith(f"{well_known}/"):
            path = path.removeprefix(well_known)  # RFC 8414 §3.1
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), path, "", ""))


def _without_admin(parts: SplitResult) -> SplitResult:
    first, dot, rest = parts.netloc.lower().partition(".")
    return parts._replace(netloc=f"{first.removesuffix(_ADMIN)}{dot}{rest}")


def _okta_issuers(parts: SplitResult, path: str) -> tuple[str, ...]:
    org = f"https://{parts.netloc}"
    steps = [step for step in path.split("/") if step]
    if steps[:1] == ["oauth2"] and len(steps) > 1:
        # An endpoint of the org's own server: /oauth2/v1/token; of a custom one: /oauth2/default/v1/token.
        return (org,) if steps[1] == "v1" else (f"{org}/oauth2/{steps[1]}",)
    return f"{org}{DEFAULT_SERVER}", org
