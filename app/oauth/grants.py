"""The grants in pairs: each builds a request for the token endpoint, one function reads every answer (RFC 6749)."""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from app.errors import OAuthError, UnusableAnswer
from app.oauth.metadata import ServerMetadata
from app.oauth.pkce import METHOD, Pkce
from app.oauth.strictjson import read_object
from app.secret import Secret
from app.wire.fetch import Answer

_SHOWN_DESCRIPTION = 500
_LONGEST_LIFE_S = 1e10  # three centuries; beyond it a number is no lifetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAnswer:
    """A token answer as it was read (RFC 6749 §5.1): `expires_in_s` None means the server did not state it."""

    access_token: Secret
    refresh_token: Secret | None
    id_token: Secret | None
    expires_in_s: float | None
    scope: str | None
    server_time: float | None


def authorization_url(
    metadata: ServerMetadata,
    *,
    client_id: str,
    redirect_uri: str,
    scopes: str,
    state: str,
    nonce: str,
    pkce: Pkce,
) -> str:
    """Return the URL to open in the browser (RFC 6749 §4.1.1, RFC 7636 §4.3, OIDC Core §3.1.2.1)."""
    query = urlencode(
        {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scope": scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": pkce.challenge,
            "code_challenge_method": METHOD,
        }
    )
    joint = "&" if urlsplit(metadata.authorization_endpoint).query else "?"
    return f"{metadata.authorization_endpoint}{joint}{query}"


def code_request(
    metadata: ServerMetadata, *, client_id: str, code: Secret, redirect_uri: str, pkce: Pkce
) -> httpx.Request:
    """Exchange an authorization code (RFC 6749 §4.1.3); a public client names itself in the body."""
    return _token_request(
        metadata,
        {
            "grant_type": "authorization_code",
            "client_id": client_id,
            "code": code.reveal(),
            "redirect_uri": redirect_uri,
            "code_verifier": pkce.verifier.reveal(),
        },
    )


def refresh_request(metadata: ServerMetadata, *, client_id: str, refresh_token: Secret) -> httpx.Request:
    """Refresh (RFC 6749 §6); scope is omitted, which means the same as granted."""
    return _token_request(
        metadata,
        {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": refresh_token.reveal()},
    )


def revocation_request(endpoint: str, *, client_id: str, token: Secret, hint: str) -> httpx.Request:
    """Revoke a token (RFC 7009 §2.1); at Okta a refresh token takes its access tokens along."""
    form = {"client_id": client_id, "token": token.reveal(), "token_type_hint": hint}
    return httpx.Request("POST", endpoint, data=form)


def introspection_request(endpoint: str, *, client_id: str, token: Secret, hint: str) -> httpx.Request:
    """Ask what a token is worth (RFC 7662 §2.1); a public client names itself in the body."""
    form = {"client_id": client_id, "token": token.reveal(), "token_type_hint": hint}
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    return httpx.Request("POST", endpoint, data=form, headers=headers)


def _token_request(metadata: ServerMetadata, form: dict[str, str]) -> httpx.Request:
    # identity: a compressed answer could be a bomb, and a token answer is small anyway
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    return httpx.Request("POST", metadata.token_endpoint, data=form, headers=headers)


def read_token_answer(answer: Answer) -> TokenAnswer:
    """Read an answer of the token endpoint.

    Raises OAuthError for an RFC 6749 §5.2 error object, UnusableAnswer for anything else that is no token answer:
    a web page of a captive portal, a redirect, garbage, more than 1 MiB.
    """
    if answer.status != httpx.codes.OK:
        raise _error_answer(answer)
    found = _json_object(answer)
    token_type = found.get("token_type")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise _unusable(answer, "its token_type is not Bearer")
    access_token = _token(answer, found, "access_token")
    if access_token is None:
        raise _unusable(answer, "it has no access_token")
    scope = found.get("scope")
    return TokenAnswer(
        access_token=access_token,
        refresh_token=_token(answer, found, "refresh_token"),
        id_token=_token(answer, found, "id_token"),
        expires_in_s=_expires_in(answer, found),
        scope=scope if isinstance(scope, str) else None,
        server_time=server_time(answer),
    )


def server_time(answer: Answer) -> float | None:
    """Return the answer's Date header as epoch seconds, None where there is none to use."""
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def retry_after_s(answer: Answer) -> float | None:
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


def _error_answer(answer: Answer) -> OAuthError | UnusableAnswer:
    wait = retry_after_s(answer)
    if answer.media_type.endswith("json") and not answer.truncated:
        try:
            found = read_object(answer.body)
        except ValueError:
            found = {}
        code, description = found.get("error"), found.get("error_description")
        if isinstance(code, str) and code.isprintable() and code:
            shown = description[:_SHOWN_DESCRIPTION] if isinstance(description, str) else ""
            return OAuthError(code[:100], shown, status=answer.status, retry_after_s=wait)
    if answer.media_type == "text/html":
        what = (
            f"The token endpoint answered {answer.status} with a web page; a network's sign-in page may be in between."
        )
    elif httpx.codes.is_redirect(answer.status):
        what = (
            f"The token endpoint tried to redirect ({answer.status}); redirects of token requests are never followed."
        )
    else:
        what = f"The token endpoint answered {answer.status}."
    return UnusableAnswer(what, status=answer.status, retry_after_s=wait)


def _json_object(answer: Answer) -> dict[str, Any]:
    if answer.truncated:
        raise _unusable(answer, "it is larger than 1 MiB")
    if not answer.media_type.endswith("json"):
        raise _unusable(answer, f"its type is {answer.media_type or 'not stated'}")
    try:
        return read_object(answer.body)
    except ValueError as why:
        raise _unusable(answer, str(why)) from None


def _token(answer: Answer, found: dict[str, Any], name: str) -> Secret | None:
    value = found.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value or not (value.isascii() and value.isprintable()):
        raise _unusable(answer, f"its {name} is not a token")
    return Secret(value)


def _expires_in(answer: Answer, found: dict[str, Any]) -> float | None:
    value = found.get("expires_in")
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)  # some servers quote it
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LONGEST_LIFE_S:
        raise _unusable(answer, "its expires_in is not a positive number")
    return float(value)


def _unusable(answer: Answer, why: str) -> UnusableAnswer:
    return UnusableAnswer(f"The token endpoint's answer is no token answer: {why}.", status=answer.status)
