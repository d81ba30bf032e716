"""What happened in the embedded demo org, and what was done there on purpose."""

from dataclasses import dataclass

from app.token_name import TokenName


@dataclass(frozen=True, slots=True)
class DemoOrgStarted:
    """The embedded demo org began to listen."""

    issuer: str
    port: int


@dataclass(frozen=True, slots=True)
class DemoOrgFound:
    """Another window or command already serves the demo org; it is used."""

    issuer: str
    port: int


@dataclass(frozen=True, slots=True)
class DemoOrgPortTaken:
    """A foreign program holds the demo org's port; another was taken for this run."""

    wanted: int
    port: int


@dataclass(frozen=True, slots=True)
class DemoOrgLedgerSetAside:
    """The demo org's ledger could not be read; it was renamed, and the org started empty."""

    name: str


@dataclass(frozen=True, slots=True)
class DemoOrgReset:
    """The demo org forgot its users' grants and made new keys."""


@dataclass(frozen=True, slots=True)
class ControlRequested:
    """The demo org's controls were called; what they did follows, with this as its cause."""

    what: str


@dataclass(frozen=True, slots=True)
class DemoOrgTurned:
    """Knobs of the demo org were turned: their names and new values as text, by a `preset` or one by one ("")."""

    knobs: tuple[tuple[str, str], ...]
    preset: str = ""


@dataclass(frozen=True, slots=True)
class FaultSwitched:
    """A fault of the demo org was switched on or off; `fault` as it is written, `number` as the org counts them."""

    fault: str
    number: int
    on: bool


@dataclass(frozen=True, slots=True)
class TimeTravelled:
    """The time of the demo org and of this Lapse with it was moved by `seconds`, negative for back."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ClockSkewed:
    """A clock was set wrong, or right again: `whose` is client or server, `skew_s` how far it is ahead."""

    whose: str
    skew_s: float


@dataclass(frozen=True, slots=True)
class NetworkCut:
    """The network between this Lapse and the demo org was cut, or restored, on purpose."""

    cut: bool


@dataclass(frozen=True, slots=True)
class KeysRotated:
    """The demo org signs with a new key; `overlap` says whether it still publishes the old ones."""

    overlap: bool


@dataclass(frozen=True, slots=True)
class TokenRevoked:
    """A token was revoked at the demo org on request (RFC 7009); the session is not told."""

    name: TokenName


@dataclass(frozen=True, slots=True)
class TokenExpired:
    """A token was ended at the demo org on request, before its time."""

    name: TokenName


@dataclass(frozen=True, slots=True)
class ReplayStarted:
    """An old refresh token was sent once more, on request."""

    name: TokenName


@dataclass(frozen=True, slots=True)
class ReplayAnswered:
    """The response to a replay: an `error` with its description, or success (both None)."""

    name: TokenName
    error: str | None = None
    said: str | None = None


DemoEvent = (
    DemoOrgStarted
    | DemoOrgFound
    | DemoOrgPortTaken
    | DemoOrgLedgerSetAside
    | DemoOrgReset
    | ControlRequested
    | DemoOrgTurned
    | FaultSwitched
    | TimeTravelled
    | ClockSkewed
    | NetworkCut
    | KeysRotated
    | TokenRevoked
    | TokenExpired
    | ReplayStarted
    | ReplayAnswered
)
