"""Rules for what others did: a revocation, another program with the same token, a new password, a closed account."""

from app.doctor import system_log
from app.doctor.evidence import REFRESH
from app.doctor.records import Case, Certainty, Evidence, Finding, LogLine, Sent
from app.doctor.rules.refusal import is_refused, sent_token, since_sign_in
from app.doctor.rules.reuse import lost_responses, sent_again
from app.doctor.rules.server_words import response
from app.doctor.system_log import Why
from app.doctor.words import CURE_BY_SIGN_IN, ago, moment
from app.events.demo import TokenExpired, TokenRevoked
from app.events.session import SessionAdopted, StorePlace
from app.events.tokens import TokensReceived
from app.events.wire import Exchange, ExchangeKind

_NEAR_S = 5.0
_PASSWORD_EVENTS = ("user.account.update_password", "user.account.reset_password")
_USER_EVENTS = ("user.lifecycle.deactivate", "user.lifecycle.suspend", "user.lifecycle.delete")


def revoked(case: Case) -> Finding | None:
    """The grant was revoked: by a sign-out elsewhere, or by an administrator (RFC 7009 §2.1)."""
    sent = sent_token(case)
    if sent is None:
        return None
    why = system_log.why(case)
    ours = _revoked_here(case, sent)
    if why is Why.REVOKED or ours:
        return _revoked(case, Certainty.SURE, (*ours, *system_log.evidence(case)), 92)
    if why is not None:
        return None
    evidence = []
    if sent.received_at is not None and case.trouble is not None:
        by = "another run" if sent.from_store else "this very run"
        life = f"{sent.name} was received {ago(sent.received_at, case.trouble.at)}, by {by}."
        evidence.append(Evidence(None, life))
    evidence.append(Evidence(None, "The server gives the same response for every cause.", against=True))
    likely = not sent.from_store and not sent_again(case) and not lost_responses(case)
    return _revoked(case, Certainty.LIKELY if likely else Certainty.CANNOT_KNOW, tuple(evidence), 30)


def _revoked_here(case: Case, sent: Sent) -> tuple[Evidence, ...]:
    kinds = (TokenRevoked, TokenExpired)
    return tuple(
        Evidence(each.seq, each.sentence())
        for each in since_sign_in(case)
        if isinstance(each.event, kinds) and str(each.event.name) == sent.name
    )


def _revoked(case: Case, certainty: Certainty, evidence: tuple[Evidence, ...], weight: int) -> Finding:
    return Finding(
        rule="revoked",
        certainty=certainty,
        what="The grant was revoked at the server: by a sign-out elsewhere, or by an administrator.",
        evidence=(*evidence, *response(case)),
        source="RFC 7009 §2.1; Okta, Revoke tokens: revoking a refresh token takes its access tokens along",
        cure=("Sign in again.", "If no one signed out, ask the org's administrator to check the System Log."),
        weight=weight,
    )


def other_process(case: Case) -> Finding | None:
    """Another program that holds the same refresh token has used it, so this copy is old (RFC 9700 §4.14.2)."""
    sent = sent_token(case)
    if sent is None:
        return None
    foreign = _refreshed_elsewhere(case)
    if foreign is not None:
        unseen = Evidence(None, f"This journal has no refresh at {moment(foreign.at)}.")
        return _other(case, Certainty.SURE, (system_log.quoted(foreign), unseen, *system_log.evidence(case)), 96)
    if system_log.why(case) is not None:
        return None
    shared = [each for each in case.entries if isinstance(each.event, SessionAdopted)]
    evidence = [Evidence(each.seq, each.sentence()) for each in shared[-1:]]
    if sent.from_store:
        evidence.append(Evidence(None, f"{sent.name} came from the store: another run of Lapse had received it."))
    if evidence:
        return _other(case, Certainty.LIKELY, tuple(evidence), 40)
    against = Evidence(None, f"{sent.name} was received by this very run.", against=True)
    return _other(case, Certainty.CANNOT_KNOW, (against,), 18)


