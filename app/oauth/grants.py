"""The grants in pairs: each builds a token request; one function reads every token response (RFC 6749)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

import httpx

from app.errors import OAuthError, UnusableResponse
from app.errors.reasons import FailureKind
from app.oauth import words
from app.oauth.error_codes import is_of_protocol
from app.oauth.lenient_json import Members, read_members, said_error, token_text
from app.oauth.metadata import ServerMetadata
from app.oauth.pkce import METHOD, Pkce
from app.secret import Secret
from app.strict_json import read_object
from app.text import one_line
from app.wire.fetch import FetchedResponse

_LONGEST_LIFE_S = 1e10  # three centuries; a longer one is not a lifetime
_LONGEST_SCOPE = 4000
_LONGEST_CODE = 100
_MOST_WORDS = 2000
_SECONDS = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?")
_DEFINITE = frozenset({400, 401, 403, 410, 422})
"""Refusals of the request itself; other 4xx are about its address, its time or its form."""


class AccessTokenFlaw(Enum):
    """Why the access token of a token response cannot be used."""

    TOO_LARGE = "it is larger than 1 MiB"
    NOT_JSON = "it is not JSON"
    NO_ACCESS_TOKEN = "it has no access_token"  # noqa: S105 - a reason, not a token
    ODD_ACCESS_TOKEN = "its access_token is not a token"  # noqa: S105 - the same
    OTHER_TYPE = "its token_type is not Bearer"
    BROKEN_OFF = "it broke off"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenResponse:
    """A token response as read (RFC 6749 §5.1): `expires_in_s` None means the server did not state it.

    With a `flaw` there is no access token, and `refresh_token` must be kept all the same.
    """

    access_token: Secret | None
    refresh_token: Secret | None
    id_token: Secret | None
    expires_in_s: float | None
    scope: str | None
    server_time: float | None
    flaw: AccessTokenFlaw | None = None


def authorization_params(
    metadata: ServerMetadata,
    *,
    client_id: str,
    redirect_uri: str,
    scopes: str,
    state: str,
    nonce: str,
    pkce: Pkce,
    audience: str = "",
    resource: str = "",
    more: Iterable[tuple[str, str]] = (),
) -> dict[str, str]:
    """Return the authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3, OIDC Core §3.1.2.1, RFC 8707 §2.1).

    `more` are further parameters, which cannot replace these.
    """
    return {
        **_consent(metadata, scopes),
        **dict(more),
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": scopes,
        "state": state,
        "nonce": nonce,
        "code_challenge": pkce.challenge,
        "code_challenge_method": METHOD,
        **api_params(audience, resource),
    }


def _consent(metadata: ServerMetadata, scopes: str) -> dict[str, str]:
    """Return `prompt=consent` where `offline_access` is requested and may not count without it.

    OIDC Core §11: a server MUST ignore offline_access unless the request says prompt=consent or "other conditions" are
    in place. Metadata does not say which, and some servers leave the refresh token out silently; so it is sent to all
    but two kinds. At Okta the condition is known, the app's Refresh Token grant, and prompt=consent would show a page
    for each scope whose consent is "flexible", although the admin trusts the app. A server that states its prompt
    values without consent would refuse the request. Sending it only after no refresh token came would cost a second
    trip through the browser. A `prompt` set in the connection replaces this one.
    """
    stated = metadata.prompt_values_supported
    needed = "offline_access" in scopes.split() and not metadata.is_okta and (not stated or "consent" in stated)
    return {"prompt": "consent"} if needed else {}


def api_params(audience: str, resource: str) -> dict[str, str]:
    """Return the parameters that name the API a token is for: Auth0's `audience`, RFC 8707's `resource`."""
    return {name: value for name, value in (("audience", audience), ("resource", resource)) if value}


def code_request(
    metadata: ServerMetadata, *, client_id: str, code: Secret, redirect_uri: str, pkce: Pkce, resource: str = ""
) -> httpx.Request:
    """Exchange an authorization code (RFC 6749 §4.1.3, RFC 8707 §2.2); a public client names itself in the body."""
    return token_request(
        metadata,
        {
            "grant_type": "authorization_code",
            "client_id": client_id,
            "code": code.reveal(),
            "redirect_uri": redirect_uri,
            "code_verifier": pkce.verifier.reveal(),
            **api_params("", resource),
        },
    )


def refresh_request(
    metadata: ServerMetadata, *, client_id: str, refresh_token: Secret, resource: str = ""
) -> httpx.Request:
    """Refresh (RFC 6749 §6, RFC 8707 §2.2); scope is omitted, which means the same as granted."""
    return token_request(
        metadata,
        {
            "grant_type": "refresh_token",
            "client_id": client_id,
            "refresh_token": refresh_token.reveal(),
            **api_params("", resource),
        },
    )


def revocation_request(endpoint: str, *, client_id: str, token: Secret, hint: str) -> httpx.Request:
    """Revoke a token (RFC 7009 §2.1); at Okta revoking a refresh token revokes its access tokens too."""
    form = {"client_id": client_id, "token": token.reveal(), "token_type_hint": hint}
    return httpx.Request("POST", endpoint, data=form)


def introspection_request(endpoint: str, *, client_id: str, token: Secret, hint: str) -> httpx.Request:
    """Introspect a token (RFC 7662 §2.1); a public client names itself in the body."""
    form = {"client_id": client_id, "token": token.reveal(), "token_type_hint": hint}
    return form_request(endpoint, form)


def token_request(metadata: ServerMetadata, form: Mapping[str, str]) -> httpx.Request:
    return form_request(metadata.token_endpoint, form)


def form_request(endpoint: str, form: Mapping[str, str]) -> httpx.Request:
    return httpx.Request("POST", endpoint, data=dict(form), headers={"Accept": "application/json"})


def read_token_response(response: FetchedResponse) -> TokenResponse:
    """Read a response of the token endpoint, as leniently as RFC 6749 §5.1 permits.

    Whatever else is wrong with it, a refresh token in a 2xx response is returned: then `access_token` is None and
    `flaw` says why. An optional member that cannot be used is *not stated*; empty and null are absent; the media type
    is a hint. Raises OAuthError for an error in any dialect, UnusableResponse for anything else without tokens: a
    captive portal's web page, a redirect, garbage.
    """
    members = read_members(response)
    if not response.is_success:
        raise error_response(response, members=members)
    flaw = _flaw(response, members)
    refresh_token = read_refresh_token(members)
    if flaw is not None and refresh_token is None:
        raise _no_tokens(response, members, flaw)
    return TokenResponse(
        access_token=None if flaw else _header_safe(members.get("access_token")),
        refresh_token=refresh_token,
        id_token=_header_safe(members.get("id_token")) if members.is_whole else None,
        expires_in_s=seconds_stated(members.get("expires_in")),
        scope=_scope(members.get("scope")),
        server_time=server_time(response),
        flaw=flaw,
    )


def read_refresh_token(members: Members) -> Secret | None:
    """Return the refresh token by any sensible reading, None where there is none."""
    text = token_text(members.get("refresh_token"))
    return None if text is None else Secret(text)


def read_broken_response(response: FetchedResponse) -> TokenResponse | None:
    """Return the refresh token in the part received of a response that broke off; None unless it was a 2xx."""
    refresh_token = read_refresh_token(read_members(response)) if response.is_success else None
    if refresh_token is None:
        return None
    return TokenResponse(
        access_token=None,
        refresh_token=refresh_token,
        id_token=None,
        expires_in_s=None,
        scope=None,
        server_time=server_time(response),
        flaw=AccessTokenFlaw.BROKEN_OFF,
    )


def _flaw(response: FetchedResponse, members: Members) -> AccessTokenFlaw | None:
    """Return why the access token of a response cannot be used, None where it can."""
    if response.truncated:
        return AccessTokenFlaw.TOO_LARGE
    if not members.is_whole:
        return AccessTokenFlaw.NOT_JSON
    if _header_safe(members.get("access_token")) is None:
        return AccessTokenFlaw.ODD_ACCESS_TOKEN if members.get("access_token") else AccessTokenFlaw.NO_ACCESS_TOKEN
    kind = members.get("token_type")
    if isinstance(kind, str) and kind.strip() and kind.strip().lower() != "bearer":
        return AccessTokenFlaw.OTHER_TYPE
    return None


def _no_tokens(response: FetchedResponse, members: Members, flaw: AccessTokenFlaw) -> OAuthError | UnusableResponse:
    if said_error(response, members) is not None:
        return error_response(response, members=members)
    if _is_web_page(response):
        why = "it is a web page; a network's sign-in page may be in between"
        return unusable(response, why, kind=FailureKind.WEB_PAGE)
    is_response = members.is_whole and flaw in (AccessTokenFlaw.NO_ACCESS_TOKEN, AccessTokenFlaw.ODD_ACCESS_TOKEN)
    return unusable(response, flaw.value, kind=FailureKind.INCOMPLETE if is_response else FailureKind.UNUSABLE)


def _header_safe(value: object) -> Secret | None:
    """Return a token that can stand in a header, without surrounding blanks."""
    text = value.strip() if isinstance(value, str) else ""
    return Secret(text) if text and text.isascii() and text.isprintable() and " " not in text else None


def seconds_stated(value: object) -> float | None:
    """Return a time in seconds, None for anything that cannot be one: it counts as not stated."""
    if isinstance(value, str):
        match = _SECONDS.fullmatch(value.strip())
        value = float(match[0]) if match else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < _LONGEST_LIFE_S else None


def _scope(value: object) -> str | None:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = " ".join(value)
    return one_line(value, longest=_LONGEST_SCOPE) or None if isinstance(value, str) else None


def server_time(response: FetchedResponse) -> float | None:
    """Return the response's Date header as epoch seconds, None where there is no usable one."""
    try:
        return parsedate_to_datetime(response.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def retry_after_s(response: FetchedResponse) -> float | None:
    """Return the wait the server asks for: Retry-After, else Okta's X-Rate-Limit-Reset minus its Date."""
    text = str(response.headers.get("retry-after", "")).strip()
    if text.isascii() and text.isdigit():
        return float(text)
    now = server_time(response)
    if text and now is not None:
        try:
            return max(parsedate_to_datetime(text).timestamp() - now, 0.0)
        except (ValueError, TypeError, OverflowError):
            return None
    reset = str(response.headers.get("x-rate-limit-reset", "")).strip()
    if reset.isascii() and reset.isdigit() and now is not None:
        return max(float(reset) - now, 1.0)
    return None


def error_response(
    response: FetchedResponse, where: str = "token endpoint", members: Members | None = None
) -> OAuthError | UnusableResponse:
    """Return the error in a response of any dialect (see `said_error`), or UnusableResponse where it has none."""
    wait = retry_after_s(response)
    said = said_error(response, members or read_members(response))
    if said is not None:
        code, description = _code(response, said[0]), response.said(said[1])
        if code:
            return OAuthError(code, description, status=response.status, retry_after_s=wait)
    return _unexplained(response, where, wait)


def _code(response: FetchedResponse, said: str) -> str:
    """Return an error code to judge by.

    A secret that happens to be a word of a code, as a password `invalid`, does not change it; a secret that a server
    repeats in its code is masked.
    """
    code = one_line(said, longest=_LONGEST_CODE)
    is_secret = any(span.start == 0 and span.end == len(code) for span in response.secrets.spans(code))
    return code if is_of_protocol(code) and not is_secret else response.said(said, longest=_LONGEST_CODE)


def _unexplained(response: FetchedResponse, where: str, retry_after_s: float | None) -> UnusableResponse:
    status, said = response.status, None
    kind = FailureKind.SILENT if status in _DEFINITE else FailureKind.UNUSABLE
    if _is_web_page(response):
        kind = FailureKind.WEB_PAGE
        what = words.web_page(where, status)
    elif httpx.codes.is_redirect(status):
        kind = FailureKind.REDIRECT
        what = words.redirected(where, status)
    else:
        what = words.answered(where, status)
        said = response.said(response.body[:_MOST_WORDS].decode("utf-8", "replace")) or None
    return UnusableResponse(what, status=status, kind=kind, retry_after_s=retry_after_s, raw=said)


def _is_web_page(response: FetchedResponse) -> bool:
    begins = response.body.lstrip()[:1]
    # frameworks label an empty body text/html, too
    return bool(begins) and (response.media_type == "text/html" or begins == b"<")


def json_object(response: FetchedResponse, where: str = "token endpoint") -> dict[str, Any]:
    """Return the JSON object of a success, whatever its media type; raises OAuthError or UnusableResponse otherwise."""
    if response.truncated:
        raise unusable(response, "it is larger than 1 MiB", where)
    try:
        found = read_object(response.body)
    except ValueError as why:
        raise unusable(response, str(why), where) from None
    if isinstance(found.get("error"), str) and found["error"]:
        raise error_response(response, where)
    return found


def read_secret(
    response: FetchedResponse, members: dict[str, Any], name: str, where: str = "token endpoint"
) -> Secret | None:
    """Return a token or a handle in a response, None where there is none; raises UnusableResponse."""
    value = members.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not (value.isascii() and value.isprintable()):
        raise unusable(response, f"its {name} is not a token", where)
    return Secret(value)


def unusable(
    response: FetchedResponse, why: str, where: str = "token endpoint", kind: FailureKind = FailureKind.UNUSABLE
) -> UnusableResponse:
    return UnusableResponse(words.unusable(where, why), status=response.status, kind=kind)
