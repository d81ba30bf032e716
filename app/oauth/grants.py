"""The grants in pairs: each builds a request for the token endpoint, one function reads every answer (RFC 6749)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

import httpx

from app.errors import OAuthError, UnusableAnswer
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

_LONGEST_LIFE_S = 1e10  # three centuries; beyond it a number is no lifetime
_LONGEST_SCOPE = 4000
_LONGEST_CODE = 100
_MOST_WORDS = 2000
_SECONDS = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?")
_DEFINITE = frozenset({400, 401, 403, 410, 422})
"""Refusals of the request itself; other 4xx are about its place, its time or its form."""


class AccessTokenFlaw(Enum):
    """Why the access token of a token answer cannot be used."""

    TOO_LARGE = "it is larger than 1 MiB"
    NOT_JSON = "it is not JSON"
    NO_ACCESS_TOKEN = "it has no access_token"  # noqa: S105 - a reason, not a token
    ODD_ACCESS_TOKEN = "its access_token is not a token"  # noqa: S105 - the same
    OTHER_TYPE = "its token_type is not Bearer"
    BROKEN_OFF = "it broke off"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenResponse:
    """A token answer as it was read (RFC 6749 §5.1): `expires_in_s` None means the server did not state it.

    Where there is a `flaw`, there is no access token, and `refresh_token` is what must not be lost all the same.
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

    `more` are further parameters, which cannot take the place of these.
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
    """Return `prompt=consent` where `offline_access` is asked and may not count without it.

    OIDC Core §11: a server MUST ignore offline_access unless the request says prompt=consent or "other conditions" are
    in place. Which they are no metadata tells, and some servers leave the refresh token out in silence; so it is sent
    to all but two kinds. At Okta the condition is known, the app's Refresh Token grant, and prompt=consent would show a
    page for each scope whose consent is "flexible", although the admin trusts the app. A server that states its prompt
    values without consent would refuse the request. To send it only once no refresh token came would cost a second way
    through the browser. A `prompt` of the connection's own takes the place of this one.
    """
    stated = metadata.prompt_values_supported
    wanted = "offline_access" in scopes.split() and not metadata.is_okta and (not stated or "consent" in stated)
    return {"prompt": "consent"} if wanted else {}


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
    """Revoke a token (RFC 7009 §2.1); at Okta a refresh token takes its access tokens along."""
    form = {"client_id": client_id, "token": token.reveal(), "token_type_hint": hint}
    return httpx.Request("POST", endpoint, data=form)


def introspection_request(endpoint: str, *, client_id: str, token: Secret, hint: str) -> httpx.Request:
    """Ask what a token is worth (RFC 7662 §2.1); a public client names itself in the body."""
    form = {"client_id": client_id, "token": token.reveal(), "token_type_hint": hint}
    return form_request(endpoint, form)


def token_request(metadata: ServerMetadata, form: Mapping[str, str]) -> httpx.Request:
    return form_request(metadata.token_endpoint, form)


def form_request(endpoint: str, form: Mapping[str, str]) -> httpx.Request:
    return httpx.Request("POST", endpoint, data=dict(form), headers={"Accept": "application/json"})


def read_token_response(answer: FetchedResponse) -> TokenResponse:
    """Read an answer of the token endpoint, with the room that RFC 6749 §5.1 leaves.

    Whatever else is wrong with it, a refresh token in a 2xx answer is handed on: then `access_token` is None and
    `flaw` says why. What is optional and cannot be used is *not stated*; empty and null are absent; the media type is a
    hint. Raises OAuthError for an error in any dialect, UnusableAnswer for anything else that brings no token: a web
    page of a captive portal, a redirect, garbage.
    """
    members = read_members(answer)
    if not answer.is_success:
        raise error_response(answer, members=members)
    flaw = _flaw(answer, members)
    refresh_token = read_refresh_token(members)
    if flaw is not None and refresh_token is None:
        raise _no_tokens(answer, members, flaw)
    return TokenResponse(
        access_token=None if flaw else _header_safe(members.get("access_token")),
        refresh_token=refresh_token,
        id_token=_header_safe(members.get("id_token")) if members.is_whole else None,
        expires_in_s=seconds_stated(members.get("expires_in")),
        scope=_scope(members.get("scope")),
        server_time=server_time(answer),
        flaw=flaw,
    )


def read_refresh_token(members: Members) -> Secret | None:
    """Return the refresh token by any sensible reading, None where there is none."""
    text = token_text(members.get("refresh_token"))
    return None if text is None else Secret(text)


def read_broken_response(answer: FetchedResponse) -> TokenResponse | None:
    """Return the refresh token in what came of an answer that broke off; None where none can be read in a 2xx."""
    refresh_token = read_refresh_token(read_members(answer)) if answer.is_success else None
    if refresh_token is None:
        return None
    return TokenResponse(
        access_token=None,
        refresh_token=refresh_token,
        id_token=None,
        expires_in_s=None,
        scope=None,
        server_time=server_time(answer),
        flaw=AccessTokenFlaw.BROKEN_OFF,
    )


def _flaw(answer: FetchedResponse, members: Members) -> AccessTokenFlaw | None:
    """Return why the access token of an answer cannot be used, None where it can."""
    if answer.truncated:
        return AccessTokenFlaw.TOO_LARGE
    if not members.is_whole:
        return AccessTokenFlaw.NOT_JSON
    if _header_safe(members.get("access_token")) is None:
        return AccessTokenFlaw.ODD_ACCESS_TOKEN if members.get("access_token") else AccessTokenFlaw.NO_ACCESS_TOKEN
    kind = members.get("token_type")
    if isinstance(kind, str) and kind.strip() and kind.strip().lower() != "bearer":
        return AccessTokenFlaw.OTHER_TYPE
    return None


