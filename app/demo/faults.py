"""Faults: trouble switched on in the demo org, on cue and counted.

What they do to a request is in `endpoint_routes`, to tokens in `forging`, and to keys and the API in `jwks` and `api`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count

from app.demo.applications import Grant
from app.demo.dialect import ROWS
from app.errors import BadInput

EVERYWHERE = "*"
ENDPOINTS = tuple(
    """
    discovery keys push authorize sign_in token device_authorize activate introspect revoke logout userinfo
    primary_authenticate challenge api applications logs
    """.split()  # noqa: SIM905 - the quotes would hide the words
)
"""The endpoints as counters and faults name them; `token` may be narrowed to one grant, `token.refresh`."""


class FaultKind(StrEnum):
    """What goes wrong; the value of a fault is given in brackets."""

    # The way there and back.
    DELAY = "delay"  # responses after [1] s
    CLOSE_BEFORE = "close-before"  # hangs up without having done anything
    CLOSE_AFTER = "close-after"  # does it (the rotation is committed), then hangs up without a byte
    CLOSE_MIDWAY = "close-midway"  # hangs up in the middle of the body
    DRIP = "drip"  # a byte every [0.3] s
    # Another response than the org's; the request is not acted on.
    ERROR_500 = "500"
    UNAVAILABLE = "503"  # with Retry-After [none]
    TOO_MANY = "429"  # with Retry-After [none]
    REFUSE = "refuse"  # Okta's error of that internal name [server_error]
    HTML = "html"  # a web page with 200, as captive portals send
    OVERSIZED = "oversized"  # JSON of [2] MiB
    GARBAGE = "garbage"  # JSON that breaks off
    # The org's own response, bent.
    ISSUER_MISMATCH = "issuer-mismatch"  # discovery names another issuer
    DECOY_KEYS = "decoy-keys"  # other keys of the same kid
    EXTRA_KEY = "extra-key"  # one more key that fits
    NO_KEYS_KID = "no-keys-kid"  # the published keys have no kid
    ROTATE_KEYS = "rotate-keys"  # a new signing key right before signing; the old ones stay published
    REPLACE_KEYS = "replace-keys"  # the same, and the old ones are published no more
    NO_KID = "no-kid"  # the ID token's header has no kid
    ALG_NONE = "alg-none"
    ALG_HS256 = "alg-hs256"  # signed with the public key as a secret
    ALG_PS256 = "alg-ps256"  # the right key, another algorithm than published
    BAD_SIGNATURE = "bad-signature"
    WRONG_ISS = "wrong-iss"  # in ID tokens, and in what authorize sends back (RFC 9207)
    WRONG_SUB = "wrong-sub"  # in ID tokens, and in userinfo
    WRONG_AUD = "wrong-aud"
    WRONG_NONCE = "wrong-nonce"
    WRONG_AT_HASH = "wrong-at-hash"
    NO_ISS = "no-iss"
    NO_SUB = "no-sub"
    NO_AUD = "no-aud"
    NO_IAT = "no-iat"
    NO_EXP = "no-exp"
    NO_NONCE = "no-nonce"
    NO_AT_HASH = "no-at-hash"
    OLD_IAT = "old-iat"  # a week ago
    EXPIRED = "expired"  # ten minutes ago
    FUTURE_IAT = "future-iat"  # in an hour
    AUD_ARRAY = "aud-array"  # [client]: good
    EXTRA_AUD = "extra-aud"  # [client, a stranger] and no azp
    WRONG_STATE = "wrong-state"
    NO_STATE = "no-state"
    NO_EXPIRES_IN = "no-expires-in"
    NO_SCOPE = "no-scope"
    NO_ID_TOKEN = "no-id-token"  # noqa: S105 - the name of a fault
    NO_REFRESH_TOKEN = "no-refresh-token"  # noqa: S105 - the name of a fault
    ODD_TOKEN_TYPE = "odd-token-type"  # noqa: S105 - `bEARER`, which is the same
    INVALID_TOKEN = "invalid-token"  # noqa: S105 - the API answers 401 invalid_token
    UNTIL_REFRESHED = "until-refreshed"  # the same until the session was refreshed [2] times


RESPONSES = frozenset(
    {
        FaultKind.ERROR_500,
        FaultKind.UNAVAILABLE,
        FaultKind.TOO_MANY,
        FaultKind.REFUSE,
        FaultKind.HTML,
        FaultKind.OVERSIZED,
        FaultKind.GARBAGE,
    }
) | {FaultKind.CLOSE_BEFORE}
"""Faults that respond instead of the org."""

ENDINGS = frozenset({FaultKind.CLOSE_AFTER, FaultKind.CLOSE_MIDWAY, FaultKind.DRIP})
"""Faults that spoil the way back."""

# One request has one response; the others wait for the next.
_DECISIVE = RESPONSES | {FaultKind.CLOSE_AFTER, FaultKind.CLOSE_MIDWAY}
_PLACES = frozenset({EVERYWHERE, *ENDPOINTS, *(f"token.{grant.short}" for grant in Grant)})
_NUMBERS = {
    FaultKind.DELAY,
    FaultKind.DRIP,
    FaultKind.UNAVAILABLE,
    FaultKind.TOO_MANY,
    FaultKind.OVERSIZED,
    FaultKind.UNTIL_REFRESHED,
}
_LARGEST = 3600.0
_MOST_MIB = 64
_MOST_TIMES = 999_999
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_SPEC = re.compile(
    r"(?P<kind>[a-z0-9-]+)(=(?P<value>[^@*+]+))?(@(?P<endpoint>\*|[a-z_.-]+))?(\*(?P<times>[0-9]{1,6}))?"
    r"(\+(?P<skip>[0-9]{1,6}))?"
)
FORM = "KIND[=VALUE]@ENDPOINT[*TIMES][+SKIP], for example 503=5@token*2"
"""How a fault is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: what, where, and how often; `times` None means standing, `skip` lets the first requests pass.

    Written `503=5@token*2`: the next two token requests get 503 with Retry-After 5. Only numbers and names of rows are
    values. Raises BadInput for what cannot be.
    """

    kind: FaultKind
    endpoint: str = "token"
    value: str | None = None
    times: int | None = None
    skip: int = 0

    def __post_init__(self) -> None:
        if self.endpoint not in _PLACES:
            raise BadInput(
                f"There is no endpoint {self.endpoint!r}.", next_step=f"Choose one of {', '.join(sorted(_PLACES))}."
            )
        if self.times is not None and not 1 <= self.times <= _MOST_TIMES:
            raise BadInput(f"A fault applies at least once, and {_MOST_TIMES} times at most.")
        if not 0 <= self.skip <= _MOST_TIMES:
            raise BadInput(f"A fault lets {_MOST_TIMES} requests pass at most.")
        if self.value is not None:
            self._check_value(self.value)

    def _check_value(self, value: str) -> None:
        if self.kind in _NUMBERS:
            most = _MOST_MIB if self.kind is FaultKind.OVERSIZED else _LARGEST
            if not _NUMBER.fullmatch(value) or float(value) > most:
                raise BadInput(f"The value of {self.kind} must be a number from 0 to {most:g}, not {value!r}.")
        elif self.kind is not FaultKind.REFUSE:
            raise BadInput(f"The fault {self.kind} takes no value, not even {value!r}.")
        elif value not in ROWS:
            raise BadInput(f"Okta has no error {value!r}.", next_step=f"Choose one of {', '.join(sorted(ROWS))}.")

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Return the fault written in `text`; raises BadInput."""
        match = _SPEC.fullmatch(text.strip())
        if match is None:
            raise BadInput(f"{text!r} is no fault.", next_step=f"Write {FORM}.")
        times, endpoint = match["times"], match["endpoint"] or "token"
        return cls(
            kind=fault_kind_named(match["kind"]),
            endpoint=endpoint,
            value=match["value"],
            times=None if times is None else int(times),
            skip=int(match["skip"] or 0),
        )

    def __str__(self) -> str:
        value = "" if self.value is None else f"={self.value}"
        times = "" if self.times is None else f"*{self.times}"
        return f"{self.kind}{value}@{self.endpoint}{times}{f'+{self.skip}' if self.skip else ''}"

    def is_like(self, other: "Fault") -> bool:
        """Return whether both are of the same kind at the same endpoint, however often they apply."""
        return replace(self, times=None) == replace(other, times=None)

    def number(self, default: float) -> float:
        return default if self.value is None else float(self.value)

    def strikes(self, endpoint: str, grant: str) -> bool:
        """Return whether it applies to a request to this endpoint, by this grant."""
        return self.endpoint in (EVERYWHERE, endpoint, f"{endpoint}.{grant}")


