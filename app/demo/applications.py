"""OIDC applications as an org registers them: who may ask for tokens, by which grants, with which rotation."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.connection import DEMO_CLIENT_ID
from app.errors import BadInput

_ON_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\]):([1-9][0-9]{0,4})(/.*)?")
_LAST_PORT = 65535
_LONGEST_GRACE_S = 60


class Grant(StrEnum):
    """The grant types the org supports, as `grant_type` names them (Okta fact §2.4)."""

    CODE = "authorization_code"
    REFRESH = "refresh_token"
    PASSWORD = "password"  # noqa: S105 - the name of a grant
    OTP = "urn:okta:params:oauth:grant-type:otp"
    OOB = "urn:okta:params:oauth:grant-type:oob"
    MFA_OTP = "http://auth0.com/oauth/grant-type/mfa-otp"
    MFA_OOB = "http://auth0.com/oauth/grant-type/mfa-oob"
    DEVICE = "urn:ietf:params:oauth:grant-type:device_code"

    @property
    def short(self) -> str:
        """The grant's name without its namespace, as faults and logs call it."""
        return {"authorization_code": "code", "refresh_token": "refresh"}.get(self.value, re.split("[:/]", self)[-1])


class Rotation(StrEnum):
    """Whether a refresh replaces the refresh token (Okta fact §1.3)."""

    ROTATE = "ROTATE"
    STATIC = "STATIC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A public application; `grace_s` is Okta's grace period for token rotation, 0 to 60 s.

    `more` keeps the members of its Applications API object that have no effect here.
    Raises BadInput for a grace period out of range.
    """

    id: str
    label: str
    application_type: str = "native"
    grant_types: tuple[Grant, ...] = tuple(Grant)
    rotation_type: Rotation = Rotation.ROTATE
    grace_s: int = 30
    redirect_uris: tuple[str, ...] = ("http://127.0.0.1:8765/callback", "http://[::1]:8765/callback")
    post_logout_redirect_uris: tuple[str, ...] = ("http://127.0.0.1:8765/signed-out", "http://[::1]:8765/signed-out")
    requires_consent: bool = False
    is_active: bool = True
    created: float = 0.0
    last_updated: float = 0.0
    more: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.grace_s <= _LONGEST_GRACE_S:
            raise BadInput(f"The grace period must lie between 0 and {_LONGEST_GRACE_S} seconds.")

    def may(self, grant: Grant) -> bool:
        return grant in self.grant_types

    def may_return_to(self, redirect_uri: str, *, exact: bool) -> bool:
        """Return whether a sign-in may end at this URI: a registered one, on any loopback port unless `exact`."""
        return _is_among(self.redirect_uris, redirect_uri, exact=exact)

    def may_sign_out_to(self, redirect_uri: str, *, exact: bool) -> bool:
        """Return whether a sign-out may end at this URI; see `may_return_to`."""
        return _is_among(self.post_logout_redirect_uris, redirect_uri, exact=exact)


_REGISTERED = 1768867200.0  # 2026-01-20
LAPSE = Application(id=DEMO_CLIENT_ID, label="Lapse", created=_REGISTERED, last_updated=_REGISTERED)


def remembered(found: dict[str, Any]) -> Application:
    """Return the application that `dataclasses.asdict` wrote; raises TypeError, ValueError, KeyError or BadInput."""
    texts = ("redirect_uris", "post_logout_redirect_uris")
    return Application(
        **{
            # what the grace period was called in the ledgers of the first Lapse
            **{"grace_s" if name == "leeway_s" else name: value for name, value in found.items()},
            **{name: tuple(str(uri) for uri in found[name]) for name in texts if name in found},
            "grant_types": tuple(Grant(grant) for grant in found["grant_types"]),
            "rotation_type": Rotation(found["rotation_type"]),
        }
    )


def _is_among(registered: tuple[str, ...], uri: str, *, exact: bool) -> bool:
    if uri in registered:
        return True
    return not exact and (found := _any_port(uri)) is not None and found in map(_any_port, registered)


def _any_port(uri: str) -> tuple[str, str] | None:
    """Return host and path of a URI on the loopback literal, without its port (RFC 8252 §7.3); None elsewhere."""
    match = _ON_LOOPBACK.fullmatch(uri)
    if match is None or int(match[2]) > _LAST_PORT:
        return None
    return match[1], match[3] or "/"
