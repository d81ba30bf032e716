"""What the demo org grants and for how long: the knobs a person may turn."""

from dataclasses import dataclass

_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Lifetimes in seconds and the rules of rotation, with Okta's defaults where a demo can bear them.

    Okta's access tokens live 5 minutes at least; 30 s lets the story fit in a minute. A refresh token's lifetime counts
    from the sign-in and is inherited by its successors, 0 meaning unlimited; `refresh_idle_s` counts from its last use.
    Inside `grace_s` of its first use a rotated token may be used again (0 to 60 s, 30 by default).
    """

    access_token_lifetime_s: int = 30
    id_token_lifetime_s: int = _HOUR_S
    refresh_token_lifetime_s: int = 7 * _HOUR_S
    refresh_idle_s: int = 7 * _DAY_S
    code_lifetime_s: int = 300
    rotate: bool = True
    grace_s: int = 30
    refresh_grant_enabled: bool = True