def _refreshed_elsewhere(case: Case) -> LogLine | None:
    """Return the log's newest refresh of the refused family without a matching response here."""
    line = system_log.refusal(case)
    if line is None or not line.family:
        return None
    skew = case.skew_s or 0.0
    ours = [each.at + skew for each in case.entries if isinstance(each.event, TokensReceived)]
    # the missing response may be one that was lost on its way to us
    ours += [
        each.at + skew
        for each in case.entries
        if isinstance(each.event, Exchange) and each.event.kind is ExchangeKind.TOKEN
    ]
    refreshes = [
        each
        for each in case.known.server_log
        if each.succeeded and each.grant == REFRESH and each.family == line.family and each.event_type.endswith("grant")
    ]
    foreign = [each for each in refreshes if not any(abs(each.at - at) <= _NEAR_S for at in ours)]
    return max(foreign, key=lambda each: each.at, default=None)


def _other(case: Case, certainty: Certainty, evidence: tuple[Evidence, ...], weight: int) -> Finding:
    where = "the OS keyring, shared by your Lapse processes" if case.store.place is StorePlace.KEYRING else "memory"
    return Finding(
        rule="other_process",
        certainty=certainty,
        what="Another program used this refresh token and got its successor, so the copy here is of no use any more.",
        evidence=(*evidence, Evidence(None, f"The session is kept in {where}."), *response(case)),
        source="RFC 9700 §4.14.2; RFC 6749 §6: the client must discard the old refresh token",
        cure=(
            "Sign in again.",
            "Do not copy a session to another machine or profile: sign in separately on each.",
        ),
        weight=weight,
    )


def password_changed(case: Case) -> Finding | None:
    """The user changed or was given another password, and the org wants a new sign-in after that."""
    if not is_refused(case):
        return None
    changed = _log_events(case, _PASSWORD_EVENTS)
    if changed:
        evidence = (*map(system_log.quoted, changed), *system_log.evidence(case))
        return _password(case, Certainty.SURE, evidence, 93)
    if system_log.why(case) is not None:
        return None
    unknown = Evidence(None, "The server does not report password changes to a client.", against=True)
    return _password(case, Certainty.CANNOT_KNOW, (unknown,), 5)


def _password(case: Case, certainty: Certainty, evidence: tuple[Evidence, ...], weight: int) -> Finding:
    return Finding(
        rule="password_changed",
        certainty=certainty,
        what="The password was changed or reset, and the server wants a new sign-in after that.",
        evidence=(*evidence, *response(case)),
        source="Okta, Revoke tokens; the System Log's user.account.update_password",
        cure=("Sign in again, with the new password.",),
        weight=weight,
    )


def user_deactivated(case: Case) -> Finding | None:
    """The user was deactivated or suspended, which ends their grants."""
    if not is_refused(case):
        return None
    gone = _log_events(case, _USER_EVENTS)
    if not gone and system_log.why(case) is not None:
        return None
    unknown = Evidence(None, "The server does not report the account's state to a client.", against=True)
    return Finding(
        rule="user_deactivated",
        certainty=Certainty.SURE if gone else Certainty.CANNOT_KNOW,
        what="The user's account was deactivated or suspended.",
        evidence=(*(map(system_log.quoted, gone) if gone else (unknown,)), *response(case)),
        source="Okta, the System Log's user.lifecycle.deactivate and user.lifecycle.suspend",
        cure=("In the Okta Admin Console open Directory > People, and activate or unsuspend the user.", "Sign in."),
        weight=97 if gone else 4,
    )


def server_knows(case: Case) -> Finding | None:
    """The org's System Log names a cause that no other rule knows: it is quoted."""
    line = system_log.refusal(case)
    if line is None or system_log.why(case) is not Why.OTHER or not is_refused(case):
        return None
    return Finding(
        rule="server_knows",
        certainty=Certainty.SURE,
        what=f"The server knows why, and did not tell the client: {line.cause}",
        evidence=(system_log.quoted(line), *response(case)),
        source="The org's System Log",
        cure=CURE_BY_SIGN_IN,
        weight=60,
    )


def _log_events(case: Case, kinds: tuple[str, ...]) -> tuple[LogLine, ...]:
    """Return the log's events of these kinds between the last refresh that worked and the refusal."""
    sent = sent_token(case)
    since = (sent.received_at or sent.signed_in_at or 0.0) if sent is not None else 0.0
    skew = case.skew_s or 0.0
    return tuple(each for each in case.known.server_log if each.event_type in kinds and each.at - skew >= since - 1)
