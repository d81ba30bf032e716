"""The vocabulary: frozen records of everything that can happen, facts in the past tense."""

from dataclasses import dataclass
from enum import Enum

from app.decision import Decision, ExpirySource
from app.text import duration


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


class StorePlace(Enum):
    """Where the session is kept."""

    KEYRING = "the OS keyring"
    MEMORY = "memory, for this run only"


class RefreshTokenFate(Enum):
    """What a token answer did to the refresh token (RFC 6749 §6)."""

    NEW = "new"
    REPLACED = "replaced"
    KEPT = "kept"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Issued:
    """One token of a generation by name and fingerprint, never by value; `expires_at` in epoch seconds or unknown."""

    name: str
    fingerprint: str
    length: int
    expires_at: float | None = None
    source: ExpirySource = ExpirySource.NOT_STATED


@dataclass(frozen=True, slots=True)
class DemoOrgStarted:
    """The embedded demo org began to listen."""

    issuer: str
    port: int

    def sentence(self) -> str:
        """Say it."""
        return f"The demo org is listening on port {self.port}."


@dataclass(frozen=True, slots=True)
class DemoOrgFound:
    """Another window or command already serves the demo org; it is used."""

    issuer: str
    port: int

    def sentence(self) -> str:
        """Say it."""
        return f"The demo org of another Lapse on port {self.port} is used."


@dataclass(frozen=True, slots=True)
class DemoOrgPortTaken:
    """A foreign program holds the demo org's port; another was taken for this run."""

    wanted: int
    port: int

    def sentence(self) -> str:
        """Say it."""
        return (
            f"Port {self.wanted} belongs to another program, so the demo org listens on port {self.port} for now. "
            f"A session kept for port {self.wanted} is back when that port is free."
        )


@dataclass(frozen=True, slots=True)
class DemoOrgLedgerSetAside:
    """The demo org's ledger could not be read; it was renamed, and the org began anew."""

    name: str

    def sentence(self) -> str:
        """Say it."""
        return f"The demo org's memory could not be read; it was set aside as {self.name}. Sign in again."


@dataclass(frozen=True, slots=True)
class DemoOrgReset:
    """The demo org forgot its users' grants and made new keys."""

    def sentence(self) -> str:
        """Say it."""
        return "The demo org was reset: every grant is forgotten and its signing key is new."


@dataclass(frozen=True, slots=True)
class ControlRequested:
    """The demo org's controls were asked for something; what they did follows, with this as its cause."""

    what: str

    def sentence(self) -> str:
        """Say it."""
        return f"Demo org's controls: {self.what}."


@dataclass(frozen=True, slots=True)
class DemoOrgTurned:
    """Knobs of the demo org were turned: their names and new values as text, by a `preset` or one by one ("")."""

    knobs: tuple[tuple[str, str], ...]
    preset: str = ""

    def sentence(self) -> str:
        """Say it."""
        turned = ", ".join(f"{name} is {value}" for name, value in self.knobs) or "nothing changed by it"
        return f"The demo org follows the preset {self.preset}: {turned}." if self.preset else f"Demo org: {turned}."


@dataclass(frozen=True, slots=True)
class FaultSwitched:
    """A fault of the demo org was switched on or off; `fault` as it is written, `number` as the org counts them."""

    fault: str
    number: int
    on: bool

    def sentence(self) -> str:
        """Say it."""
        return f"The fault {self.fault} was switched {'on' if self.on else 'off'} in the demo org."


@dataclass(frozen=True, slots=True)
class TimeTravelled:
    """The time of the demo org and of this Lapse with it was moved by `seconds`, negative for back."""

    seconds: float

    def sentence(self) -> str:
        """Say it."""
        where = "forward" if self.seconds >= 0 else "back"
        return f"Both clocks were moved {where} by {duration(self.seconds)}."


@dataclass(frozen=True, slots=True)
class ClockSkewed:
    """A clock was made wrong, or right again: `whose` is client or server, `skew_s` how far it is ahead."""

    whose: str
    skew_s: float

    def sentence(self) -> str:
        """Say it."""
        clock = "Our clock" if self.whose == "client" else "The demo org's clock"
        if not self.skew_s:
            return f"{clock} is right again."
        return f"{clock} is {duration(self.skew_s)} {'ahead' if self.skew_s > 0 else 'behind'} now."


@dataclass(frozen=True, slots=True)
class NetworkCut:
    """The network between this Lapse and the demo org was cut, or mended, on purpose."""

    cut: bool

    def sentence(self) -> str:
        """Say it."""
        return f"The network to the demo org was {'cut' if self.cut else 'mended'}."


@dataclass(frozen=True, slots=True)
class KeysRotated:
    """The demo org signs with a new key; `overlap` says whether it still publishes the old ones."""

    overlap: bool

    def sentence(self) -> str:
        """Say it."""
        old = "the old one is still published" if self.overlap else "the old one is published no more"
        return f"The demo org signs with a new key; {old}."


