"""What the doctor looks at and what it finds: frozen records without any secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from app.connection import Connection
from app.errors.reasons import FailureKind, KeyringState, SignInEnded
from app.events import Entry
from app.events.session import StorePlace
from app.lanes import Limits
from app.refusal_cause import RefusalCause


class Certainty(Enum):
    """How much of a verdict a finding is; the best first."""

    SURE = "sure"
    LIKELY = "likely"
    CANNOT_KNOW = "cannot know"

    @property
    def place(self) -> int:
        """Return its rank, 0 first."""
        return list(Certainty).index(self)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What supports a finding, or speaks `against` it; `seq` is the journal entry's number, if it is one."""

    seq: int | None
    text: str
    against: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One possible cause.

    `what` names it in a sentence, `source` is the reference, `cure` the steps that fix it.
    `weight`, 0 to 100, says how specific the evidence is: of two findings equally certain the heavier comes first.
    """

    rule: str
    certainty: Certainty
    what: str
    evidence: tuple[Evidence, ...]
    source: str
    cure: tuple[str, ...]
    can_turn_on_grant: bool = False
    weight: int = 50

    def text(self, *, numbers: bool = True) -> str:
        """Return the finding as lines of text; `numbers` adds the numbers of the journal entries."""
        lines = [f"{self.certainty.value.upper()}: {self.what}"]
        lines += [f"  {_sign(each)} {each.text}{_number(each) if numbers else ''}" for each in self.evidence]
        lines += [f"  source: {self.source}"]
        lines += [f"  {number}. {step}" for number, step in enumerate(self.cure, 1)]
        return "\n".join(lines)


def _sign(evidence: Evidence) -> str:
    return "-" if evidence.against else "+"


def _number(evidence: Evidence) -> str:
    return "" if evidence.seq is None else f" (journal {evidence.seq})"


class FailedStage(StrEnum):
    """What was being done when it went wrong."""

    SIGN_IN = "sign-in"
    REFRESH = "refresh"
    LOOK = "look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The refresh token that was refused, by name; times in epoch seconds, None if no longer known.

    `used_at` is when the family was last refreshed here, `from_store` that another run of Lapse had received it.
    """

    name: str
    received_at: float | None = None
    used_at: float | None = None
    signed_in_at: float | None = None
    from_store: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The last failure: our sentence for the user, and the server's error (RFC 6749 §5.2) if there was one.

    `reason` is why a sign-in ended, `rule` what its ID token did not pass, and `kind` why no response came that can
    be used.
    """

    stage: FailedStage
    at: float
    what: str
    code: str = ""
    description: str = ""
    status: int | None = None
    terminal: bool = False
    reason: SignInEnded | None = None
    rule: str = ""
    kind: FailureKind | None = None
    seq: int | None = None
    sent: Sent | None = None

    def said(self) -> str:
        """Return the server's error in one line, or our own sentence if there is none."""
        if not self.code:
            return self.what
        status = "" if self.status is None else f"{self.status} "
        return f"The server answered {status}{self.code}{f': {self.description}' if self.description else '.'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A session's tokens by name; `scope` is the granted one if the server said, else "".

    `refresh_name` is "" without a refresh token; `response_seq` is the journal number of the first response.
    """

    is_signed_in: bool = False
    number: int = 0
    scope: str = ""
    refresh_name: str = ""
    signed_in_at: float | None = None
    response_seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The app as its org registers it (Okta's Applications API)."""

    grant_types: tuple[str, ...]
    redirect_uris: tuple[str, ...] = ()
    is_active: bool = True
    is_dpop_bound: bool = False

    @classmethod
    def read(cls, app: Mapping[str, Any]) -> "Registered":
        """Return what a response of `GET /api/v1/apps/{id}` says; absent members count as Okta's defaults."""
        client = app.get("settings", {}).get("oauthClient", {})
        return cls(
            grant_types=tuple(map(str, client.get("grant_types", ()))),
            redirect_uris=tuple(map(str, client.get("redirect_uris", ()))),
            is_active=app.get("status", "ACTIVE") == "ACTIVE",
            is_dpop_bound=client.get("dpop_bound_access_tokens") is True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One event of the org's System Log: `reason` is Okta's name of the refusal, `cause` the demo org's sentence.

    `refusal_cause` is that cause as a fact, None in the log of a real Okta org.
    """

    at: float
    event_type: str
    succeeded: bool = True
    reason: str = ""
    cause: str = ""
    refusal_cause: RefusalCause | None = None
    grant: str = ""
    family: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCheck:
    """What a look at the server has shown just now; `trouble` None means metadata and keys were there."""

    at: float
    trouble: Failure | None = None
    skew_s: float | None = None
    grants_offered: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """Where the session is kept, and what is wrong with the keyring if it is not there."""

    place: StorePlace = StorePlace.KEYRING
    what: str = ""
    state: KeyringState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What else is known: each part is None (or empty) if it could not be read.

    `limits` bound refresh tokens at this server; `has_access_policy` and `user_is_assigned` are the demo org's policy.
    """

    limits: Limits | None = None
    registered: Registered | None = None
    has_access_policy: bool | None = None
    user_is_assigned: bool | None = None
    server_log: tuple[LogLine, ...] = ()
    look: ServerCheck | None = None
    last_trouble: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything the rules see; times in epoch seconds, `entries` oldest first.

    `asked_scopes` and `redirect_uri` are those of the last sign-in, `proxies` the proxy settings of the environment
    without any password.
    """

    connection: Connection
    now: float
    entries: tuple[Entry, ...] = ()
    holding: Holding = Holding()
    trouble: Failure | None = None
    asked_scopes: str = ""
    redirect_uri: str = ""
    skew_s: float | None = None
    store: StoreFacts = StoreFacts()
    proxies: tuple[tuple[str, str], ...] = ()
    known: Known = Known()