def _no_tokens(answer: FetchedResponse, members: Members, flaw: AccessTokenFlaw) -> OAuthError | UnusableAnswer:
    if said_error(answer, members) is not None:
        return error_response(answer, members=members)
    if _is_web_page(answer):
        why = "it is a web page; a network's sign-in page may be in between"
        return unusable(answer, why, kind=FailureKind.WEB_PAGE)
    is_answer = members.is_whole and flaw in (AccessTokenFlaw.NO_ACCESS_TOKEN, AccessTokenFlaw.ODD_ACCESS_TOKEN)
    return unusable(answer, flaw.value, kind=FailureKind.INCOMPLETE if is_answer else FailureKind.UNUSABLE)


def _header_safe(value: object) -> Secret | None:
    """Return a token that can stand in a header; surrounding blanks are none of it."""
    text = value.strip() if isinstance(value, str) else ""
    return Secret(text) if text and text.isascii() and text.isprintable() and " " not in text else None


def seconds_stated(value: object) -> float | None:
    """Return a time in seconds, None for anything that cannot be one: it is not stated then."""
    if isinstance(value, str):
        found = _SECONDS.fullmatch(value.strip())
        value = float(found[0]) if found else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < _LONGEST_LIFE_S else None


def _scope(value: object) -> str | None:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = " ".join(value)
    return one_line(value, longest=_LONGEST_SCOPE) or None if isinstance(value, str) else None


def server_time(answer: FetchedResponse) -> float | None:
    """Return the answer's Date header as epoch seconds, None where there is none to use."""
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def retry_after_s(answer: FetchedResponse) -> float | None:
    """Return how long the server asks us to wait: Retry-After, else Okta's X-Rate-Limit-Reset minus its Date."""
    text = str(answer.headers.get("retry-after", "")).strip()
    if text.isascii() and text.isdigit():
        return float(text)
    now = server_time(answer)
    if text and now is not None:
        try:
            return max(parsedate_to_datetime(text).timestamp() - now, 0.0)
        except (ValueError, TypeError, OverflowError):
            return None
    reset = str(answer.headers.get("x-rate-limit-reset", "")).strip()
    if reset.isascii() and reset.isdigit() and now is not None:
        return max(float(reset) - now, 1.0)
    return None


def error_response(
    answer: FetchedResponse, where: str = "token endpoint", members: Members | None = None
) -> OAuthError | UnusableAnswer:
    """Return the error that an answer tells in any dialect (see `said_error`), or that it tells none."""
    wait = retry_after_s(answer)
    said = said_error(answer, members or read_members(answer))
    if said is not None:
        code, description = _code(answer, said[0]), answer.said(said[1])
        if code:
            return OAuthError(code, description, status=answer.status, retry_after_s=wait)
    return _unexplained(answer, where, wait)


def _code(answer: FetchedResponse, said: str) -> str:
    """Return an error code to judge by. A secret that happens to be a word of a code, as a password `invalid`, does not
    change it; one that a server repeats in its code is masked.
    """
    code = one_line(said, longest=_LONGEST_CODE)
    is_secret = any(span.start == 0 and span.end == len(code) for span in answer.secrets.spans(code))
    return code if is_of_protocol(code) and not is_secret else answer.said(said, longest=_LONGEST_CODE)


def _unexplained(answer: FetchedResponse, where: str, retry_after_s: float | None) -> UnusableAnswer:
    status, said = answer.status, None
    kind = FailureKind.SILENT if status in _DEFINITE else FailureKind.UNUSABLE
    if _is_web_page(answer):
        kind = FailureKind.WEB_PAGE
        what = words.web_page(where, status)
    elif httpx.codes.is_redirect(status):
        kind = FailureKind.REDIRECT
        what = words.redirected(where, status)
    else:
        what = words.answered(where, status)
        said = answer.said(answer.body[:_MOST_WORDS].decode("utf-8", "replace")) or None
    return UnusableAnswer(what, status=status, kind=kind, retry_after_s=retry_after_s, raw=said)


def _is_web_page(answer: FetchedResponse) -> bool:
    begins = answer.body.lstrip()[:1]
    # Frameworks call an empty body text/html, too.
    return bool(begins) and (answer.media_type == "text/html" or begins == b"<")


def json_object(answer: FetchedResponse, where: str = "token endpoint") -> dict[str, Any]:
    """Return the JSON object a success is, whatever its media type; raises OAuthError or UnusableAnswer otherwise."""
    if answer.truncated:
        raise unusable(answer, "it is larger than 1 MiB", where)
    try:
        found = read_object(answer.body)
    except ValueError as why:
        raise unusable(answer, str(why), where) from None
    if isinstance(found.get("error"), str) and found["error"]:
        raise error_response(answer, where)
    return found


def read_secret(
    answer: FetchedResponse, found: dict[str, Any], name: str, where: str = "token endpoint"
) -> Secret | None:
    """Return a token or a handle in an answer, None where there is none; raises UnusableAnswer."""
    value = found.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not (value.isascii() and value.isprintable()):
        raise unusable(answer, f"its {name} is not a token", where)
    return Secret(value)


def unusable(
    answer: FetchedResponse, why: str, where: str = "token endpoint", kind: FailureKind = FailureKind.UNUSABLE
) -> UnusableAnswer:
    """Return that an answer is not what that endpoint's answer must be."""
    return UnusableAnswer(words.unusable(where, why), status=answer.status, kind=kind)
