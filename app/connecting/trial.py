"""Tries a connection without signing anybody in: metadata, keys, redirect port, and what the server says of the client.

What cannot be known without a sign-in is said to be so.
"""

import asyncio
import re
import secrets
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from app.connecting.lookup import Found, NotFound, look_at
from app.connecting.pasted import is_okta_issuer
from app.connection import Connection, SignInKind, check_connection
from app.errors import BadInput, LapseError
from app.events import ExchangeKind
from app.oauth.grants import authorization_url
from app.oauth.keyset import KEY_TYPES, read_keys
from app.oauth.loopback import DEFAULT_PATH
from app.oauth.pkce import Pkce
from app.wire.fetch import Answer, fetch

_TOTAL_S = 15.0
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_REFUSALS = range(400, 500)
_BUSY = (408, 425, 429)
# The server knows the client and the redirect URI, for it sends back there (RFC 6749 §4.1.2.1; OIDC Core §3.1.2.6).
_WELCOME = frozenset(("login_required", "interaction_required", "consent_required", "account_selection_required"))
_SPEAKS_OF = {
    "redirect": r"redirect[_ ]ur[il]|callback url",
    "client": r"client[_ ]id|(invalid|unknown)[_ ]client|client (is )?(invalid|not found|unknown)",
}


class Outcome(StrEnum):
    """What came of one step; UNKNOWN where nobody can tell without signing in."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried: what, with which outcome, in words, and what to do about it."""

    name: str
    outcome: Outcome
    words: str
    cure: str = ""


async def try_out(connection: Connection, http: httpx.AsyncClient) -> AsyncIterator[Step]:
    """Yield what each step came to; nobody is signed in, and no token is asked for.

    The authorization endpoint is asked with `prompt=none` and a state that is thrown away. Raises BadInput when the
    connection itself cannot be used.
    """
    connection = check_connection(connection)
    try:
        found = await look_at(http, connection.issuer)
        if found.issuer != connection.issuer:
            raise BadInput("The server writes its issuer otherwise.", next_step=f"Use {found.issuer} as the issuer.")
    except LapseError as trouble:
        asked = f" Asked: {len(trouble.tried)} addresses." if isinstance(trouble, NotFound) else ""
        yield Step("Metadata", Outcome.BAD, trouble.what + asked, trouble.next_step)
        return
    yield Step("Metadata", Outcome.GOOD, "It is this issuer's.")
    yield await _keys(http, found)
    yield _scopes(connection, found)
    if connection.sign_in is not SignInKind.BROWSER:
        yield _other_kind(connection, found)
        return
    uris, step = await _ports(connection)
    yield step
    for uri in uris:
        yield await _asked(http, connection, found, uri)


async def _keys(http: httpx.AsyncClient, found: Found) -> Step:
    request = httpx.Request("GET", found.metadata.jwks_uri, headers={"Accept": "application/json"})
    try:
        answer = await fetch(http, request, kind=ExchangeKind.KEYS, total_s=_TOTAL_S)
        keys = read_keys(answer, found.metadata.jwks_uri).keys
    except LapseError as trouble:
        return Step("Keys", Outcome.BAD, trouble.what, trouble.next_step)
    if not keys:
        return Step("Keys", Outcome.BAD, "No key to verify ID tokens with is published.", "Ask the server's operator.")
    algs = sorted({str(key.get("alg") or key.get("kty")) for key in keys})
    if not set(found.metadata.id_token_algs) & KEY_TYPES.keys():
        stated = ", ".join(found.metadata.id_token_algs)
        return Step("Keys", Outcome.BAD, f"ID tokens are signed with {stated} alone, which Lapse does not trust.")
    return Step("Keys", Outcome.GOOD, f"{len(keys)} published: {', '.join(algs)}.")


def _scopes(connection: Connection, found: Found) -> Step:
    asked, listed = connection.scopes.split(), found.offer.scopes
    unlisted = [each for each in asked if listed is not None and each not in listed]
    if "offline_access" not in asked:
        return Step("Scopes", Outcome.UNKNOWN, "offline_access is not asked, so no refresh token will come at most.")
    if unlisted:
        words = f"Not among the scopes the server lists: {', '.join(unlisted)}. It may know them all the same."
        return Step("Scopes", Outcome.UNKNOWN, words)
    if listed is None:
        return Step("Scopes", Outcome.UNKNOWN, "The server does not say which scopes it knows.")
    return Step("Scopes", Outcome.GOOD, "The server lists all of them. Which are granted shows when one signs in.")


def _other_kind(connection: Connection, found: Found) -> Step:
    why_not = found.offer.why_not.get(connection.sign_in)
    if why_not:
        return Step("Sign-in", Outcome.BAD, why_not, "Choose another way to sign in.")
    words = "The server offers this way. Whether the app may use it shows only when one signs in."
    return Step("Sign-in", Outcome.UNKNOWN, words)


async def _ports(connection: Connection) -> tuple[tuple[str, ...], Step]:
    """Return the redirect URIs to ask the server about, and whether one could be listened at."""
    if not connection.redirect_uris:
        port = await _free_port()
        uri = f"http://127.0.0.1:{port}{DEFAULT_PATH}"
        return (uri,), Step("Redirect port", Outcome.GOOD, f"Any free one; {port} would do now.")
    free = [uri for uri in connection.redirect_uris if await _is_free(uri)]
    taken = [str(urlsplit(uri).port) for uri in connection.redirect_uris if uri not in free]
    if not free:
        words = f"In use by another program: {', '.join(taken)}."
        step = Step("Redirect port", Outcome.BAD, words, "Close that program, or choose another port and register it.")
    else:
        words = f"{urlsplit(free[0]).port} is free." + (f" In use: {', '.join(taken)}." if taken else "")
        step = Step("Redirect port", Outcome.GOOD, words)
    return connection.redirect_uris, step


