"""The refresh token rule: may this one be used now, and if not, why really (Okta fact §1.3, RFC 9700 §4.14.2)."""

from dataclasses import dataclass
from enum import StrEnum

from app.demo.applications import Application, Rotation
from app.demo.cause import Cause
from app.demo.ledger import Family, RefreshRecord
from app.demo.servers import Lifetimes
from app.refusal_cause import RefusalCause


class Use(StrEnum):
    """What presenting a refresh token comes to."""

    FIRST = "first use"
    AGAIN_IN_GRACE = "used again inside the grace period"
    REFUSED = "not of use any more"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The use and, where it is refused, the cause."""

    use: Use
    cause: Cause | None = None

    @property
    def is_good(self) -> bool:
        """Whether tokens are issued for it."""
        return self.cause is None


def judge(
    record: RefreshRecord, family: Family, application: Application, lifetimes: Lifetimes, now: float
) -> Judgement:
    """Judge the use of a refresh token at `now` (epoch seconds).

    Reuse is checked first: an attacker's token is reuse even after its expiry. The grace period counts from the first
    use; 0 means that the old token is invalid once its successor is issued.
    """
    if record.used_at is not None and now - record.used_at >= application.grace_s:
        return _refused(
            RefusalCause.REUSED,
            generation=record.generation,
            since_s=now - record.used_at,
            limit_s=application.grace_s,
        )
    if family.refresh_until is not None and now >= family.refresh_until:
        return _refused(RefusalCause.LIFETIME_ENDED, since_s=now - family.refresh_until)
    idle_s = now - record.idle_from
    if lifetimes.refresh_idle_s and idle_s >= lifetimes.refresh_idle_s:
        return _refused(RefusalCause.IDLE, since_s=idle_s, limit_s=lifetimes.refresh_idle_s)
    return Judgement(Use.FIRST if record.used_at is None else Use.AGAIN_IN_GRACE)


def _refused(kind: RefusalCause, *, since_s: float, limit_s: float = 0, generation: int = 0) -> Judgement:
    return Judgement(Use.REFUSED, Cause(kind=kind, since_s=since_s, limit_s=limit_s, generation=generation))


def replaces(application: Application) -> bool:
    return application.rotation_type is Rotation.ROTATE
