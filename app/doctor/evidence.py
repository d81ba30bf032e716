"""Collects a case from journal, session and environment, without any request."""

from collections.abc import Iterable, Mapping
from itertools import islice
from urllib.parse import urlsplit

from app.clock import Clock
from app.connection import Connection
from app.doctor.records import Case, FailedStage, Failure, Holding, Known, Sent, StoreFacts
from app.errors.reasons import SignInEnded
from app.events import Entry, Event
from app.events.demo import DemoOrgReset
from app.events.refresh import RefreshFailed, RefreshStarted
from app.events.session import SessionAdopted, SessionRestored, SignOutFinished
from app.events.sign_in import SignInFinished, SignInStarted
from app.events.tokens import RefreshTokenFate, TokensReceived
from app.events.wire import Exchange
from app.session.session import Session
from app.token_name import TokenName

_MOST_ENTRIES = 2000
_PROXY_NAMES = ("https_proxy", "http_proxy", "all_proxy", "no_proxy")
_FATES_OF_ARRIVAL = (RefreshTokenFate.NEW, RefreshTokenFate.REPLACED)
REFRESH = "refresh_token"


def case_of(
    connection: Connection,
    *,
    journal: Iterable[Entry],
    session: Session,
    clock: Clock,
    environ: Mapping[str, str],
    known: Known | None = None,
) -> Case:
    """Return the case of a connection: its newest 2000 journal entries, and its session's tokens by name.

    `known.last_trouble` counts only if this journal has neither a later failure nor a later success.
    """
    known = known or Known()
    entries = newest(journal, connection)
    trouble = trouble_in(entries, auth_time_of(session))
    if trouble is None and not any(isinstance(each.event, TokensReceived) for each in entries):
        trouble = known.last_trouble
    asked = last(entries, SignInStarted)
    attempt = asked.event if asked is not None else None
    return Case(
        connection=connection,
        now=clock.now(),
        entries=entries,
        holding=_holding(session, entries),
        trouble=trouble,
        asked_scopes=(attempt.scopes if isinstance(attempt, SignInStarted) else "") or connection.scopes,
        redirect_uri=attempt.redirect_uri if isinstance(attempt, SignInStarted) else "",
        skew_s=session.skew_s if known.look is None or known.look.skew_s is None else known.look.skew_s,
        store=_store(session),
        proxies=proxies_of(environ),
        known=known,
    )


def newest(journal: Iterable[Entry], connection: Connection) -> tuple[Entry, ...]:
    """Return the newest 2000 entries that belong to the connection or to none, oldest first.

    An exchange that belongs to none counts if it was with the host of this issuer.
    """
    host = urlsplit(connection.issuer).netloc
    mine = (each for each in reversed(tuple(journal)) if _belongs(each, connection.key, host))
    return tuple(islice(mine, _MOST_ENTRIES))[::-1]


def _belongs(entry: Entry, key: str, host: str) -> bool:
    if entry.connection or not isinstance(entry.event, Exchange):
        return entry.connection in (key, "")
    return urlsplit(entry.event.url).netloc == host


def last(entries: tuple[Entry, ...], *kinds: type, before: int | None = None) -> Entry | None:
    """Return the newest entry of these kinds of event, before the entry of number `before` if one is given."""
    fitting = (each for each in reversed(entries) if isinstance(each.event, kinds))
    return next((each for each in fitting if before is None or each.seq < before), None)


def trouble_in(entries: tuple[Entry, ...], auth_time: float | None = None) -> Failure | None:
    """Return the last failure, None if tokens arrived or the user signed out after it.

    `auth_time` says when the sign-in was, in epoch seconds, if the journal does not reach back to it.
    """
    entry = _failure(entries)
    if entry is None:
        return None
    event = entry.event
    if isinstance(event, RefreshFailed):
        return Failure(
            stage=FailedStage.REFRESH,
            at=entry.at,
            what=event.what,
            code=event.code,
            description=event.description,
            status=event.status,
            terminal=event.terminal,
            kind=event.kind,
            seq=entry.seq,
            sent=_sent(entries, entry, auth_time),
        )
    assert isinstance(event, SignInFinished)
    return Failure(
        stage=FailedStage.SIGN_IN,
        at=entry.at,
        what=event.what,
        code=event.code,
        description=event.description,
        reason=event.reason,
        rule=event.rule,
        kind=event.kind,
        seq=entry.seq,
    )


