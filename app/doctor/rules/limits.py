"""Rules for lifetimes: a refresh token that lay idle for too long, or whose family came to its end."""

from app.doctor import system_log
from app.doctor.records import Case, Certainty, Evidence, Finding, Sent
from app.doctor.rules.refusal import sent_token
from app.doctor.rules.server_words import is_okta, is_org_server, response
from app.doctor.system_log import Why
from app.doctor.words import moment
from app.text import duration

_DAY_S = 86400.0
_OKTA_IDLE_S = 7 * _DAY_S
_OKTA_SHORTEST_IDLE_S = 600.0
_OKTA_ORG_S = 90 * _DAY_S
_LIFETIMES = "Okta's access policy rules: total lifetime unlimited, 7 idle days unless set otherwise"


def idle_limit(case: Case) -> Finding | None:
    """The refresh token was not used for longer than the server allows; Okta's default is 7 days."""
    sent = sent_token(case)
    if sent is None:
        return None
    why = system_log.why(case)
    lain_s = _lain_s(case, sent)
    limits = case.known.limits
    if why is Why.IDLE:
        return _idle(case, Certainty.SURE, system_log.evidence(case), 95)
    if why is not None or lain_s is None:
        return None
    lay = Evidence(None, f"{sent.name} had not been used for {duration(lain_s)} when it was refused.")
    if limits is not None:
        if limits.idle_s is None or lain_s < limits.idle_s:
            return None
        known = Evidence(None, f"The server's idle limit is {duration(limits.idle_s)}.")
        return _idle(case, Certainty.SURE, (lay, known), 95)
    if lain_s < (_OKTA_SHORTEST_IDLE_S if is_okta(case) else 0) or is_org_server(case):
        return None
    unknown = Evidence(None, "The server does not say what its idle limit is.", against=True)
    likely = lain_s >= _OKTA_IDLE_S
    return _idle(case, Certainty.LIKELY if likely else Certainty.CANNOT_KNOW, (lay, unknown), 70 if likely else 20)


def _idle(case: Case, certainty: Certainty, evidence: tuple[Evidence, ...], weight: int) -> Finding:
    return Finding(
        rule="idle_limit",
        certainty=certainty,
        what="The refresh token was not used for longer than the server lets it lie idle.",
        evidence=(*evidence, *response(case)),
        source=f"{_LIFETIMES}; RFC 9700 §4.14.2",
        cure=(
            "Sign in again.",
            "In the Okta Admin Console: Security > API, the authorization server, its access policy's rule: raise "
            "“but will expire if not used every”.",
        ),
        weight=weight,
    )


def absolute_limit(case: Case) -> Finding | None:
    """The family's total lifetime was over: it counts from the sign-in, and rotation does not prolong it."""
    sent = sent_token(case)
    if sent is None:
        return None
    why = system_log.why(case)
    limits = case.known.limits
    if why is Why.ENDED:
        return _ended(case, Certainty.SURE, system_log.evidence(case), 95)
    if why is not None or sent.signed_in_at is None or case.trouble is None:
        return None
    age_s = case.trouble.at - sent.signed_in_at
    old = Evidence(None, f"The sign-in was {duration(age_s)} before, at {moment(sent.signed_in_at)}.")
    if limits is not None:
        if limits.absolute_s is None or age_s < limits.absolute_s:
            return None
        known = Evidence(None, f"The server's total lifetime of refresh tokens is {duration(limits.absolute_s)}.")
        return _ended(case, Certainty.SURE, (old, known), 94)
    if age_s < _OKTA_SHORTEST_IDLE_S:
        return None
    if is_org_server(case):
        fixed = Evidence(None, "An Okta org's own authorization server ends refresh tokens after 90 days.")
        return _ended(case, Certainty.LIKELY, (old, fixed), 75) if age_s >= _OKTA_ORG_S else None
    unknown = Evidence(None, "The server does not say how long its refresh tokens live in all.", against=True)
    return _ended(case, Certainty.CANNOT_KNOW, (old, unknown), 15)


def _ended(case: Case, certainty: Certainty, evidence: tuple[Evidence, ...], weight: int) -> Finding:
    return Finding(
        rule="absolute_limit",
        certainty=certainty,
        what="The refresh token's total lifetime, counted from the sign-in, was over.",
        evidence=(*evidence, *response(case)),
        source=f"{_LIFETIMES}; the org's own authorization server: 90 days",
        cure=(
            "Sign in again.",
            "In the Okta Admin Console: Security > API, the authorization server, its access policy's rule: raise "
            "“Refresh token lifetime is”.",
        ),
        weight=weight,
    )


def _lain_s(case: Case, sent: Sent) -> float | None:
    """Return for how many seconds the refresh token was unused."""
    since = max((each for each in (sent.received_at, sent.used_at) if each is not None), default=None)
    return None if since is None or case.trouble is None else max(0.0, case.trouble.at - since)
