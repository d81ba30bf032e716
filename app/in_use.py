"""A connection in use: its client, its session, and what calls and inspects with them."""

from dataclasses import dataclass
from pathlib import Path

import httpx

from app.clock import OwnClock
from app.connection import Connection
from app.inspection.desk import Desk
from app.journal import Journal, Scribe
from app.oauth.client import OAuthClient
from app.session.calls import ApiCaller
from app.session.session import Session
from app.session.single_flight import Flights
from app.session.store import TokenStore
from app.session.strategy import Strategy, decide


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """Several are in use side by side, one a connection; what one of them does is journalled as its own.

    `clock` is its own too: only that of the demo org travels, and no real server is asked anything at a wrong time.
    """

    connection: Connection
    clock: OwnClock
    journal: Scribe
    client: OAuthClient
    session: Session
    desk: Desk
    calls: ApiCaller


def take_up(
    connection: Connection,
    http: httpx.AsyncClient,
    clock: OwnClock,
    journal: Journal,
    store: TokenStore,
    *,
    lock_folder: Path | None,
    strategy: Strategy = decide,
    flights: Flights | None = None,
) -> InUse:
    """Put together what `connection` needs; its session is not restored yet, and nothing is sent.

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
    return InUse(
        connection=connection,
        clock=clock,
        journal=scribe,
        client=client,
        session=session,
        desk=Desk(http, client, session, clock),
        calls=ApiCaller(http, session, scribe, clock),
    )