@dataclass(frozen=True, slots=True)
class SignInStarted:
    """A sign-in began; in the browser it waits for that to come back to `redirect_uri`.

    `scopes` are those it asks for, `kind` is browser, password or device.
    """

    issuer: str
    redirect_uri: str
    scopes: str = ""
    kind: str = "browser"

    def sentence(self) -> str:
        """Say it."""
        if self.kind == "device":
            return "Sign-in on another device started."
        if self.kind == "password":
            return "Sign-in with username and password started."
        return f"Sign-in started; waiting for the browser at {self.redirect_uri}."


@dataclass(frozen=True, slots=True)
class RedirectPortsTaken:
    """Other programs hold `ports`, so the browser's answer is awaited at the connection's next redirect URI."""

    ports: tuple[int, ...]
    redirect_uri: str

    def sentence(self) -> str:
        """Say it."""
        taken = ", ".join(map(str, self.ports))
        which = f"Port {taken} is" if len(self.ports) == 1 else f"Ports {taken} are"
        return f"{which} in use by another program, so the browser comes back to {self.redirect_uri}."


@dataclass(frozen=True, slots=True)
class AuthorizationPushed:
    """The request was sent to the server beforehand (RFC 9126); the browser carries nothing but a reference to it."""

    def sentence(self) -> str:
        """Say it."""
        return "The sign-in request was pushed to the server; the browser carries only a reference to it."


@dataclass(frozen=True, slots=True)
class DeviceCodeShown:
    """A code to type at `verification_uri` was shown; the code itself is as good as a password, and stays out."""

    verification_uri: str
    expires_in_s: float

    def sentence(self) -> str:
        """Say it."""
        return f"A code to type at {self.verification_uri} was shown; it is good for {duration(self.expires_in_s)}."


@dataclass(frozen=True, slots=True)
class SecondFactorWanted:
    """The password was right and is not enough; `offered` are the second factors there are to choose from."""

    offered: tuple[str, ...]

    def sentence(self) -> str:
        """Say it."""
        return f"The password was right; the server wants a second factor: {' or '.join(self.offered)}."


@dataclass(frozen=True, slots=True)
class OneTimeCodeRefused:
    """The server did not take a one-time code; another may be typed."""

    def sentence(self) -> str:
        """Say it."""
        return "The one-time code was not accepted; another may be typed."


@dataclass(frozen=True, slots=True)
class PushAwaited:
    """The server asks on the person's phone; `has_number` says whether a number must be chosen there."""

    has_number: bool
    expires_in_s: float

    def sentence(self) -> str:
        """Say it."""
        how = "to choose the number shown" if self.has_number else "to approve the sign-in"
        return f"The phone was asked {how}; waiting at most {duration(self.expires_in_s)}."


@dataclass(frozen=True, slots=True)
class BrowserOpened:
    """The system browser was asked to open the sign-in page."""

    worked: bool

    def sentence(self) -> str:
        """Say it."""
        return "The browser was opened." if self.worked else "No browser could be opened; use the URL shown."


@dataclass(frozen=True, slots=True)
class RedirectIgnored:
    """Something reached the redirect listener that was not this sign-in's answer."""

    why: str

    def sentence(self) -> str:
        """Say it."""
        return f"A request to the redirect listener was ignored: {self.why}."


@dataclass(frozen=True, slots=True)
class SignInFinished:
    """A sign-in ended without a session; `code` and `description` are the server's OAuth error, if it said one."""

    what: str
    code: str = ""
    description: str = ""

    def sentence(self) -> str:
        """Say it."""
        return f"Sign-in ended: {self.what}"


@dataclass(frozen=True, slots=True)
class TokensReceived:
    """A token answer became generation `number` of the family."""

    number: int
    grant: str
    access: Issued | None
    refresh: Issued | None
    id: Issued | None
    refresh_fate: RefreshTokenFate
    scope: str

    def sentence(self) -> str:
        """Say it."""
        fates = {
            RefreshTokenFate.NEW: "with a refresh token",
            RefreshTokenFate.REPLACED: "the refresh token was replaced",
            RefreshTokenFate.KEPT: "the refresh token was kept",
            RefreshTokenFate.ABSENT: "without a refresh token",
        }
        came = f"{self.access.name}" if self.access else "no access token that can be used"
        return f"Received {came} by {self.grant}, {fates[self.refresh_fate]}."


@dataclass(frozen=True, slots=True)
class IdTokenRefused:
    """A refreshed ID token did not pass `rule`; the access token that came with it is used, the former identity stays.

    `why` is a sentence.
    """

    name: str
    rule: str
    why: str

    def sentence(self) -> str:
        """Say it."""
        used = "The access token is used; who you are stays as it was."
        return f"{self.name} did not pass ({self.rule}): {self.why} {used}"


