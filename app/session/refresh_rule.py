"""The rule at the heart: refresh only when a server call needs a token and the access token has lapsed."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass

from app.decision import Decision, Reason, Verdict
from app.session.expiry import leeway_in_force
from app.session.tokens import TokenSet


@dataclass(frozen=True, slots=True)
class Situation:
    """The inputs of a decision about a call made at `now` (epoch seconds).

    `age_s` is how old the token response is, `leeway_s` the configured leeway, both in seconds. `rejected` means the
    API has just refused this very access token with 401, `asked_for` that the user requested a refresh.
    """

    tokens: TokenSet
    _: KW_ONLY
    age_s: float
    now: float
    leeway_s: float
    asked_by: str
    rejected: bool = False
    asked_for: bool = False


Strategy = Callable[[Situation], Decision]
"""When to refresh. Lapse uses `decide`; the others are compared with it in `app.lab`."""


def decide(situation: Situation) -> Decision:
    """Return what a call needs first; pure."""
    tokens = situation.tokens
    lifetime_s = tokens.expiry.lifetime_s
    leeway = leeway_in_force(situation.leeway_s, lifetime_s)
    remaining_s = None if lifetime_s is None else lifetime_s - situation.age_s
    reason = _reason(situation, remaining_s, leeway)
    verdict = Verdict.USE if reason in (Reason.FRESH, Reason.UNKNOWN_EXPIRY) else Verdict.REFRESH
    if verdict is Verdict.REFRESH and tokens.refresh is None:
        verdict, reason = _without_refresh_token(reason, Reason.NO_REFRESH_TOKEN)
    elif verdict is Verdict.REFRESH and tokens.seems_dead and not situation.asked_for:
        verdict, reason = _without_refresh_token(reason, Reason.SEEMS_DEAD)
    return Decision(
        verdict=verdict,
        reason=reason,
        at=situation.now,
        asked_by=situation.asked_by,
        access_name=tokens.access.name if tokens.access else None,
        expires_at=tokens.expires_at,
        remaining_s=remaining_s,
        source=tokens.expiry.source,
        leeway_s=leeway,
        leeway_asked_s=situation.leeway_s,
    )


def _reason(situation: Situation, remaining_s: float | None, leeway_s: float) -> Reason:
    if situation.asked_for:
        return Reason.ASKED
    if situation.tokens.access is None:
        return Reason.DROPPED
    if situation.rejected:
        return Reason.REJECTED
    if remaining_s is None:
        return Reason.UNKNOWN_EXPIRY
    if remaining_s <= 0:
        return Reason.LAPSED
    if remaining_s <= leeway_s:
        return Reason.WITHIN_LEEWAY
    return Reason.FRESH


def _without_refresh_token(reason: Reason, why: Reason) -> tuple[Verdict, Reason]:
    # Within the leeway the token still works, and nothing better is available.
    if reason is Reason.WITHIN_LEEWAY:
        return Verdict.USE, Reason.FRESH
    return Verdict.SIGN_IN, why
