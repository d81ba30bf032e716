"""One-time codes of a user's second factor, on the org's clock; each is valid once (RFC 6238)."""

import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from app.demo import dialect, words
from app.demo.dialect import Refused
from app.demo.org import DemoOrg, User

STEP_S = 30
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCode:
    """The code a user's phone shows now, and for how many seconds more."""

    user: User
    code: str
    remaining_s: int
    is_used: bool


def current_code(org: DemoOrg, user: User) -> OneTimeCode:
    now = _seconds(org)
    step = now // STEP_S
    return OneTimeCode(
        user=user,
        code=_code(org, user, step),
        remaining_s=STEP_S - now % STEP_S,
        is_used=(user.id, step) in org.pending.used_codes,
    )


def spend_code(org: DemoOrg, user: User, given: str) -> None:
    """Accept the current one-time code, the one before or the one after; raises Refused for any other."""
    now_step = _seconds(org) // STEP_S
    # RFC 6238 §5.2: one step either way, for clock skew and slow typing
    for step in (now_step, max(0, now_step - 1), now_step + 1):
        if not hmac.compare_digest(given.encode(), _code(org, user, step).encode()):
            continue
        if (user.id, step) in org.pending.used_codes:
            raise Refused(dialect.WRONG_OTP, words.OTP_USED)
        org.pending.used_codes.append((user.id, step))
        return
    raise Refused(dialect.WRONG_OTP, words.OTP_WRONG)


def _code(org: DemoOrg, user: User, step: int) -> str:
    # the key is derived from the ledger, so the codes survive a restart and are stored nowhere
    key = hmac.digest(org.ledger.identity.encode(), f"lapse demo one-time codes\n{user.id}".encode(), "sha256")
    return TOTP(key, _DIGITS, SHA1(), STEP_S).generate(step * STEP_S).decode()  # noqa: S303 - RFC 6238's default


def _seconds(org: DemoOrg) -> int:
    # no code has a negative step, and the org's time may be moved that far
    return max(0, int(org.clock.now()))
