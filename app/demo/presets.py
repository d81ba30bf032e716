"""Named policies: how known servers treat refresh tokens, each with where that is written."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.demo.applications import Rotation
from app.demo.policy import DAY_S, HOUR_S, Successor
from app.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A set of knob values (see `DemoOrg.turn`), their effect, and its source."""

    name: str
    behaviour: str
    source: str
    knobs: MappingProxyType[str, Any]


def _preset(name: str, behaviour: str, source: str, **knobs: Any) -> Preset:
    return Preset(name=name, behaviour=behaviour, source=source, knobs=MappingProxyType(knobs))


_STANDARD: dict[str, Any] = {
    "refresh_token_lifetime_s": 0,
    "refresh_idle_s": 7 * DAY_S,
    "successor": Successor.NEW,
    "repeats_static_token": True,
}
_PRESETS = (
    _preset(
        "okta-native",
        "One static refresh token, unlimited but for 7 idle days; access tokens of an hour.",
        "Okta, Refresh access tokens and rotate refresh tokens: native and web apps default to a persistent token",
        **_STANDARD,
        access_token_lifetime_s=HOUR_S,
        rotation_type=Rotation.STATIC,
        grace_s=30,
    ),
    _preset(
        "okta-spa",
        "A new refresh token at every use, the old one valid for 30 s more; access tokens of an hour.",
        "Okta, Refresh access tokens and rotate refresh tokens: single-page apps rotate, grace period 30 s",
        **_STANDARD,
        access_token_lifetime_s=HOUR_S,
        rotation_type=Rotation.ROTATE,
        grace_s=30,
    ),
    _preset(
        "strict-single-use",
        "A new refresh token at every use, and no second use of the old one: a lost response ends the session.",
        "RFC 9700 §4.14.2; Okta with a grace period of 0; Curity's default",
        **_STANDARD,
        rotation_type=Rotation.ROTATE,
        grace_s=0,
    ),
    _preset(
        "short-reuse-window",
        "A new refresh token at every use; within 5 s the old one brings the same successor again.",
        "connect2id's grace period of 5 s; Auth0's rotation overlap period",
        **{**_STANDARD, "successor": Successor.SAME},
        rotation_type=Rotation.ROTATE,
        grace_s=5,
    ),
    _preset(
        "no-new-refresh-token",
        "The refresh token stays, and refresh responses do not repeat it: the client must keep the old one.",
        "RFC 6749 §6: a new refresh token is optional; Google sends none",
        **{**_STANDARD, "repeats_static_token": False},
        rotation_type=Rotation.STATIC,
        grace_s=30,
    ),
    _preset(
        "sliding-absolute",
        "Every use gives 15 more minutes, up to 8 hours after the sign-in, whatever happens.",
        "RFC 9700 §4.14.2 (expire after inactivity); Okta's idle window with a total lifetime",
        **{**_STANDARD, "refresh_token_lifetime_s": 8 * HOUR_S, "refresh_idle_s": 900},
        rotation_type=Rotation.ROTATE,
        grace_s=30,
    ),
    _preset(
        "access-75s",
        "Access tokens of 75 s, so that a lapse can be waited for; the rest is untouched.",
        "Lapse, for demonstrations; Okta's own shortest is 5 minutes",
        access_token_lifetime_s=75,
    ),
)
PRESETS = MappingProxyType({preset.name: preset for preset in _PRESETS})


def preset_named(name: str) -> Preset:
    """Return the preset; raises BadInput for an unknown name."""
    if name not in PRESETS:
        raise BadInput(f"There is no preset {name!r}.", next_step=f"Choose one of {', '.join(PRESETS)}.")
    return PRESETS[name]