def _failure(entries: tuple[Entry, ...]) -> Entry | None:
    """Return the last failure that still matters; a cancelled sign-in hides none before it."""
    cancelled = None
    for entry in reversed(entries):
        if isinstance(entry.event, TokensReceived | SignOutFinished | DemoOrgReset):
            break
        if not isinstance(entry.event, RefreshFailed | SignInFinished):
            continue
        if not is_cancelled(entry.event):
            return entry
        cancelled = cancelled or entry
    return cancelled


def is_cancelled(event: Event) -> bool:
    return isinstance(event, SignInFinished) and event.reason is SignInEnded.CANCELLED


def _sent(entries: tuple[Entry, ...], failed: Entry, auth_time: float | None) -> Sent | None:
    started = last(entries, RefreshStarted, before=failed.seq)
    if started is None or not isinstance(started.event, RefreshStarted):
        return None
    name = started.event.refresh_name
    received_at, from_store = _arrival(entries, name, started.seq)
    used = _last_use(entries, started.seq)
    first = next((each for each in reversed(entries) if _is_sign_in(each) and each.seq < failed.seq), None)
    return Sent(
        name=str(name),
        received_at=received_at,
        used_at=None if used is None else used.at,
        signed_in_at=auth_time if first is None else first.at,
        from_store=from_store,
    )


def _arrival(entries: tuple[Entry, ...], name: TokenName, before: int) -> tuple[float | None, bool]:
    """Return when the refresh token of that name was received, and whether by another run."""
    for entry in reversed(entries):
        event = entry.event
        if entry.seq > before:
            continue
        if isinstance(event, TokensReceived) and event.refresh is not None and event.refresh.name == name:
            if event.refresh_fate in _FATES_OF_ARRIVAL:
                return entry.at, False
        elif isinstance(event, SessionRestored | SessionAdopted):
            taken = event.taken.refresh
            if taken is not None and taken.name == name:
                return event.taken.refresh_received_at, True
    return None, False


def _last_use(entries: tuple[Entry, ...], before: int) -> Entry | None:
    for entry in reversed(entries):
        if entry.seq < before and isinstance(entry.event, TokensReceived):
            return entry if entry.event.grant == REFRESH else None
    return None


def _is_sign_in(entry: Entry) -> bool:
    return isinstance(entry.event, TokensReceived) and entry.event.grant != REFRESH


def _holding(session: Session, entries: tuple[Entry, ...]) -> Holding:
    tokens = session.tokens
    if tokens is None:
        return Holding()
    first = next((each for each in reversed(entries) if _is_sign_in(each)), None)
    return Holding(
        is_signed_in=True,
        number=tokens.number,
        scope=tokens.scope,
        refresh_name="" if tokens.refresh is None else str(tokens.refresh.name),
        signed_in_at=auth_time_of(session) if first is None else first.at,
        response_seq=None if first is None else first.seq,
    )


def auth_time_of(session: Session) -> float | None:
    """Return when the user signed in, from the claims of a known token; None if none says."""
    times = [(each.claims or {}).get("auth_time") for each in session.generations]
    return next((float(each) for each in times if isinstance(each, int | float) and not isinstance(each, bool)), None)


def _store(session: Session) -> StoreFacts:
    trouble = session.store_trouble
    return StoreFacts(
        place=session.place,
        what="" if trouble is None else trouble.what,
        state=None if trouble is None else trouble.state,
    )


def proxies_of(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the proxy settings of an environment by name, in lower case, without user names and passwords."""
    found = {name.lower(): value for name, value in environ.items() if name.lower() in _PROXY_NAMES and value}
    return tuple((name, _without_user(found[name])) for name in _PROXY_NAMES if name in found)


def _without_user(url: str) -> str:
    scheme, mark, rest = url.rpartition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"
