"""The grants in pairs: each builds a request for the token endpoint, one function reads every answer (RFC 6749)."""

from collections.abc import Iterable, Mapping
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


def authorization_url(
    metadata: ServerMetadata, *, client_id: str, redirect_uri: str, scopes: str, state: str, nonce: str, pkce: Pkce
) -> str:
    """Return the URL to open in the browser, with nothing in it but what every request has."""
    params = authorization_params(
        metadata,
        client_id=client_id,
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=state,
        nonce=nonce,
        pkce=pkce,
    )
    return with_query(metadata.authorization_endpoint, params)


def with_query(endpoint: str, params: Mapping[str, str]) -> str:
    """Return the URL that asks an endpoint for `params`; a query it has itself stays (RFC 6749 §3.1)."""
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(params)}"


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
    """Return a form for the token endpoint."""
    return form_request(metadata.token_endpoint, form)


def form_request(endpoint: str, form: Mapping[str, str]) -> httpx.Request:
    """Return a form for an endpoint that answers JSON."""
    # identity: a compressed answer could be a bomb, and such an answer is small anyway
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    return httpx.Request("POST", endpoint, data=dict(form), headers=headers)


def read_token_answer(answer: Answer) -> TokenAnswer:
    """Read an answer of the token endpoint.

    Raises OAuthError for an RFC 6749 §5.2 error object, UnusableAnswer for anything else that is no token answer:
    a web page of a captive portal, a redirect, garbage, more than 1 MiB.
    """
    if answer.status != httpx.codes.OK:
        raise error_answer(answer)
    found = json_object(answer)
    token_type = found.get("token_type")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise unusable(answer, "its token_type is not Bearer")
    access_token = read_secret(answer, found, "access_token")
    if access_token is None:
        raise unusable(answer, "it has no access_token")
    scope = found.get("scope")
    return TokenAnswer(
        access_token=access_token,
        refresh_token=read_secret(answer, found, "refresh_token"),
        id_token=read_secret(answer, found, "id_token"),
        expires_in_s=read_seconds(answer, found, "expires_in"),
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


def error_answer(answer: Answer, where: str = "token endpoint") -> OAuthError | UnusableAnswer:
    """Return the error in an answer that is none of success (RFC 6749 §5.2), or that it is not even that."""
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
        what = f"The {where} answered {answer.status} with a web page; a network's sign-in page may be in between."
    elif httpx.codes.is_redirect(answer.status):
        what = f"The {where} tried to redirect ({answer.status}); redirects of token requests are never followed."
    else:
        what = f"The {where} answered {answer.status}."
    return UnusableAnswer(what, status=answer.status, retry_after_s=wait)


def json_object(answer: Answer, where: str = "token endpoint") -> dict[str, Any]:
    """Return the JSON object an answer is; raises UnusableAnswer for anything else."""
    if answer.truncated:
        raise unusable(answer, "it is larger than 1 MiB", where)
    if not answer.media_type.endswith("json"):
        raise unusable(answer, f"its type is {answer.media_type or 'not stated'}", where)
    try:
        return read_object(answer.body)
    except ValueError as why:
        raise unusable(answer, str(why), where) from None


def read_secret(answer: Answer, found: dict[str, Any], name: str, where: str = "token endpoint") -> Secret | None:
    """Return a token or a handle in an answer, None where there is none; raises UnusableAnswer."""
    value = found.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value or not (value.isascii() and value.isprintable()):
        raise unusable(answer, f"its {name} is not a token", where)
    return Secret(value)


def read_seconds(answer: Answer, found: dict[str, Any], name: str, where: str = "token endpoint") -> float | None:
    """Return a number of seconds in an answer, None where it is not stated; raises UnusableAnswer."""
    value = found.get(name)
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)  # some servers quote it
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LONGEST_LIFE_S:
        raise unusable(answer, f"its {name} is not a positive number", where)
    return float(value)


def unusable(answer: Answer, why: str, where: str = "token endpoint") -> UnusableAnswer:
    """Return that an answer is not what that endpoint's answer must be."""
    kind = "no token answer" if where == "token endpoint" else "of no use"
    return UnusableAnswer(f"The {where}'s answer is {kind}: {why}.", status=answer.status)
