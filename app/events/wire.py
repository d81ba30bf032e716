"""Every HTTP exchange."""

from dataclasses import dataclass
from enum import Enum

from app.errors.reasons import FailureKind


class ExchangeKind(Enum):
    """Which endpoint an exchange was with."""

    DISCOVERY = "discovery"
    AUTHORIZATION = "authorization"
    KEYS = "keys"
    TOKEN = "token"  # noqa: S105 - an endpoint, not a token
    USERINFO = "userinfo"
    REVOCATION = "revocation"
    INTROSPECTION = "introspection"
    SIGN_IN = "sign-in"
    CONTROL = "demo org's controls"
    MANAGEMENT = "Okta management API"
    API = "API"


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """Why no response came: by the class of the `error`, and as far as that is known, what failed.

    `brief` says it in a few words, where the class alone says too little.
    """

    error: str
    kind: FailureKind = FailureKind.NO_RESPONSE
    brief: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One HTTP request with its response or failure; `url` carries no query values, `started_at` is epoch seconds."""

    kind: ExchangeKind
    method: str
    url: str
    started_at: float
    duration_s: float
    status: int | None = None
    failure: TransportFailure | None = None
