"""A connection that was chosen in this run: its client, its session, and what calls and inspects with them."""

from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.clock import OwnClock
from app.connection import Connection
from app.errors import SignInFailed
from app.errors.reasons import Standing
from app.inspection.token_inspector import TokenInspector
from app.journal import Journal, JournalWriter
from app.oauth.client import OAuthClient
from app.session.calls import ApiCaller
from app.session.refresh_rule import Strategy, decide
from app.session.session import Session
from app.session.sign_in_result import SignIn, journalled
from app.session.single_flight import Flights
from app.session.store import TokenStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveConnection:
    """Several are active side by side, one a connection; each journals its events as its own.

    `clock` is its own too: only that of the demo org travels, so that no real server gets requests with a wrong time.
    """

    connection: Connection
    clock: OwnClock
    journal: JournalWriter
    client: OAuthClient
    session: Session
    inspector: TokenInspector
    calls: ApiCaller

    async def begin(self, signing_in: Awaitable[SignIn], *, grant: str) -> None:
        """Begin the session that a sign-in by `grant` brings, of whatever kind it is.

        Raises LapseError; an earlier session stays as it was until the new one is complete.
        """
        try:
            response, claims, attempt = await journalled(self.journal, signing_in)
        except SignInFailed as failed:
            if self.session.tokens is not None:  # the previous session stands: only the new sign-in failed
                failed.standing = Standing.STILL_SIGNED_IN
            raise
        await self.session.begin(response, claims, cause=attempt, grant=grant)


def activate(
    connection: Connection,
    http: httpx.AsyncClient,
    clock: OwnClock,
    journal: Journal,
    store: TokenStore,
    *,
    lock_folder: Path | None,
    strategy: Strategy = decide,
    flights: Flights | None = None,
) -> ActiveConnection:
    """Build what `connection` needs; its session is not restored yet, and nothing is sent.

    `strategy` and `flights` are the session's.
    """
    scribe = journal.of(connection.key, clock)
    client = OAuthClient(
        http, clock, issuer=connection.issuer, client_id=connection.client_id, resource=connection.resource
    )
    session = Session(
        client,
        store,
        scribe,
        clock,
        key=connection.key,
        leeway_s=connection.leeway_s,
        lock_folder=lock_folder,
        strategy=strategy,
        flights=flights,
        secrets=journal.secrets,
    )
    return ActiveConnection(
        connection=connection,
        clock=clock,
        journal=scribe,
        client=client,
        session=session,
        inspector=TokenInspector(http, client, session, clock),
        calls=ApiCaller(http, session, scribe, clock),
    )