@dataclass(frozen=True, slots=True)
class FreshTokenRefused:
    """The API refused an access token that had just come from a refresh: another refresh would not help."""

    name: str

    def sentence(self) -> str:
        """Say it."""
        return f"The API refuses {self.name} though it is fresh, so it is not refreshed again. Audience or scope?"


@dataclass(frozen=True, slots=True)
class SessionStored:
    """The session as of generation `number` was written."""

    number: int
    place: StorePlace

    def sentence(self) -> str:
        """Say it."""
        return f"Generation {self.number} is kept in {self.place.value}."


@dataclass(frozen=True, slots=True)
class StoreTroubled:
    """The store could not keep or give back the session."""

    what: str

    def sentence(self) -> str:
        """Say it."""
        return self.what


@dataclass(frozen=True, slots=True)
class KeyringAwaited:
    """A keyring call takes long, most likely because the keyring asks the person something; `waiting` ends it."""

    waiting: bool

    def sentence(self) -> str:
        """Say it."""
        if self.waiting:
            return "Waiting for the keyring; it may be asking for its password."
        return "The keyring has answered."


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """Somebody signed in."""

    subject: str
    display_name: str

    def sentence(self) -> str:
        """Say it."""
        return f"Signed in as {self.display_name}."


@dataclass(frozen=True, slots=True)
class Taken:
    """The tokens that were taken over as they are stored; each with the moment it was received, in epoch seconds."""

    access: Issued | None = None
    received_at: float = 0.0
    refresh: Issued | None = None
    refresh_received_at: float = 0.0


@dataclass(frozen=True, slots=True)
class SessionRestored:
    """A stored session was taken up again, without any network request."""

    display_name: str
    number: int
    place: StorePlace
    taken: Taken = Taken()

    def sentence(self) -> str:
        """Say it."""
        return f"Still signed in as {self.display_name}: generation {self.number} came from {self.place.value}."


@dataclass(frozen=True, slots=True)
class SessionAdopted:
    """Another process had refreshed the same session; what it stored was taken over."""

    number: int
    taken: Taken = Taken()

    def sentence(self) -> str:
        """Say it."""
        return f"Another Lapse has refreshed this session; its generation {self.number} was taken over."


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session ended by a refusal of the token endpoint."""

    reason: str

    def sentence(self) -> str:
        """Say it."""
        return f"The session ended. {self.reason}"


@dataclass(frozen=True, slots=True)
class SignedOut:
    """The person signed out; `revoked` says whether the server forgot the session too, `why` why it did not.

    `kept` is why the store could not delete it here, empty where nothing of it is left.
    """

    revoked: bool
    why: str = ""
    kept: str = ""

    def sentence(self) -> str:
        """Say it."""
        why = f" ({self.why})" if self.why else ""
        server = "the server revoked its tokens" if self.revoked else f"nothing was revoked at the server{why}"
        here = f"could not be deleted from its store ({self.kept})" if self.kept else "is forgotten here"
        return f"Signed out: the session {here}, {server}."


@dataclass(frozen=True, slots=True)
class BrowserSessionLeft:
    """After a sign-out: whether the browser was sent to the server's sign-out page, and why not."""

    sent: bool
    why: str = ""

    def sentence(self) -> str:
        """Say it."""
        if self.sent:
            return "The browser was sent to the server's sign-out page."
        return f"The browser's session at the server was not ended: {self.why}."


@dataclass(frozen=True, slots=True)
class AccessTokenDropped:
    """The access token was thrown away on request; the refresh token is still there."""

    name: str

    def sentence(self) -> str:
        """Say it."""
        return f"{self.name} was dropped; the next call refreshes."


@dataclass(frozen=True, slots=True)
class TokenRevoked:
    """A token was revoked at the demo org on request (RFC 7009); the session goes on as if it knew nothing."""

    name: str

    def sentence(self) -> str:
        """Say it."""
        return f"{self.name} was revoked at the demo org on request; nothing tells the session so."


@dataclass(frozen=True, slots=True)
class TokenExpired:
    """A token was ended at the demo org on request, before its time."""

    name: str

    def sentence(self) -> str:
        """Say it."""
        return f"{self.name} was made to expire now, on request."


@dataclass(frozen=True, slots=True)
class ReplayStarted:
    """An old refresh token is sent once more, on request."""

    name: str

    def sentence(self) -> str:
        """Say it."""
        return f"Replaying {self.name}, which was replaced, on request."


