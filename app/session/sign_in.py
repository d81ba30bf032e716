"""Sign-in in the system browser: authorization code with PKCE and a loopback redirect (RFC 8252)."""

import asyncio
import secrets
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from app import events
from app.clock import Clock
from app.connection import Connection
from app.errors import InvalidIdToken, LapseError, OAuthError, SignInFailed
from app.journal import Scribe
from app.oauth.client import OAuthClient
from app.oauth.grants import TokenAnswer, authorization_url
from app.oauth.loopback import RedirectAnswer, listen
from app.oauth.pkce import Pkce

TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What to show while the browser has the person: the URL, where it comes back to, when we give up."""

    url: str
    redirect_uri: str
    until: float


OpenBrowser = Callable[[str, Callable[[bool], None]], None]


def open_system_browser(url: str, told: Callable[[bool], None]) -> None:
    """Open `url` with Python's webbrowser, so that BROWSER decides; `told` hears on the loop whether it worked.

    On a thread, because a browser named in BROWSER may run in the foreground until it is closed.
    """
    loop = asyncio.get_running_loop()

    def open_it() -> None:
        try:
            worked = webbrowser.open(url)
        except (webbrowser.Error, OSError):
            worked = False
        with suppress(RuntimeError):  # the loop is gone: the sign-in is over
            loop.call_soon_threadsafe(told, worked)

    threading.Thread(target=open_it, name="lapse-browser", daemon=True).start()


async def browser_sign_in(
    client: OAuthClient,
    connection: Connection,
    journal: Scribe,
    clock: Clock,
    *,
    show: Callable[[Waiting], None],
    open_browser: OpenBrowser = open_system_browser,
) -> tuple[TokenAnswer, dict[str, Any], int]:
    """Sign in; return the token answer, the verified claims and the journal number of the attempt.

    Raises SignInFailed (denied, timed out, not valid), BadInput (the redirect port is taken), or what the network did.
    Cancelling frees the port; the state, the nonce and the verifier die with the call.
    """
    metadata = await client.metadata()
    state, nonce, pkce = secrets.token_urlsafe(24), secrets.token_urlsafe(24), Pkce.new()
    async with listen(
        next(iter(connection.redirect_uris), None),
        state=state,
        issuer=metadata.issuer,
        iss_promised=metadata.iss_in_answer,
        ignored=lambda why: _note(journal, events.RedirectIgnored(why)),
    ) as listener:
        attempt = journal.append(events.SignInStarted(client.issuer, listener.redirect_uri, connection.scopes)).seq
        url = authorization_url(
            metadata,
            client_id=client.client_id,
            redirect_uri=listener.redirect_uri,
            scopes=connection.scopes,
            state=state,
            nonce=nonce,
            pkce=pkce,
        )
        show(Waiting(url, listener.redirect_uri, clock.now() + TIMEOUT_S))
        open_browser(url, lambda worked: _note(journal, events.BrowserOpened(worked)))
        redirect = await listener.answer(timeout_s=TIMEOUT_S)
        answer = await _exchange(client, redirect, listener.redirect_uri, pkce, attempt)
    claims = await _verify(client, answer, nonce, attempt)
    return answer, claims, attempt


async def _exchange(
    client: OAuthClient, redirect: RedirectAnswer, redirect_uri: str, pkce: Pkce, attempt: int
) -> TokenAnswer:
    if redirect.code is None:
        raise _declined(redirect)
    try:
        return await client.exchange_code(code=redirect.code, redirect_uri=redirect_uri, pkce=pkce, cause=attempt)
    except OAuthError as refused:
        raise SignInFailed("The server refused the authorization code.", raw=refused.raw) from None


def _declined(redirect: RedirectAnswer) -> SignInFailed:
    raw = f"{redirect.error}: {redirect.description}" if redirect.description else redirect.error
    if redirect.error == "access_denied":
        return SignInFailed("The sign-in was declined.", raw=raw)
    return SignInFailed(
        "The server did not sign you in.", next_step="Read its reason below; check the connection.", raw=raw
    )


async def _verify(client: OAuthClient, answer: TokenAnswer, nonce: str, attempt: int) -> dict[str, Any]:
    if answer.id_token is None:
        raise SignInFailed("The server sent no ID token, so nobody knows who signed in.")
    try:
        claims = await client.verify_id_token(
            answer.id_token, access_token=answer.access_token, nonce=nonce, cause=attempt
        )
    except InvalidIdToken as wrong:
        raise SignInFailed(f"The sign-in was not accepted: {wrong.what}", next_step=wrong.next_step) from None
    if "name" in claims:
        return claims
    # Okta's thin ID tokens leave the name to userinfo; without it the sign-in is as good, only the chip is plainer.
    with suppress(LapseError):
        profile = await client.userinfo(answer.access_token, subject=str(claims["sub"]), cause=attempt)
        return {**profile, **claims}
    return claims


def _note(journal: Scribe, event: events.Event) -> None:
    journal.append(event)
