"""Tries a connection without signing anybody in: metadata, keys, redirect port, and what the server says of the client.

What cannot be known without a sign-in is said to be so.
"""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx

from app.connecting.lookup import Found, NotFound, look_at
from app.connecting.probe import ask
from app.connecting.step import Outcome, Step
from app.connection import Connection, SignInKind, check_connection
from app.errors import BadInput, LapseError
from app.events import ExchangeKind
from app.oauth.keyset import KEY_TYPES, read_keys
from app.oauth.redirect import DEFAULT_PATH
from app.wire.fetch import fetch

_TOTAL_S = 15.0


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
        yield await ask(http, connection, found.metadata, uri)


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
    asked, listed = connection.scopes.split(), found.metadata.scopes_supported
    unlisted = [each for each in asked if listed and each not in listed]
    if "offline_access" not in asked:
        return Step(
            "Scopes", Outcome.UNKNOWN, "offline_access is not asked: at most servers no refresh token will come."
        )
    if unlisted:
        words = f"Not among the scopes the server lists: {', '.join(unlisted)}. It may know them all the same."
        return Step("Scopes", Outcome.UNKNOWN, words)
    if not listed:
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
        server = await asyncio.start_server(_hang_up, parts.hostname, parts.port)
    except OSError:
        return False
    server.close()
    return True


async def _hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
