"""What every kind of sign-in makes of the server's answer: refusals put into words, the ID token verified."""

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
"""The token answer, the verified claims of its ID token, and the journal number of the attempt."""


def refused(
    what: str,
    trouble: OAuthError,
    *,
    grant: str,
    next_step: str = "",
    reason: SignInEnded = SignInEnded.REFUSED,
) -> SignInFailed:
    """Return that the server refused: `what` in a sentence, the cure by its error, and its own words beneath.

    `grant` is the name of the grant as an admin finds it at the server.
    """
    if trouble.code == "unauthorized_client":
        what = words.not_granted(grant)
    cure = (next_step or words.SIGN_IN_CURES.get(trouble.code, words.OTHER_SIGN_IN_CURE)).format(grant)
    return SignInFailed(what, reason=reason, next_step=cure, code=trouble.code, description=trouble.description)


async def accepted(
    client: OAuthClient, connection: Connection, answer: TokenResponse, attempt: int, *, nonce: str | None = None
) -> SignIn:
    """Return what a session begins with, once the ID token is verified; `nonce` where the request had one.

    Raises SignInFailed for an ID token that is missing or not valid.
    """
    if answer.id_token is None:
        raise SignInFailed(words.NO_ID_TOKEN, reason=SignInEnded.NOT_ACCEPTED)
    if answer.flaw is AccessTokenFlaw.OTHER_TYPE:
        raise SignInFailed(words.tokens_unusable(answer.flaw.value), reason=SignInEnded.NOT_ACCEPTED)
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


def _not_accepted(client: OAuthClient, answer: TokenResponse, wrong: InvalidIdToken) -> SignInFailed:
    """Return why; where our clock is what is wrong with the ID token, that."""
    why = clock_to_blame(wrong.rule, None if answer.server_time is None else answer.server_time - client.now())
    return SignInFailed(
        words.not_accepted(why or wrong.what),
        reason=SignInEnded.NOT_ACCEPTED,
        next_step=words.SET_CLOCK if why else wrong.next_step,
        rule=wrong.rule,
    )


async def _with_name(
    client: OAuthClient, answer: TokenResponse, claims: dict[str, Any], attempt: int
) -> dict[str, Any]:
    if "name" in claims or answer.access_token is None:
        return claims
    # Okta's thin ID tokens leave the name to userinfo; without it the sign-in is as good, only the chip is plainer.
    with suppress(LapseError):
        profile = await client.userinfo(answer.access_token, subject=str(claims["sub"]), cause=attempt)
        return {**profile, **claims}
    return claims


async def journalled(journal: JournalWriter, signing_in: Awaitable[SignIn]) -> SignIn:
    """Return what a sign-in brings; one that fails or is cancelled is journalled as finished."""
    try:
        return await signing_in
    except LapseError as trouble:
        journal.append(finished(trouble))
        raise
    except asyncio.CancelledError:
        journal.append(SignInFinished(words.CANCELLED, SignInEnded.CANCELLED))
        raise


def finished(trouble: LapseError) -> SignInFinished:
    """Return the event of a sign-in that ended so."""
    if isinstance(trouble, SignInFailed):
        return SignInFinished(trouble.what, trouble.reason, trouble.code, trouble.description, trouble.rule)
    if isinstance(trouble, OAuthError):
        return SignInFinished(trouble.what, SignInEnded.REFUSED, trouble.code, trouble.description)
    if isinstance(trouble, NoUsableResponse):
        return SignInFinished(trouble.what, SignInEnded.NO_RESPONSE, kind=trouble.kind)
    return SignInFinished(trouble.what, SignInEnded.NOT_POSSIBLE)