@dataclass(frozen=True, slots=True)
class ReplayAnswered:
    """The token endpoint answered a replay: with `error` and what it said, or by accepting it (both None)."""

    name: str
    error: str | None = None
    said: str | None = None

    def sentence(self) -> str:
        """Say it."""
        if self.error is None:
            return f"{self.name} was accepted once more: its grace period is running. What it brought is thrown away."
        said = f": {self.said}" if self.said else ""
        return f"{self.name} was refused with {self.error}{said}"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision was made: refresh or not."""

    decision: Decision

    def sentence(self) -> str:
        """Say it."""
        return self.decision.sentence()


@dataclass(frozen=True, slots=True)
class RefreshStarted:
    """The session began to refresh with the named refresh token."""

    refresh_name: str

    def sentence(self) -> str:
        """Say it."""
        return f"Refreshing with {self.refresh_name}."


@dataclass(frozen=True, slots=True)
class RefreshRetried:
    """A refresh failed in a way worth asking again; the same refresh token goes out `wait_s` seconds later."""

    what: str
    wait_s: float

    def sentence(self) -> str:
        """Say it."""
        when = f"in {duration(self.wait_s)}" if self.wait_s else "at once"
        return f"{self.what} Asking again {when}; still signed in."


@dataclass(frozen=True, slots=True)
class SessionGone:
    """The stored session is gone: another process has signed out, or its session ended."""

    def sentence(self) -> str:
        """Say it."""
        return "Another Lapse has signed out of this session, or it ended there."


@dataclass(frozen=True, slots=True)
class RefreshSucceeded:
    """A refresh brought generation `number` and was stored, `duration_s` after it began."""

    number: int
    duration_s: float

    def sentence(self) -> str:
        """Say it."""
        return f"Refreshed in {duration(self.duration_s)}: AT-{self.number}."


@dataclass(frozen=True, slots=True)
class RefreshFailed:
    """A refresh failed; `terminal` says whether it ended the session.

    `code`, `description` and `status` are what the token endpoint answered, as far as it did (RFC 6749 §5.2).
    """

    what: str
    terminal: bool
    duration_s: float
    code: str = ""
    description: str = ""
    status: int | None = None

    def sentence(self) -> str:
        """Say it."""
        standing = "the session has ended" if self.terminal else "still signed in"
        return f"Refresh failed after {duration(self.duration_s)}, {standing}: {self.what}"


@dataclass(frozen=True, slots=True)
class DoctorAsked:
    """Somebody asked the doctor; what it looks at for that follows."""

    def sentence(self) -> str:
        """Say it."""
        return "The doctor was asked."


@dataclass(frozen=True, slots=True)
class SkewMeasured:
    """The server's Date header differed from our clock by `skew_s` (positive: the server is ahead)."""

    skew_s: float

    def sentence(self) -> str:
        """Say it."""
        return f"The server's clock differs from ours by {self.skew_s:+.1f} s."


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One HTTP request with its response or failure; `url` carries no query values, `started_at` is epoch seconds."""

    kind: ExchangeKind
    method: str
    url: str
    started_at: float
    duration_s: float
    status: int | None = None
    failure: str | None = None

    def sentence(self) -> str:
        """Say it."""
        outcome = str(self.status) if self.failure is None else self.failure
        return f"{self.method} {self.url} → {outcome} in {duration(self.duration_s)}."


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A person or program asked for an API call."""

    method: str
    url: str

    def sentence(self) -> str:
        """Say it."""
        return f"Call API: {self.method} {self.url}."


@dataclass(frozen=True, slots=True)
class CallFinished:
    """An API call ended; `story` tells how, `status` is None when it failed before an answer."""

    story: str
    status: int | None
    duration_s: float

    def sentence(self) -> str:
        """Say it."""
        return self.story


Event = (
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
    | SignInStarted
    | RedirectPortsTaken
    | AuthorizationPushed
    | BrowserOpened
    | DeviceCodeShown
    | SecondFactorWanted
    | OneTimeCodeRefused
    | PushAwaited
    | RedirectIgnored
    | SignInFinished
    | TokensReceived
    | IdTokenRefused
    | FreshTokenRefused
    | SessionStored
    | StoreTroubled
    | KeyringAwaited
    | SessionStarted
    | SessionRestored
    | SessionAdopted
    | SessionEnded
    | SignedOut
    | BrowserSessionLeft
    | AccessTokenDropped
    | TokenRevoked
    | TokenExpired
    | ReplayStarted
    | ReplayAnswered
    | Decided
    | RefreshStarted
    | RefreshRetried
    | SessionGone
    | RefreshSucceeded
    | RefreshFailed
    | DoctorAsked
    | SkewMeasured
    | Exchange
    | CallStarted
    | CallFinished
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: an event with its number, its time (epoch seconds) and the number of its cause.

    `connection` is the key of the connection it belongs to, "" for what belongs to none.
    """

    seq: int
    at: float
    cause: int | None
    event: Event
    connection: str = ""

    def sentence(self) -> str:
        """Return the event in one sentence."""
        return self.event.sentence()
