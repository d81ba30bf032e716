"""The source of each expiry, and how much of a lifetime is left."""

from dataclasses import dataclass, replace

from app.decision import ExpirySource

# A leeway may take at most this share of a token's life; else a short-lived token would be refreshed on every call.
LEEWAY_SHARE = 1 / 20


@dataclass(frozen=True, slots=True)
class Receipt:
    """When a token response was received: `wall` epoch seconds, and `elapsed` seconds of the boot `boot_id`."""

    wall: float
    elapsed: float
    boot_id: str

    def later(self, seconds: float) -> "Receipt":
        """Return the receipt moved by `seconds` on both clocks."""
        return replace(self, wall=self.wall + seconds, elapsed=self.elapsed + seconds)


@dataclass(frozen=True, slots=True)
class Expiry:
    """A lifetime in seconds from receipt, and who stated it; None is unknown, which is not "never"."""

    lifetime_s: float | None
    source: ExpirySource


UNKNOWN_EXPIRY = Expiry(None, ExpirySource.NOT_STATED)


def age_s(receipt: Receipt, now: Receipt, *, counts_sleep: bool) -> float:
    """Return how many seconds old a receipt is at `now`.

    Elapsed time is more reliable, because the wall clock may be set; but it says nothing across boots, and where it
    stands still during system sleep the wall clock may know more: there the larger of the two counts, so a token is
    stale if either says so (security facts §6, "Clock set back", "Sleep/resume"). Where elapsed time counts sleep, a
    clock set forward is recognised, and costs no refresh.
    """
    by_wall = max(now.wall - receipt.wall, 0.0)
    if now.boot_id != receipt.boot_id:
        return by_wall
    by_elapsed = max(now.elapsed - receipt.elapsed, 0.0)
    return by_elapsed if counts_sleep else max(by_wall, by_elapsed)


def leeway_in_force(asked_s: float, lifetime_s: float | None) -> float:
    """Return the leeway in seconds: the configured one, capped to a share of the token's life."""
    if lifetime_s is None:
        return 0.0
    return min(asked_s, lifetime_s * LEEWAY_SHARE)
