"""Tries a connection without signing in: metadata, keys, redirect port, and what the server says about the client.

What only a sign-in can show is marked as unknown.
"""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx

from app.connecting.lookup import Found, look_at
from app.connecting.not_found import NotFound
from app.connecting.probe import ask
from app.connecting.trial_step import TrialStep
from app.connecting.trial_verdict import TrialVerdict
from app.connection import Connection, check_connection
from app.connection_field import ConnectionField
from app.errors import BadInput, LapseError
from app.events.wire import ExchangeKind
from app.oauth.key_set import KEY_TYPES, read_keys
from app.oauth.redirect import DEFAULT_PATH
from app.session.kinds import kind_named
from app.wire.fetch import fetch

_TOTAL_S = 15.0


async def try_out(connection: Connection, http: httpx.AsyncClient) -> AsyncIterator[TrialStep]:
    """Yield the result of each step; no user is signed in and no token is requested.

    The authorization endpoint is asked with `prompt=none` and a state that is thrown away. Raises BadInput when the
    connection itself cannot be used.
    """
    connection = check_connection(connection)
    try:
        found = await look_at(http, connection.issuer)
        if found.issuer != connection.issuer:
            raise BadInput(
                "The server writes its issuer otherwise.",
                next_step=f"Use {found.issuer} as the issuer.",
                field=ConnectionField.ISSUER,
            )
    except LapseError as error:
        yield _no_metadata(error)
        return
    yield TrialStep(TrialVerdict.METADATA_FOUND)
    yield await _keys(http, found)
    yield _scopes(connection, found)
    if not kind_named(connection.sign_in).returns_by_redirect:
        yield _kind(connection, found)
        return
    uris, step = await _ports(connection)
    yield step
    for uri in uris:
        yield await ask(http, connection, found.metadata, uri)


def _no_metadata(trouble: LapseError) -> TrialStep:
    if isinstance(trouble, NotFound):
        return TrialStep(TrialVerdict.METADATA_NOWHERE, {**_told(trouble), "asked": str(len(trouble.tried))})
    return TrialStep(TrialVerdict.METADATA_REFUSED, _told(trouble))


def _told(trouble: LapseError) -> dict[str, str]:
    return {"what": trouble.what, "next_step": trouble.next_step}


async def _keys(http: httpx.AsyncClient, found: Found) -> TrialStep:
    request = httpx.Request("GET", found.metadata.jwks_uri, headers={"Accept": "application/json"})
    try:
        response = await fetch(http, request, kind=ExchangeKind.KEYS, total_s=_TOTAL_S)
        keys = read_keys(response, found.metadata.jwks_uri).keys
    except LapseError as error:
        return TrialStep(TrialVerdict.KEYS_UNREAD, _told(error))
    if not keys:
        return TrialStep(TrialVerdict.NO_KEYS)
    algs = sorted({str(key.get("alg") or key.get("kty")) for key in keys})
    if not set(found.metadata.id_token_algs) & KEY_TYPES.keys():
        stated = ", ".join(found.metadata.id_token_algs)
        return TrialStep(TrialVerdict.UNTRUSTED_KEYS, {"algorithms": stated})
    return TrialStep(TrialVerdict.KEYS_FOUND, {"number": str(len(keys)), "algorithms": ", ".join(algs)})


def _scopes(connection: Connection, found: Found) -> TrialStep:
    asked, listed = connection.scopes.split(), found.metadata.scopes_supported
    unlisted = [each for each in asked if listed and each not in listed]
    if "offline_access" not in asked:
        return TrialStep(TrialVerdict.OFFLINE_NOT_ASKED)
    if unlisted:
        return TrialStep(TrialVerdict.SCOPES_UNLISTED, {"scopes": ", ".join(unlisted)})
    return TrialStep(TrialVerdict.SCOPES_LISTED if listed else TrialVerdict.SCOPES_UNSTATED)


def _kind(connection: Connection, found: Found) -> TrialStep:
    why_not = found.offer.why_not.get(connection.sign_in)
    return (
        TrialStep(TrialVerdict.KIND_NOT_OFFERED, {"why": why_not}) if why_not else TrialStep(TrialVerdict.KIND_OFFERED)
    )


async def _ports(connection: Connection) -> tuple[tuple[str, ...], TrialStep]:
    """Return the redirect URIs to ask the server about, and whether one could be listened at."""
    if not connection.redirect_uris:
        port = await _free_port()
        uri = f"http://127.0.0.1:{port}{DEFAULT_PATH}"
        return (uri,), TrialStep(TrialVerdict.ANY_PORT, {"port": str(port)})
    free = [uri for uri in connection.redirect_uris if await _is_free(uri)]
    taken = ", ".join(str(urlsplit(uri).port) for uri in connection.redirect_uris if uri not in free)
    if not free:
        return connection.redirect_uris, TrialStep(TrialVerdict.PORTS_TAKEN, {"taken": taken})
    about = {"port": str(urlsplit(free[0]).port), "taken": taken}
    return connection.redirect_uris, TrialStep(TrialVerdict.PORT_LEFT if taken else TrialVerdict.PORT_FREE, about)


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
