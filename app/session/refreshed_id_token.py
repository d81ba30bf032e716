"""Applies a refreshed ID token to the generation that it came with."""

from dataclasses import replace

from app.errors import Hiccup, InvalidIdToken, LapseError, OtherSubject
from app.errors.reasons import FailureKind
from app.events.tokens import IdTokenRefused
from app.journal import JournalWriter
from app.oauth.client import OAuthClient
from app.oauth.id_token import NamedSubject
from app.session import words
from app.session.refresh_attempts import KeptResponse
from app.session.skew import clock_to_blame
from app.session.tokens import IdTokenFlaw, TokenSet
from app.token_name import TokenKind, TokenName


async def with_id_token(
    kept: KeptResponse, client: OAuthClient, journal: JournalWriter, skew_s: float | None
) -> TokenSet:
    """Return the generation with its ID token's claims, or marked with the rule that it broke.

    An invalid ID token does not withhold the access token, which came in the same response over TLS (OIDC Core §12.2
    binds the ID token). Only one that names another user does: raises Hiccup, or Refusal where the family belongs to
    another user now.
    """
    token = kept.response.id_token
    if token is None:
        return kept.tokens
    first, name = kept.tokens.first_id_claims, TokenName(TokenKind.ID, kept.tokens.number)
    belongs = await client.whose(token, first=first, cause=kept.cause)
    if belongs is NamedSubject.ANOTHER_PERSONS:
        raise OtherSubject
    if belongs is NamedSubject.ANOTHER_CLIENTS:
        what, step = words.ANOTHER_CLIENTS
        raise Hiccup(what, kind=FailureKind.UNUSABLE, next_step=step, status=200)
    try:
        claims = await client.verify_id_token(
            token, access_token=kept.response.access_token, nonce=None, first=first, cause=kept.cause
        )
    except InvalidIdToken as wrong:
        flaw = IdTokenFlaw(name, wrong.rule, clock_to_blame(wrong.rule, skew_s) or wrong.what)
    except LapseError as error:
        flaw = IdTokenFlaw(name, "signature", words.unchecked(error.what))
    else:
        return kept.tokens.identified(token, claims)
    journal.append(IdTokenRefused(flaw.name, flaw.rule, flaw.why), cause=kept.cause)
    return replace(kept.tokens, id_flaw=flaw)
