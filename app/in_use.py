"""A connection in use: its client, its session, and what calls and inspects with them."""

from dataclasses import dataclass
from pathlib import Path

import httpx

from app.clock import Clock
from app.connection import Connection
from app.inspection.desk import Desk
from app.journal import Journal, Scribe
from app.oauth.client import OAuthClient
from app.session.calls import ApiCaller
from app.session.session import Session
from app.session.store import TokenStore


@dataclass(frozen=True, slots=True)
class InUse:
    """Several are in use side by side, one a connection; what one of them does is journalled as its own."""

    connection: Connection
    journal: Scribe
    client: OAuthClient
    session: Session
    desk: Desk
    calls: ApiCaller


def take_up(
    connection: Connection,
    http: httpx.AsyncClient,
    clock: Clock,
    journal: Journal,
    store: TokenStore,
    *,
    lock_folder: Path | None,
) -> InUse:
    """Put together what `connection` needs; its session is not restored yet, and nothing is sent."""
    scribe = journal.of(connection.key)
    client = OAuthClient(
        http, clock, issuer=connection.issuer, client_id=connection.client_id, resource=connection.resource
    )
    session = Session(
        client, store, scribe, clock, key=connection.key, leeway_s=connection.leeway_s, lock_folder=lock_folder
    )
    return InUse(
        connection, scribe, client, session, Desk(http, client, session, clock), ApiCaller(http, session, scribe, clock)
    )
