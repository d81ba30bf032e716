"""What looking at a server and trying a connection can come to: enums, said in `app.connecting.words`."""

from enum import Enum, StrEnum, auto

from app.connection_field import ConnectionField


class TrialOutcome(StrEnum):
    """The result of one step; UNKNOWN if only a sign-in can show it."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


class TriedPart(Enum):
    """What is tried."""

    METADATA = auto()
    KEYS = auto()
    SCOPES = auto()
    SIGN_IN = auto()
    REDIRECT_PORT = auto()
    CLIENT = auto()


class Lack(Enum):
    """What a server's metadata does not offer, though a session with it would be better for it."""

    REFRESH_TOKENS = auto()
    OPENID = auto()
    S256 = auto()
    REVOCATION = auto()
    SIGN_OUT = auto()
    ISSUER_IN_RESPONSE = auto()


class TrialVerdict(Enum):
    """The verdict of a step: what was tried, how good the result is, and which field of the connection it concerns.

    `app.connecting.words` says it.
    """

    METADATA_FOUND = (TriedPart.METADATA, TrialOutcome.GOOD, "found")
    METADATA_REFUSED = (TriedPart.METADATA, TrialOutcome.BAD, "refused", ConnectionField.ISSUER)
    METADATA_NOWHERE = (TriedPart.METADATA, TrialOutcome.BAD, "nowhere", ConnectionField.ISSUER)
    KEYS_FOUND = (TriedPart.KEYS, TrialOutcome.GOOD, "found")
    KEYS_UNREAD = (TriedPart.KEYS, TrialOutcome.BAD, "unread")
    NO_KEYS = (TriedPart.KEYS, TrialOutcome.BAD, "none")
    UNTRUSTED_KEYS = (TriedPart.KEYS, TrialOutcome.BAD, "untrusted")
    SCOPES_LISTED = (TriedPart.SCOPES, TrialOutcome.GOOD, "listed")
    OFFLINE_NOT_ASKED = (TriedPart.SCOPES, TrialOutcome.UNKNOWN, "without offline_access", ConnectionField.SCOPES)
    SCOPES_UNLISTED = (TriedPart.SCOPES, TrialOutcome.UNKNOWN, "unlisted", ConnectionField.SCOPES)
    SCOPES_UNSTATED = (TriedPart.SCOPES, TrialOutcome.UNKNOWN, "unstated")
    KIND_OFFERED = (TriedPart.SIGN_IN, TrialOutcome.UNKNOWN, "offered")
    KIND_NOT_OFFERED = (TriedPart.SIGN_IN, TrialOutcome.BAD, "not offered", ConnectionField.SIGN_IN)
    ANY_PORT = (TriedPart.REDIRECT_PORT, TrialOutcome.GOOD, "any")
    PORT_FREE = (TriedPart.REDIRECT_PORT, TrialOutcome.GOOD, "free")
    PORT_LEFT = (TriedPart.REDIRECT_PORT, TrialOutcome.GOOD, "left")
    PORTS_TAKEN = (TriedPart.REDIRECT_PORT, TrialOutcome.BAD, "taken", ConnectionField.REDIRECT_URIS)
    CLIENT_KNOWN = (TriedPart.CLIENT, TrialOutcome.GOOD, "known")
    PUSH_TAKEN = (TriedPart.CLIENT, TrialOutcome.GOOD, "push taken")
    NOT_ASKED = (TriedPart.CLIENT, TrialOutcome.BAD, "not asked")
    CLIENT_UNKNOWN = (TriedPart.CLIENT, TrialOutcome.BAD, "unknown", ConnectionField.CLIENT_ID)
    REDIRECT_REFUSED = (TriedPart.CLIENT, TrialOutcome.BAD, "redirect refused", ConnectionField.REDIRECT_URIS)
    REDIRECT_REFUSED_BY_OKTA = (
        TriedPart.CLIENT,
        TrialOutcome.BAD,
        "redirect refused by Okta",
        ConnectionField.REDIRECT_URIS,
    )
    ANY_PORT_REFUSED = (TriedPart.CLIENT, TrialOutcome.BAD, "any port refused", ConnectionField.REDIRECT_URIS)
    PUSH_REFUSED = (TriedPart.CLIENT, TrialOutcome.BAD, "push refused")
    SENT_BACK = (TriedPart.CLIENT, TrialOutcome.BAD, "sent back")
    OTHER_STATE = (TriedPart.CLIENT, TrialOutcome.BAD, "other state")
    NO_VERDICT = (TriedPart.CLIENT, TrialOutcome.UNKNOWN, "no verdict")
    OWN_PAGE = (TriedPart.CLIENT, TrialOutcome.UNKNOWN, "own page")
    ERROR_PAGE = (TriedPart.CLIENT, TrialOutcome.BAD, "error page")
    LED_TO_ERROR = (TriedPart.CLIENT, TrialOutcome.UNKNOWN, "led to an error")

    def __init__(
        self, tried: TriedPart, outcome: TrialOutcome, _name: str, field: ConnectionField | None = None
    ) -> None:
        self.tried = tried
        self.outcome = outcome
        self.field = field
