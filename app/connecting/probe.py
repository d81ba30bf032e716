"""Asks the authorization endpoint whether it knows a client and a redirect URI, without signing in.

A server may send the browser back to a redirect URI only after it has recognised both (RFC 6749 §4.1.2.1), so an error
that comes back there is good news of them; a page of the server's own may mean anything, and is taken for little.
"""

import re
import secrets
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import httpx

from app.connecting.pasted_issuer import is_okta_issuer
from app.connecting.trial_step import FIELD_OF_CODE, TrialStep
from app.connecting.trial_verdict import TrialVerdict
from app.connection import Connection
from app.connection_field import ConnectionField
from app.errors import LapseError, OAuthError
from app.events.wire import ExchangeKind
from app.oauth.grants import authorization_params
from app.oauth.metadata import ServerMetadata
from app.oauth.par import pushed_request, read_pushed
from app.oauth.pkce import Pkce
from app.urls import with_query
from app.wire.fetch import FetchedResponse, fetch

_TOTAL_S = 15.0
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_REFUSALS = range(400, 500)
_BUSY = (408, 425, 429)
_READ = 65536
# Errors for a user who is not signed in there (OIDC Core §3.1.2.6): client and redirect URI are known.
_WELCOME = frozenset(("login_required", "interaction_required", "consent_required", "account_selection_required"))
_SPEAKS_OF = {
    "redirect": r"redirect[_ ]ur[il]|callback url",
    "client": r"client[_ ]id|(invalid|unknown)[_ ]client|client (is )?(invalid|not found|unknown)",
}


async def ask(http: httpx.AsyncClient, connection: Connection, metadata: ServerMetadata, uri: str) -> TrialStep:
    """Return whether the server knows the client and the redirect URI `uri`.

    Where it takes pushed requests, one is pushed (RFC 9126 §2.1: it is checked immediately, and no page is shown);
    else the authorization endpoint is asked with `prompt=none`. State, nonce and PKCE are discarded.
    """
    step = await _asked(http, connection, metadata, uri)
    return replace(step, uri=uri) if connection.redirect_uris else step


async def _asked(http: httpx.AsyncClient, connection: Connection, metadata: ServerMetadata, uri: str) -> TrialStep:
    params, endpoint = _params(connection, metadata, uri), metadata.pushed_authorization_request_endpoint
    try:
        if endpoint is not None:
            return await _push(http, connection, endpoint, params)
        request = httpx.Request("GET", with_query(metadata.authorization_endpoint, {**params, "prompt": "none"}))
        response = await fetch(http, request, kind=ExchangeKind.AUTHORIZATION, total_s=_TOTAL_S)
    except LapseError as error:
        return TrialStep(TrialVerdict.NOT_ASKED, {"what": error.what, "next_step": error.next_step})
    back = _sent_back(response, uri)
    return _judge_page(response, connection, uri) if back is None else _judge_return(back, params["state"])


def _params(connection: Connection, metadata: ServerMetadata, uri: str) -> dict[str, str]:
    return authorization_params(
        metadata,
        client_id=connection.client_id,
        redirect_uri=uri,
        scopes=connection.scopes,
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        pkce=Pkce.new(),
        audience=connection.audience,
        resource=connection.resource,
        more=[pair for pair in connection.authorize_params if pair[0] != "login_hint"],
    )


async def _push(http: httpx.AsyncClient, connection: Connection, endpoint: str, params: dict[str, str]) -> TrialStep:
    try:
        read_pushed(await fetch(http, pushed_request(endpoint, params), kind=ExchangeKind.AUTHORIZATION))
    except OAuthError as refused:
        code, said = refused.code, _shortly(refused.raw or refused.code)
        if code == "invalid_client":
            return TrialStep(TrialVerdict.CLIENT_UNKNOWN, code=code, said=said)
        # RFC 6749 has no error code for an unregistered redirect URI, so the server's description is searched
        if FIELD_OF_CODE.get(code) is ConnectionField.REDIRECT_URIS or re.search(_SPEAKS_OF["redirect"], said.lower()):
            about = {"uri": params["redirect_uri"]}
            return TrialStep(_redirect_refused(connection), about, code=code, said=said)
        return TrialStep(TrialVerdict.PUSH_REFUSED, {"said": said}, code=code)
    return TrialStep(TrialVerdict.PUSH_TAKEN)


def _sent_back(response: FetchedResponse, uri: str) -> dict[str, str] | None:
    """Return what the server sends the browser back with, or None when it does not send it back to `uri`."""
    location = str(response.headers.get("location", ""))
    if response.status not in _REDIRECTS or not location.startswith((f"{uri}?", f"{uri}#")):
        return None
    parts = urlsplit(location)
    pairs = parse_qsl(parts.query or parts.fragment)
    return {name: value if name == "state" else response.said(value) for name, value in pairs}


def _judge_return(back: dict[str, str], state: str) -> TrialStep:
    error = back.get("error", "")
    said = _shortly(": ".join(each for each in (error, back.get("error_description", "")) if each))
    if back.get("state") != state:
        return TrialStep(TrialVerdict.OTHER_STATE)
    if error in _WELCOME or "code" in back:
        return TrialStep(TrialVerdict.CLIENT_KNOWN)
    return TrialStep(TrialVerdict.SENT_BACK, {"said": said}, code=error)


def _judge_page(response: FetchedResponse, connection: Connection, uri: str) -> TrialStep:
    """Judge a response that stays at the server: an error page, or a page to sign in at."""
    if response.status in _BUSY or response.status not in (*_REFUSALS, *_REDIRECTS, int(httpx.codes.OK)):
        return TrialStep(TrialVerdict.NO_VERDICT, {"status": str(response.status)})
    if response.status not in _REFUSALS and not _speaks_of_error(response):
        return TrialStep(TrialVerdict.OWN_PAGE)
    about = _subjects(response)
    if about == {"client"}:
        return TrialStep(TrialVerdict.CLIENT_UNKNOWN)
    if about == {"redirect"}:
        return TrialStep(_redirect_refused(connection), {"uri": uri})
    verdict = TrialVerdict.ERROR_PAGE if response.status in _REFUSALS else TrialVerdict.LED_TO_ERROR
    return TrialStep(verdict, {"status": str(response.status), "uri": uri})


def _subjects(response: FetchedResponse) -> set[str]:
    """Return what an error page mentions, ignoring a repetition of our own request."""
    page = re.sub(r"(redirect_uri|client_id)(=|%3d)", "", response.body[:_READ].decode("utf-8", "replace").lower())
    return {subject for subject, words in _SPEAKS_OF.items() if re.search(words, page)}


def _redirect_refused(connection: Connection) -> TrialVerdict:
    if not connection.redirect_uris:
        return TrialVerdict.ANY_PORT_REFUSED
    return TrialVerdict.REDIRECT_REFUSED_BY_OKTA if is_okta_issuer(connection.issuer) else TrialVerdict.REDIRECT_REFUSED


def _speaks_of_error(response: FetchedResponse) -> bool:
    location = str(response.headers.get("location", "")).lower()
    return response.status in _REDIRECTS and "error" in location


def _shortly(text: str) -> str:
    printable = "".join(each if each.isprintable() else " " for each in text)
    return printable if len(printable) <= 300 else f"{printable[:300]}…"  # noqa: PLR2004 - some lines