def fault_kind_named(name: str) -> FaultKind:
    """Return the kind of fault; raises BadInput."""
    try:
        return FaultKind(name)
    except ValueError:
        raise BadInput(f"There is no fault {name!r}.", next_step=f"Choose one of {', '.join(FaultKind)}.") from None


@dataclass(frozen=True, slots=True)
class Switched:
    """A fault that is on: its number, how often it was applied, and whether it is used up."""

    number: int
    fault: Fault
    passed: int = 0
    struck: int = 0

    @property
    def is_over(self) -> bool:
        return self.fault.times is not None and self.struck >= self.fault.times


class FaultBoard:
    """Every fault that was switched on since the last reset, in that order."""

    def __init__(self) -> None:
        self._switched: dict[int, Switched] = {}
        self._numbers = count(1)

    @property
    def switched(self) -> tuple[Switched, ...]:
        return tuple(self._switched.values())

    def switch_on(self, faults: Iterable[Fault]) -> list[int]:
        """Switch on `faults`; returns their numbers."""
        added = [Switched(next(self._numbers), fault) for fault in faults]
        self._switched |= {each.number: each for each in added}
        return [each.number for each in added]

    def switch_off(self, number: int) -> bool:
        """Switch one off; returns whether there was one."""
        return self._switched.pop(number, None) is not None

    def clear(self) -> None:
        self._switched = {}

    def due(self, endpoint: str, grant: str = "") -> tuple[Fault, ...]:
        """Return the faults that apply to this request, and count them; only the first that decides its response."""
        met: list[Fault] = []
        for each in self.switched:
            if each.is_over or not each.fault.strikes(endpoint, grant):
                continue
            if each.fault.kind in _DECISIVE and any(fault.kind in _DECISIVE for fault in met):
                continue
            if each.passed < each.fault.skip:
                self._switched[each.number] = replace(each, passed=each.passed + 1)
                continue
            self._switched[each.number] = replace(each, struck=each.struck + 1)
            met.append(each.fault)
        return tuple(met)
