"""What every kind of sign-in makes of the server's answer: refusals put into words, the ID token verified."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from app import events
from app.connection import Connection
from app.errors import InvalidIdToken, LapseError, OAuthError, SignInFailed, said_by_server
from app.journal import Scribe
from app.oauth.client import OAuthClient
from app.oauth.grants import Flaw, TokenAnswer
from app.session.skew import clock_to_blame

SignIn = tuple[TokenAnswer, dict[str, Any], int]
"""The token answer, the verified claims of its ID token, and the journal number of the attempt."""

_CURES = {
    "invalid_client": "Check the client ID of this connection, and that the app is active at the server.",
    "unauthorized_client": "Turn on the {} grant for this app at the server, then sign in again.",
    "unsupported_grant_type": "Sign in another way: this server does not know the {} grant.",
    "invalid_scope": "Check the scopes of this connection; the server lists what it does not know.",
    "invalid_target": "Check the resource of this connection; it must be an API the server knows (RFC 8707).",
    "access_denied": "Ask the server's admin which policy forbids it, or sign in another way.",
    "slow_down": "Wait a minute, then sign in again.",
    "temporarily_unavailable": "Wait a minute, then sign in again.",
    "server_error": "Try again; if it stays so, ask the server's operator.",
}


def refused(what: str, trouble: OAuthError, *, grant: str, next_step: str = "") -> SignInFailed:
    """Return that the server refused: `what` in a sentence, the cure by its error, and its own words beneath.

    `grant` is the name of the grant as an admin finds it at the server.
    """
    if trouble.code == "unauthorized_client":
        what = f"This app may not use the {grant} grant."
    cure = next_step or _CURES.get(trouble.code, "Read the server's reason below; check the connection.")
    return SignInFailed(what, next_step=cure.format(grant), raw=trouble.raw)


async def accepted(
    client: OAuthClient, connection: Connection, answer: TokenAnswer, attempt: int, *, nonce: str | None = None
) -> SignIn:
    """Return what a session begins with, once the ID token is verified; `nonce` where the request had one.

    Raises SignInFailed for an ID token that is missing or not valid.
    """
    if answer.id_token is None:
        raise SignInFailed("The server sent no ID token, so nobody knows who signed in.")
    if answer.flaw is Flaw.OTHER_TYPE:
        raise SignInFailed(f"The server's tokens cannot be used: {answer.flaw.value}.")
    try:
        claims = await client.verify_id_token(
            answer.id_token, access_token=answer.access_token, nonce=nonce, cause=attempt
        )
    except InvalidIdToken as wrong:
        raise _not_accepted(client, answer, wrong) from None
    client.resource = connection.resource
    # RFC 6749 §5.1: a scope that is not stated is the one that was asked for
    answer = replace(answer, scope=connection.scopes) if answer.scope is None else answer
    return answer, await _with_name(client, answer, claims, attempt), attempt


def _not_accepted(client: OAuthClient, answer: TokenAnswer, wrong: InvalidIdToken) -> SignInFailed:
    """Return why; where our clock is what is wrong with the ID token, that."""
    why = clock_to_blame(wrong.rule, None if answer.server_time is None else answer.server_time - client.now())
    if why:
        return SignInFailed(f"The sign-in was not accepted: {why}", next_step="Set the clock, then sign in again.")
    return SignInFailed(f"The sign-in was not accepted: {wrong.what}", next_step=wrong.next_step)


async def _with_name(client: OAuthClient, answer: TokenAnswer, claims: dict[str, Any], attempt: int) -> dict[str, Any]:
    if "name" in claims or answer.access_token is None:
        return claims
    # Okta's thin ID tokens leave the name to userinfo; without it the sign-in is as good, only the chip is plainer.
    with suppress(LapseError):
        profile = await client.userinfo(answer.access_token, subject=str(claims["sub"]), cause=attempt)
        return {**profile, **claims}
    return claims


async def told(journal: Scribe, signing_in: Awaitable[SignIn]) -> SignIn:
    """Return what a sign-in brings; one that fails or is cancelled is journalled as finished."""
    try:
        return await signing_in
    except LapseError as trouble:
        journal.append(events.SignInFinished(trouble.what, *said_by_server(trouble)))
        raise
    except asyncio.CancelledError:
        journal.append(events.SignInFinished("It was cancelled."))
        raise
