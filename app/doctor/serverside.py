"""What the server knows and did not tell the client: the refusal in the org's System Log, and what it comes to."""

from enum import Enum

from app.doctor.records import Case, Evidence, LogLine, Stage
from app.doctor.words import moment

# The org's clock and ours may differ; more than this, and it is another event.
_NEAR_S = 120.0
_BY_CAUSE = (
    ("came again", "REUSED"),
    ("ended for reuse", "REUSED"),
    ("lifetime ended", "ENDED"),
    ("idle limit", "IDLE"),
    ("revoked it", "REVOKED"),
    ("let it expire", "REVOKED"),
)


class Why(Enum):
    """What a line of the log comes to."""

    REUSED = "reused"
    ENDED = "ended"
    IDLE = "idle"
    REVOKED = "revoked"
    OTHER = "other"


def refusal(case: Case) -> LogLine | None:
    """Return the log's line about the trouble: the refusal nearest to it in time, on the server's clock."""
    if case.trouble is None:
        return None
    at = case.trouble.at + (case.skew_s or 0.0)
    refused = [each for each in case.known.server_log if not each.succeeded and abs(each.at - at) <= _NEAR_S]
    if case.trouble.stage is Stage.REFRESH:
        refused = [each for each in refused if ".token." in each.event_type]
    return min(refused, key=lambda each: abs(each.at - at), default=None)


def why(case: Case) -> Why | None:
    """Return what the server refused for, None where its log is not at hand or names no cause."""
    line = refusal(case)
    if line is None:
        return None
    if any(each.event_type.endswith("detect_reuse") for each in near(case, line)):
        return Why.REUSED
    if not line.cause:
        return None
    return next((Why[name] for words, name in _BY_CAUSE if words in line.cause), Why.OTHER)


def near(case: Case, line: LogLine) -> tuple[LogLine, ...]:
    """Return what else the log tells of about the same moment and, as far as it names one, the same family."""
    known = case.known.server_log
    families = (line.family, "") if line.family else {each.family for each in known}
    return tuple(each for each in known if each.family in families and abs(each.at - line.at) <= 1)


def quoted(line: LogLine) -> Evidence:
    told = line.cause or line.reason or ("done" if line.succeeded else "refused")
    return Evidence(None, f"The org's System Log, {moment(line.at)}, {line.event_type}: {told}")


def evidence(case: Case) -> tuple[Evidence, ...]:
    """Return the refusal's line as evidence, nothing where it is not at hand."""
    line = refusal(case)
    return () if line is None else (quoted(line),)
