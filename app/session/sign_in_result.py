"""What every kind of sign-in makes of the server's response: errors explained, the ID token verified."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from app.connection import Connection
from app.errors import InvalidIdToken, LapseError, NoUsableResponse, OAuthError, SignInFailed
from app.errors.reasons import SignInEnded
from app.events.sign_in import SignInFinished
from app.journal import JournalWriter
from app.oauth.client import OAuthClient
from app.oauth.grants import AccessTokenFlaw, TokenResponse
from app.session import words
from app.session.skew import clock_to_blame

SignIn = tuple[TokenResponse, dict[str, Any], int]
"""The token response, the verified claims of its ID token, and the journal number of the attempt."""


def refused(
    what: str,
    error: OAuthError,
    *,
    grant: str,
    next_step: str = "",
    reason: SignInEnded = SignInEnded.REFUSED,
) -> SignInFailed:
    """Return the error for a refusal: `what` in a sentence, the cure by its error code, and the server's own words.

    `grant` is the name of the grant as an admin finds it at the server.
    """
    if error.code == "unauthorized_client":
        what = words.not_granted(grant)
    cure = (next_step or words.SIGN_IN_CURES.get(error.code, words.OTHER_SIGN_IN_CURE)).format(grant)
    return SignInFailed(what, reason=reason, next_step=cure, code=error.code, description=error.description)


async def accepted(
    client: OAuthClient, connection: Connection, response: TokenResponse, attempt: int, *, nonce: str | None = None
) -> SignIn:
    """Return what a session begins with, once the ID token is verified; `nonce` where the request had one.

    Raises SignInFailed for an ID token that is missing or not valid.
    """
    if response.id_token is None:
        raise SignInFailed(words.NO_ID_TOKEN, reason=SignInEnded.NOT_ACCEPTED)
    if response.flaw is AccessTokenFlaw.OTHER_TYPE:
        raise SignInFailed(words.tokens_unusable(response.flaw.value), reason=SignInEnded.NOT_ACCEPTED)
    try:
        claims = await client.verify_id_token(
            response.id_token, access_token=response.access_token, nonce=nonce, cause=attempt
        )
    except InvalidIdToken as wrong:
        raise _not_accepted(client, response, wrong) from None
    client.resource = connection.resource
    # RFC 6749 §5.1: a scope that is not stated is the one requested
    response = replace(response, scope=connection.scopes) if response.scope is None else response
    return response, await _with_name(client, response, claims, attempt), attempt


def _not_accepted(client: OAuthClient, response: TokenResponse, wrong: InvalidIdToken) -> SignInFailed:
    """Return why the ID token was not accepted; that our clock is wrong, where it is."""
    why = clock_to_blame(wrong.rule, None if response.server_time is None else response.server_time - client.now())
    return SignInFailed(
        words.not_accepted(why or wrong.what),
        reason=SignInEnded.NOT_ACCEPTED,
        next_step=words.SET_CLOCK if why else wrong.next_step,
        rule=wrong.rule,
    )


async def _with_name(
    client: OAuthClient, response: TokenResponse, claims: dict[str, Any], attempt: int
) -> dict[str, Any]:
    if "name" in claims or response.access_token is None:
        return claims
    # Okta's thin ID tokens leave the name to userinfo; without it the sign-in is still good, only the chip shows less.
    with suppress(LapseError):
        profile = await client.userinfo(response.access_token, subject=str(claims["sub"]), cause=attempt)
        return {**profile, **claims}
    return claims


async def journalled(journal: JournalWriter, signing_in: Awaitable[SignIn]) -> SignIn:
    """Return what a sign-in brings; one that fails or is cancelled is journalled as finished."""
    try:
        return await signing_in
    except LapseError as error:
        journal.append(finished(error))
        raise
    except asyncio.CancelledError:
        journal.append(SignInFinished(words.CANCELLED, SignInEnded.CANCELLED))
        raise


def finished(error: LapseError) -> SignInFinished:
    """Return the event of a sign-in that ended with this error."""
    if isinstance(error, SignInFailed):
        return SignInFinished(error.what, error.reason, error.code, error.description, error.rule)
    if isinstance(error, OAuthError):
        return SignInFinished(error.what, SignInEnded.REFUSED, error.code, error.description)
    if isinstance(error, NoUsableResponse):
        return SignInFinished(error.what, SignInEnded.NO_RESPONSE, kind=error.kind)
    return SignInFinished(error.what, SignInEnded.NOT_POSSIBLE)
