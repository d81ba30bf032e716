"""What looking at a server and trying a connection can come to: enums, said in `app.connecting.words`."""

from enum import Enum, StrEnum, auto

from app.connection_field import ConnectionField


class Outcome(StrEnum):
    """What came of one step; UNKNOWN where nobody can tell without signing in."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


class Tried(Enum):
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


class Verdict(Enum):
    """What a step came to: what was tried, how good that is, and which field of the connection it is about.

    `app.connecting.words` says it.
    """

    METADATA_FOUND = (Tried.METADATA, Outcome.GOOD, "found")
    METADATA_REFUSED = (Tried.METADATA, Outcome.BAD, "refused", ConnectionField.ISSUER)
    METADATA_NOWHERE = (Tried.METADATA, Outcome.BAD, "nowhere", ConnectionField.ISSUER)
    KEYS_FOUND = (Tried.KEYS, Outcome.GOOD, "found")
    KEYS_UNREAD = (Tried.KEYS, Outcome.BAD, "unread")
    NO_KEYS = (Tried.KEYS, Outcome.BAD, "none")
    UNTRUSTED_KEYS = (Tried.KEYS, Outcome.BAD, "untrusted")
    SCOPES_LISTED = (Tried.SCOPES, Outcome.GOOD, "listed")
    OFFLINE_NOT_ASKED = (Tried.SCOPES, Outcome.UNKNOWN, "without offline_access", ConnectionField.SCOPES)
    SCOPES_UNLISTED = (Tried.SCOPES, Outcome.UNKNOWN, "unlisted", ConnectionField.SCOPES)
    SCOPES_UNSTATED = (Tried.SCOPES, Outcome.UNKNOWN, "unstated")
    KIND_OFFERED = (Tried.SIGN_IN, Outcome.UNKNOWN, "offered")
    KIND_NOT_OFFERED = (Tried.SIGN_IN, Outcome.BAD, "not offered", ConnectionField.SIGN_IN)
    ANY_PORT = (Tried.REDIRECT_PORT, Outcome.GOOD, "any")
    PORT_FREE = (Tried.REDIRECT_PORT, Outcome.GOOD, "free")
    PORT_LEFT = (Tried.REDIRECT_PORT, Outcome.GOOD, "left")
    PORTS_TAKEN = (Tried.REDIRECT_PORT, Outcome.BAD, "taken", ConnectionField.REDIRECT_URIS)
    CLIENT_KNOWN = (Tried.CLIENT, Outcome.GOOD, "known")
    PUSH_TAKEN = (Tried.CLIENT, Outcome.GOOD, "push taken")
    NOT_ASKED = (Tried.CLIENT, Outcome.BAD, "not asked")
    CLIENT_UNKNOWN = (Tried.CLIENT, Outcome.BAD, "unknown", ConnectionField.CLIENT_ID)
    REDIRECT_REFUSED = (Tried.CLIENT, Outcome.BAD, "redirect refused", ConnectionField.REDIRECT_URIS)
    REDIRECT_REFUSED_BY_OKTA = (Tried.CLIENT, Outcome.BAD, "redirect refused by Okta", ConnectionField.REDIRECT_URIS)
    ANY_PORT_REFUSED = (Tried.CLIENT, Outcome.BAD, "any port refused", ConnectionField.REDIRECT_URIS)
    PUSH_REFUSED = (Tried.CLIENT, Outcome.BAD, "push refused")
    SENT_BACK = (Tried.CLIENT, Outcome.BAD, "sent back")
    OTHER_STATE = (Tried.CLIENT, Outcome.BAD, "other state")
    NO_VERDICT = (Tried.CLIENT, Outcome.UNKNOWN, "no verdict")
    OWN_PAGE = (Tried.CLIENT, Outcome.UNKNOWN, "own page")
    ERROR_PAGE = (Tried.CLIENT, Outcome.BAD, "error page")
    LED_TO_ERROR = (Tried.CLIENT, Outcome.UNKNOWN, "led to an error")

    def __init__(self, tried: Tried, outcome: Outcome, _name: str, field: ConnectionField | None = None) -> None:
        self.tried = tried
        self.outcome = outcome
        self.field = field
