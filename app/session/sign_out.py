"""Sign-out in the order that works: revoke, forget here whatever happened, then the browser's session."""

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.errors import LapseError
from app.events.session import BrowserSessionLeft, Undone
from app.journal import JournalWriter
from app.oauth.client import OAuthClient
from app.oauth.logout import end_session_url, sign_out_page
from app.secret import Secret
from app.session import words
from app.session.system_browser import OpenBrowser
from app.session.tokens import TokenSet
from app.wire.running_time import running_limit

if TYPE_CHECKING:
    from app.session.session import Session

REVOKE_WITHIN_S = 5.0
BROWSER_WITHIN_S = 20.0


class PartResult(StrEnum):
    """The outcome of one part of a sign-out."""

    DONE = "done"
    NOT_OFFERED = "not offered"
    FAILED = "failed"
    NOT_WANTED = "not wanted"


@dataclass(frozen=True, slots=True)
class SignOutPart:
    """One part of a sign-out: its outcome, and why where it is not done.

    `error` is the sentence of the failure, if that is why; `waited_s` is how long a browser was waited for.
    """

    fate: PartResult
    why: Undone | None = None
    error: str = ""
    waited_s: float = 0.0

    def words(self) -> str:
        """Return why it is not done, in half a sentence; "" where it is done."""
        from app.events.words import undone  # imported late: only a sign-out says it

        return undone(self.why, error=self.error, waited_s=self.waited_s)


_DONE = SignOutPart(PartResult.DONE)
_CANCELLED = SignOutPart(PartResult.FAILED, Undone.CANCELLED)


@dataclass(frozen=True, slots=True)
class SignOutResult:
    """The outcome of the three parts: the tokens revoked, the browser's session ended, the session forgotten here.

    Of the browser it is only known that it was sent to the server's sign-out page, not what the server did there. The
    whys are half sentences, for people.
    """

    revoked: PartResult
    browser: PartResult
    forgotten: PartResult
    revoked_why: str = ""
    browser_why: str = ""
    forgotten_why: str = ""

    def lines(self) -> tuple[str, str, str]:
        """Return the three, a sentence each."""
        return words.signed_out(self.forgotten_why, self.revoked_why, self.browser_why)

    def sentence(self) -> str:
        return " ".join(self.lines())


async def sign_out(
    session: "Session",
    client: OAuthClient,
    journal: JournalWriter,
    *,
    open_browser: OpenBrowser | None,
    not_wanted: str = "",
) -> SignOutResult:
    """End the session, and return which of the three happened; raises nothing but the caller's own cancellation.

    The revocation takes at most 5 s and comes first, because what is forgotten cannot be revoked. Then the session is
    forgotten, before the browser is waited for, at most 20 s: a browser that does not come keeps nobody signed in.
    Cancelled anywhere, the session is forgotten all the same. `open_browser` None leaves the browser alone, and
    `not_wanted` says why.
    """
    tokens = session.tokens
    revoked, kept = _CANCELLED, _CANCELLED
    with session.ending():
        try:
            await session.close()  # a running refresh may bring the refresh token that is to be revoked
            await _look_again(session)
            tokens = session.tokens
            revoked = await _revoke(client, tokens)
        finally:
            kept = await _forget(session, revoked)
    browser = SignOutPart(PartResult.NOT_WANTED, Undone.NOT_WANTED)
    if open_browser is not None:
        browser = await _end_in_browser(client, journal, tokens, open_browser)
    left = not_wanted if browser.why is Undone.NOT_WANTED and not_wanted else browser.words()
    return SignOutResult(revoked.fate, browser.fate, kept.fate, revoked.words(), left, kept.words())


async def revoke_and_forget(session: "Session", client: OAuthClient, journal: JournalWriter) -> str | None:
    """Sign out without the browser; return why nothing was revoked, None when it was or nothing was to be."""
    how = await sign_out(session, client, journal, open_browser=None)
    return how.revoked_why if how.revoked in (PartResult.FAILED, PartResult.NOT_OFFERED) else None


async def _look_again(session: "Session") -> None:
    """Take over what another Lapse has refreshed meanwhile: revoking a token that was replaced revokes nothing."""
    with suppress(TimeoutError, KeyError, LapseError):  # KeyError: it has ended there; here it ends all the same
        async with running_limit(REVOKE_WITHIN_S):
            await session.catch_up()


async def _revoke(client: OAuthClient, tokens: TokenSet | None) -> SignOutPart:
    """Revoke the refresh token, and with it its access tokens (RFC 7009 §2.1); without one the access token."""
    held = None if tokens is None else tokens.refresh or tokens.access
    if held is None:
        return SignOutPart(PartResult.NOT_WANTED, Undone.NO_TOKEN)
    hint = "access_token" if tokens is not None and tokens.refresh is None else "refresh_token"
    try:
        async with running_limit(REVOKE_WITHIN_S):
            offered = await client.revoke(held.value, hint=hint, cause=None)
    except TimeoutError:
        return SignOutPart(PartResult.FAILED, Undone.NO_RESPONSE)
    except LapseError as error:
        return SignOutPart(PartResult.FAILED, Undone.FAILED, error.what)
    return _DONE if offered else SignOutPart(PartResult.NOT_OFFERED, Undone.NO_REVOCATION)


async def _forget(session: "Session", revoked: SignOutPart) -> SignOutPart:
    failure = await session.forget(revoked=revoked.fate is PartResult.DONE, why=revoked.why, error=revoked.error)
    return _DONE if failure is None else SignOutPart(PartResult.FAILED, Undone.FAILED, failure.what)


async def _end_in_browser(
    client: OAuthClient, journal: JournalWriter, tokens: TokenSet | None, open_browser: OpenBrowser
) -> SignOutPart:
    part = _CANCELLED
    try:
        part = await _lead_browser(client, tokens, open_browser)
    finally:
        journal.append(BrowserSessionLeft(part.fate is PartResult.DONE, part.why, part.waited_s))
    return part


async def _lead_browser(client: OAuthClient, tokens: TokenSet | None, open_browser: OpenBrowser) -> SignOutPart:
    if tokens is None:
        return SignOutPart(PartResult.NOT_WANTED, Undone.NOBODY)
    metadata = client.known_metadata  # the revocation has fetched it, if it is available
    if metadata is None:
        return SignOutPart(PartResult.FAILED, Undone.NO_METADATA)
    if metadata.end_session_endpoint is None:
        return SignOutPart(PartResult.NOT_OFFERED, Undone.NO_SIGN_OUT)
    id_token = None if tokens.id is None else tokens.id.value
    onwards = end_session_url(metadata.end_session_endpoint, client_id=client.client_id, id_token=id_token)
    try:
        return await _wait_for_browser(onwards, open_browser)
    except OSError:
        return SignOutPart(PartResult.FAILED, Undone.NO_PORT)


async def _wait_for_browser(onwards: Secret, open_browser: OpenBrowser) -> SignOutPart:
    async with sign_out_page(onwards) as page:
        open_browser(page.url, page.browser_opened)
        if await page.visited(timeout_s=BROWSER_WITHIN_S):
            return _DONE
        if page.is_browserless:
            return SignOutPart(PartResult.FAILED, Undone.NO_BROWSER)
        return SignOutPart(PartResult.FAILED, Undone.BROWSER_LATE, waited_s=BROWSER_WITHIN_S)
