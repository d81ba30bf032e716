"""The refusal in the org's System Log, which has the cause that the client is not told, as a finding."""

from enum import Enum

from app.doctor.records import Case, Evidence, FailedStage, LogLine
from app.doctor.words import moment
from app.refusal_cause import RefusalCause

# The org's clock and ours may differ; an event further away than this is another one.
_NEAR_S = 120.0


class Why(Enum):
    """What a line of the log comes to."""

    REUSED = "reused"
    ENDED = "ended"
    IDLE = "idle"
    REVOKED = "revoked"
    OTHER = "other"


_WHY = {
    RefusalCause.REUSED: Why.REUSED,
    RefusalCause.FAMILY_ENDED: Why.REUSED,
    RefusalCause.LIFETIME_ENDED: Why.ENDED,
    RefusalCause.IDLE: Why.IDLE,
    RefusalCause.REVOKED_BY_ADMIN: Why.REVOKED,
    RefusalCause.REVOKED_BY_CLIENT: Why.REVOKED,
    RefusalCause.EXPIRED_BY_ADMIN: Why.REVOKED,
}


def refusal(case: Case) -> LogLine | None:
    """Return the log's line about the failure: the refusal nearest in time, on the server's clock."""
    if case.trouble is None:
        return None
    at = case.trouble.at + (case.skew_s or 0.0)
    refused = [each for each in case.known.server_log if not each.succeeded and abs(each.at - at) <= _NEAR_S]
    if case.trouble.stage is FailedStage.REFRESH:
        refused = [each for each in refused if ".token." in each.event_type]
    return min(refused, key=lambda each: abs(each.at - at), default=None)


def why(case: Case) -> Why | None:
    """Return the server's cause, None without its log or if it names none.

    A real Okta org's log has no cause: only reuse has a documented event type there.
    """
    line = refusal(case)
    if line is None:
        return None
    if any(each.event_type.endswith("detect_reuse") for each in near(case, line)):
        return Why.REUSED
    if line.refusal_cause is not None:
        return _WHY.get(line.refusal_cause, Why.OTHER)
    return Why.OTHER if line.cause else None


def near(case: Case, line: LogLine) -> tuple[LogLine, ...]:
    """Return other log events near that moment and, if they name one, of the same family."""
    known = case.known.server_log
    families = (line.family, "") if line.family else {each.family for each in known}
    return tuple(each for each in known if each.family in families and abs(each.at - line.at) <= 1)


def quoted(line: LogLine) -> Evidence:
    outcome = line.cause or line.reason or ("done" if line.succeeded else "refused")
    return Evidence(None, f"The org's System Log, {moment(line.at)}, {line.event_type}: {outcome}")


def evidence(case: Case) -> tuple[Evidence, ...]:
    """Return the refusal's line as evidence, nothing without one."""
    line = refusal(case)
    return () if line is None else (quoted(line),)
