"""The refresh token rule: may this one be used now, and if not, why really (Okta fact §1.3, RFC 9700 §4.14.2)."""

from dataclasses import dataclass
from enum import StrEnum

from app.demo.applications import Application, Rotation
from app.demo.ledger import Family, RefreshRecord
from app.demo.servers import Lifetimes
from app.text import duration


class Use(StrEnum):
    """What presenting a refresh token comes to."""

    FIRST = "first use"
    AGAIN_IN_GRACE = "used again inside the grace period"
    REUSED = "used again outside the grace period"
    EXPIRED = "past its end"
    IDLE = "not used for too long"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The use and, where it is refused, the cause as a sentence."""

    use: Use
    cause: str = ""

    @property
    def is_good(self) -> bool:
        """Whether tokens are issued for it."""
        return self.use in (Use.FIRST, Use.AGAIN_IN_GRACE)


def judge(
    record: RefreshRecord, family: Family, application: Application, lifetimes: Lifetimes, now: float
) -> Judgement:
    """Return what using the refresh token at `now` (epoch seconds) comes to.

    Reuse is looked at first: a thief's token is reuse even after its end. The grace period counts from the first use;
    0 means that the old token is dead once its successor has been answered.
    """
    if record.used_at is not None and now - record.used_at >= application.leeway_s:
        since = duration(now - record.used_at)
        return Judgement(
            Use.REUSED,
            f"Refresh token {record.generation} was exchanged {since} ago and came again; "
            f"the grace period is {application.leeway_s} s.",
        )
    if family.refresh_until is not None and now >= family.refresh_until:
        return Judgement(Use.EXPIRED, f"The family's lifetime ended {duration(now - family.refresh_until)} ago.")
    idle_s = now - record.idle_from
    if lifetimes.refresh_idle_s and idle_s >= lifetimes.refresh_idle_s:
        return Judgement(
            Use.IDLE, f"It was not used for {duration(idle_s)}; the idle limit is {duration(lifetimes.refresh_idle_s)}."
        )
    return Judgement(Use.FIRST if record.used_at is None else Use.AGAIN_IN_GRACE)


def replaces(application: Application) -> bool:
    """Return whether a refresh brings a new refresh token."""
    return application.rotation_type is Rotation.ROTATE