async def _free_port() -> int:
    server = await asyncio.start_server(_hang_up, "127.0.0.1", 0)
    try:
        return int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def _is_free(uri: str) -> bool:
    parts = urlsplit(uri)
    try:
        server = await asyncio.start_server(_hang_up, parts.hostname, parts.port, family=socket.AF_UNSPEC)
    except OSError:
        return False
    server.close()
    return True


async def _hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _asked(http: httpx.AsyncClient, connection: Connection, found: Found, uri: str) -> Step:
    name = f"Client and {uri}" if connection.redirect_uris else "Client and redirect URI"
    state = secrets.token_urlsafe(24)
    request = httpx.Request("GET", _probe(connection, found, uri, state), headers={"Accept": "text/html, */*;q=0.5"})
    try:
        answer = await fetch(http, request, kind=ExchangeKind.AUTHORIZATION, total_s=_TOTAL_S)
    except LapseError as trouble:
        return Step(name, Outcome.BAD, trouble.what, trouble.next_step)
    back = _sent_back(answer, uri)
    if back is not None:
        return _judge_return(name, back, state)
    return _judge_page(name, answer, connection, uri)


def _probe(connection: Connection, found: Found, uri: str, state: str) -> str:
    url = authorization_url(
        found.metadata,
        client_id=connection.client_id,
        redirect_uri=uri,
        scopes=connection.scopes,
        state=state,
        nonce=secrets.token_urlsafe(24),
        pkce=Pkce.new(),
    )
    more = [(name, value) for name, value in connection.authorize_params if name not in ("prompt", "login_hint")]
    more += [(name, value) for name in ("audience", "resource") if (value := getattr(connection, name))]
    return f"{url}&{urlencode([*more, ('prompt', 'none')])}"


def _sent_back(answer: Answer, uri: str) -> dict[str, str] | None:
    """Return what the server sends the browser back with, or None when it does not send it back to `uri`."""
    location = str(answer.headers.get("location", ""))
    if answer.status not in _REDIRECTS or not location.startswith((f"{uri}?", f"{uri}#")):
        return None
    parts = urlsplit(location)
    return dict(parse_qsl(parts.query or parts.fragment))


def _judge_return(name: str, back: dict[str, str], state: str) -> Step:
    error = back.get("error", "")
    said = _shortly(": ".join(each for each in (error, back.get("error_description", "")) if each))
    if back.get("state") != state:
        return Step(name, Outcome.BAD, "The server knows them, but sends another state back than it was given.")
    if error in _WELCOME or "code" in back:
        return Step(name, Outcome.GOOD, "The server knows this client and sends its people back there.")
    return Step(name, Outcome.BAD, f"The server knows the redirect URI, but says no: {said}.", _cure_of(error))


def _cure_of(error: str) -> str:
    return {
        "unauthorized_client": "Let the app use the Authorization Code grant.",
        "invalid_scope": "Ask only scopes the server knows.",
        "invalid_target": "Check audience and resource.",
        "access_denied": "Check the app's assignments and the authorization server's access policy.",
    }.get(error, "Check the connection against how the app is registered.")


def _judge_page(name: str, answer: Answer, connection: Connection, uri: str) -> Step:
    """Judge an answer that stays at the server: an error page, or a page to sign in at."""
    if answer.status in _BUSY or answer.status not in (*_REFUSALS, *_REDIRECTS, int(httpx.codes.OK)):
        return Step(name, Outcome.UNKNOWN, f"The server answered {answer.status}; it is not known what it would say.")
    if answer.status not in _REFUSALS and not _speaks_of_error(answer):
        words = "The server shows a page of its own where nobody may be asked. Only a sign-in will tell."
        return Step(name, Outcome.UNKNOWN, words)
    about = _subjects(answer)
    if about == {"client"}:
        return Step(name, Outcome.BAD, "The server does not know this client.", "Check the client ID and the issuer.")
    if about == {"redirect"}:
        return Step(name, Outcome.BAD, "The server does not accept the redirect URI.", _registering(connection, uri))
    words = f"The server refuses with an error page ({answer.status}); which of both it means is not known."
    cure = f"Check that the client ID is right and that {uri} is registered."
    return Step(name, Outcome.BAD if answer.status in _REFUSALS else Outcome.UNKNOWN, words, cure)


def _subjects(answer: Answer) -> set[str]:
    """Return what an error page speaks of, apart from our own request if it repeats that."""
    page = re.sub(r"(redirect_uri|client_id)(=|%3d)", "", answer.body[:65536].decode("utf-8", "replace").lower())
    return {subject for subject, words in _SPEAKS_OF.items() if re.search(words, page)}


def _registering(connection: Connection, uri: str) -> str:
    if not connection.redirect_uris:
        return "Choose a fixed redirect URI and register exactly that: this server wants the port, too."
    exactly = "; Okta compares every letter, the port included" if is_okta_issuer(connection.issuer) else ""
    return f"Register exactly {uri} as a sign-in redirect URI of the app{exactly}."


def _speaks_of_error(answer: Answer) -> bool:
    location = str(answer.headers.get("location", "")).lower()
    return answer.status in _REDIRECTS and "error" in location


def _shortly(text: str) -> str:
    printable = "".join(each if each.isprintable() else " " for each in text)
    return printable if len(printable) <= 300 else f"{printable[:300]}…"  # noqa: PLR2004 - some lines
