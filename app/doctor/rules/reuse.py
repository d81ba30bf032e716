"""Rules for a refresh token that came twice: sent again on purpose, or asked for again after a lost response."""

from app.doctor import system_log
from app.doctor.records import Case, Certainty, Evidence, Finding
from app.doctor.rules.refusal import is_refused, since_sign_in
from app.doctor.rules.server_words import response
from app.doctor.system_log import Why
from app.doctor.words import moment
from app.events import Entry
from app.events.demo import ReplayAnswered
from app.events.refresh import RefreshRetried, RefreshStarted
from app.events.tokens import TokensReceived
from app.events.wire import Exchange, ExchangeKind
from app.events.words import failure
from app.text import duration
from app.token_name import TokenName

_REUSE = "RFC 9700 §4.14.2; Okta, Refresh access tokens and rotate refresh tokens: reuse detection"


def reused(case: Case) -> Finding | None:
    """An old refresh token came again, so the server ended the whole family (RFC 9700 §4.14.2)."""
    if not is_refused(case):
        return None
    again = sent_again(case)
    if system_log.why(case) is Why.REUSED:
        return _reused(case, Certainty.SURE, (*system_log.evidence(case), *again))
    return _reused(case, Certainty.LIKELY, again) if again else None


def _reused(case: Case, certainty: Certainty, evidence: tuple[Evidence, ...]) -> Finding:
    return Finding(
        rule="reused",
        certainty=certainty,
        what="A refresh token that had been replaced was sent again, so the server ended its whole family.",
        evidence=(*evidence, *response(case)),
        source=_REUSE,
        cure=(
            "Sign in again; nothing else brings the family back.",
            "Use a refresh token in one program only, and raise the grace period for token rotation (0 to 60 s) "
            "if responses get lost.",
        ),
        weight=90,
    )


def sent_again(case: Case) -> tuple[Evidence, ...]:
    """Return when an old refresh token was sent according to this journal, and its generation."""
    found = [_replayed(case, entry) for entry in since_sign_in(case) if _is_refused_replay(entry)]
    return tuple(found)


def _is_refused_replay(entry: Entry) -> bool:
    return isinstance(entry.event, ReplayAnswered) and entry.event.error is not None


def _replayed(case: Case, entry: Entry) -> Evidence:
    assert isinstance(entry.event, ReplayAnswered)
    name = entry.event.name
    successor = _successor(case, name, entry.seq)
    after = ""
    if successor is not None and isinstance(successor.event, TokensReceived) and successor.event.refresh:
        after = f", {duration(entry.at - successor.at)} after {successor.event.refresh.name} had replaced it"
    return Evidence(entry.seq, f"{name} was sent once more at {moment(entry.at)}{after}, and refused.")


def _successor(case: Case, name: TokenName, before: int) -> Entry | None:
    """Return the response that replaced the refresh token of that name."""
    arrived = False
    for entry in since_sign_in(case):
        if entry.seq >= before or not isinstance(entry.event, TokensReceived) or entry.event.refresh is None:
            continue
        if arrived and entry.event.refresh.name != name:
            return entry
        arrived = arrived or entry.event.refresh.name == name
    return None


def lost_response(case: Case) -> Finding | None:
    """The response to a refresh got lost after the server had rotated, and asking again was reuse."""
    if not is_refused(case) or system_log.why(case) not in (None, Why.REUSED):
        return None
    lost = lost_responses(case)
    if not lost:
        return None
    name = case.trouble.sent.name if case.trouble is not None and case.trouble.sent is not None else "It"
    return Finding(
        rule="lost_answer",
        certainty=Certainty.LIKELY,
        what=f"The server had replaced {name} already, but its response was lost, and the grace period was over.",
        evidence=(*lost, *system_log.evidence(case), *response(case)),
        source="Okta, Refresh access tokens and rotate refresh tokens: grace period for token rotation, 0 to 60 s",
        cure=(
            "Sign in again.",
            "Raise the grace period for token rotation of the app (Okta's default is 30 s), so that a lost response "
            "can be asked for again.",
        ),
        weight=85,
    )


def lost_responses(case: Case) -> tuple[Evidence, ...]:
    started = _started(case)
    if started is None:
        return ()
    own = [each for each in case.entries if each.cause == started.seq]
    if not any(isinstance(each.event, RefreshRetried) for each in own):
        return ()
    return tuple(
        Evidence(each.seq, f"No response came to the refresh at {moment(each.at)}: {failure(each.event.failure)}.")
        for each in own
        if isinstance(each.event, Exchange) and each.event.kind is ExchangeKind.TOKEN and each.event.failure
    )


def _started(case: Case) -> Entry | None:
    before = None if case.trouble is None else case.trouble.seq
    starts = [each for each in case.entries if isinstance(each.event, RefreshStarted)]
    return next((each for each in reversed(starts) if before is None or each.seq < before), None)
