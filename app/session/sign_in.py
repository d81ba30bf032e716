"""Sign-in in the system browser: authorization code with PKCE and a loopback redirect (RFC 8252)."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from app.clock import Clock
from app.connection import Connection
from app.errors import OAuthError, SignInFailed
from app.errors.reasons import SignInEnded
from app.events import Event
from app.events.sign_in import AuthorizationPushed, BrowserOpened, RedirectIgnored, RedirectPortsTaken, SignInStarted
from app.journal import JournalWriter
from app.oauth.client import OAuthClient
from app.oauth.grants import TokenResponse, authorization_params
from app.oauth.metadata import ServerMetadata
from app.oauth.par import reference
from app.oauth.pkce import Pkce
from app.oauth.redirect import RedirectListener, RedirectResponse, listen
from app.session import words
from app.session.sign_in_result import SignIn, accepted, refused
from app.session.system_browser import OpenBrowser, open_system_browser
from app.text import one_line
from app.urls import with_query

TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What to show while the browser is awaited: the URL, where it returns to, when we give up.

    `taken_ports` are those of the connection's redirect URIs in use by other programs.
    """

    url: str
    redirect_uri: str
    until: float
    taken_ports: tuple[int, ...] = ()


async def browser_sign_in(
    client: OAuthClient,
    connection: Connection,
    journal: JournalWriter,
    clock: Clock,
    *,
    show: Callable[[Waiting], None],
    open_browser: OpenBrowser = open_system_browser,
) -> SignIn:
    """Sign in; return the token response, the verified claims and the journal number of the attempt.

    Raises SignInFailed (denied, timed out, not valid), BadInput (no redirect port is free), or what the network did.
    Cancelling frees the port; the state, the nonce and the verifier die with the call.
    """
    metadata = await client.metadata()
    state, nonce, pkce = secrets.token_urlsafe(24), secrets.token_urlsafe(24), Pkce.new()
    async with listen(
        connection.redirect_uris,
        state=state,
        issuer=metadata.issuer,
        iss_promised=metadata.iss_in_response,
        ignored=lambda why: _note(journal, RedirectIgnored(why)),
        said=lambda text: one_line(journal.secrets.clean(text)),
    ) as listener:
        attempt = _started(journal, client, connection, listener)
        params = authorization_params(
            metadata,
            client_id=client.client_id,
            redirect_uri=listener.redirect_uri,
            scopes=connection.scopes,
            state=state,
            nonce=nonce,
            pkce=pkce,
            audience=connection.audience,
            resource=connection.resource,
            more=connection.authorize_params,
        )
        url = with_query(metadata.authorization_endpoint, await _carried(client, metadata, params, journal, attempt))
        show(Waiting(url, listener.redirect_uri, clock.now() + TIMEOUT_S, listener.taken_ports))
        open_browser(url, lambda worked: _note(journal, BrowserOpened(worked)))
        redirect = await listener.response(timeout_s=TIMEOUT_S)
        response = await _exchange(client, connection, redirect, listener.redirect_uri, pkce, attempt)
    return await accepted(client, connection, response, attempt, nonce=nonce)


def _started(journal: JournalWriter, client: OAuthClient, connection: Connection, listener: RedirectListener) -> int:
    started = journal.append(SignInStarted(client.issuer, listener.redirect_uri, connection.scopes, "browser"))
    if listener.taken_ports:
        journal.append(RedirectPortsTaken(listener.taken_ports, listener.redirect_uri), cause=started.seq)
    return started.seq


async def _carried(
    client: OAuthClient, metadata: ServerMetadata, params: dict[str, str], journal: JournalWriter, attempt: int
) -> dict[str, str]:
    """Return the parameters the browser carries: the request, or a reference to it (RFC 9126)."""
    endpoint = metadata.pushed_authorization_request_endpoint
    if endpoint is None:
        if metadata.require_pushed_authorization_requests:
            what, step = words.NOWHERE_TO_PUSH
            raise SignInFailed(what, reason=SignInEnded.NOT_POSSIBLE, next_step=step)
        return params
    try:
        request_uri = await client.push(endpoint, params, cause=attempt)
    except OAuthError as error:
        raise refused(words.REQUEST_REFUSED, error, grant="Authorization Code") from None
    journal.append(AuthorizationPushed(), cause=attempt)
    return reference(client.client_id, request_uri)


async def _exchange(
    client: OAuthClient, connection: Connection, redirect: RedirectResponse, redirect_uri: str, pkce: Pkce, attempt: int
) -> TokenResponse:
    if redirect.code is None:
        raise _declined(redirect)
    try:
        return await client.exchange_code(
            code=redirect.code, redirect_uri=redirect_uri, pkce=pkce, resource=connection.resource, cause=attempt
        )
    except OAuthError as error:
        again = words.CODE_USED if error.code == "invalid_grant" else ""
        raise refused(words.CODE_REFUSED, error, grant="Authorization Code", next_step=again) from None


def _declined(redirect: RedirectResponse) -> SignInFailed:
    is_declined = redirect.error == "access_denied"
    return SignInFailed(
        words.DECLINED if is_declined else words.NOT_SIGNED_IN,
        reason=SignInEnded.DECLINED if is_declined else SignInEnded.REFUSED,
        next_step="" if is_declined else words.READ_ITS_REASON,
        code=redirect.error or "",
        description=redirect.description,
    )


def _note(journal: JournalWriter, event: Event) -> None:
    journal.append(event)
