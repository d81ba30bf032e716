"""What the demo org grants and for how long, as knobs."""

from dataclasses import dataclass
from enum import StrEnum

from app.errors import BadInput

HOUR_S = 3600
DAY_S = 24 * HOUR_S
_LONGEST_S = 10 * 365 * DAY_S


class Successor(StrEnum):
    """What a rotated refresh token brings when it is used again inside the grace period; Okta does not say which."""

    NEW = "new"
    SAME = "same"


class TokenFormat(StrEnum):
    """The format of access tokens."""

    JWT = "jwt"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Lifetimes in seconds and the rules of the server `default`, with Okta's defaults where a demo can bear them.

    Okta's access tokens live 5 minutes at least; 30 s lets the story fit in a minute. A refresh token's lifetime counts
    from the sign-in and is inherited by its successors; `refresh_idle_s` counts from its last use; 0 means no limit.
    What belongs to an app in Okta (rotation, grace period, grant types) is in `Application`.
    Raises BadInput for a value out of range.
    """

    access_token_lifetime_s: int = 30
    id_token_lifetime_s: int = HOUR_S
    refresh_token_lifetime_s: int = 7 * HOUR_S
    refresh_idle_s: int = 7 * DAY_S
    code_lifetime_s: int = 300
    browser_session_lifetime_s: int = 2 * HOUR_S
    poll_interval_s: int = 5
    successor: Successor = Successor.NEW
    # Okta's samples repeat a static refresh token although its guide says it is not sent again (Okta fact §8.1).
    repeats_static_token: bool = True
    access_token_format: TokenFormat = TokenFormat.JWT
    # Okta wants the registered redirect URI, port included; RFC 8252 §7.3 wants any port of the loopback.
    exact_redirect_uris: bool = False
    number_challenge: bool = True
    # RFC 9126; what is required is offered too
    offers_pushed_requests: bool = False
    requires_pushed_requests: bool = False
    has_access_policy: bool = True
    user_is_assigned: bool = True

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            if not least <= getattr(self, name) <= _LONGEST_S:
                raise BadInput(f"{name} must lie between {least} and {_LONGEST_S} seconds.")


_LEAST = {
    "access_token_lifetime_s": 1,
    "id_token_lifetime_s": 1,
    "refresh_token_lifetime_s": 0,
    "refresh_idle_s": 0,
    "code_lifetime_s": 1,
    "browser_session_lifetime_s": 0,
    "poll_interval_s": 0,
}
