"""The sentence of every event."""

from types import MappingProxyType
from typing import assert_never

from app.decision import words as decisions
from app.errors.reasons import FailureKind
from app.errors.words import SESSION_ENDS
from app.events import calls, demo, refresh, session, sign_in, tokens
from app.events.every import Event
from app.events.session import Undone
from app.events.sign_in import Ignored
from app.events.tokens import RefreshTokenFate
from app.events.wire import Exchange, TransportFailure
from app.text import duration, unstopped
from app.token_name import TokenKind, TokenName

_FATES = MappingProxyType(
    {
        RefreshTokenFate.NEW: "with a refresh token",
        RefreshTokenFate.REPLACED: "the refresh token was replaced",
        RefreshTokenFate.KEPT: "the refresh token was kept",
        RefreshTokenFate.ABSENT: "without a refresh token",
    }
)
_IGNORED = MappingProxyType(
    {
        Ignored.NO_URL: "its target is not a URL",
        Ignored.OTHER_HOST: "its Host is not the redirect URI's",
        Ignored.OTHER_METHOD: "it is neither a plain GET nor a form",
        Ignored.NO_DOCUMENT: "a page loaded it as something other than a document",
        Ignored.FETCHED: "a page fetched it",
        Ignored.NO_FORM: "its body is not a form",
        Ignored.LONG_FORM: "its form is longer than 64 KiB, or does not say how long",
        Ignored.UNREADABLE: "its parameters cannot be read",
        Ignored.TWICE: "a parameter occurs twice in it",
        Ignored.OTHER_STATE: "its state is not the one of this sign-in",
        Ignored.EMPTY: "it carries neither a code nor an error",
    }
)
_UNDONE = MappingProxyType(
    {
        Undone.CANCELLED: "it was cancelled",
        Undone.NOT_WANTED: "it was not requested",
        Undone.NO_TOKEN: "there was no token to revoke",
        Undone.NO_REVOCATION: "the server offers no revocation",
        Undone.NO_RESPONSE: "the server did not answer the revocation in time",
        Undone.NOBODY: "nobody was signed in",
        Undone.NO_METADATA: "the server's metadata could not be fetched",
        Undone.NO_SIGN_OUT: "the server offers no sign-out in the browser",
        Undone.NO_PORT: "this computer has no free port to redirect the browser from",
        Undone.NO_BROWSER: "no browser could be opened",
    }
)
_FAULTS = MappingProxyType(
    {
        FailureKind.PROXY: "proxy",
        FailureKind.PROXY_WANTS_SIGN_IN: "proxy",
        FailureKind.CERTIFICATE: "certificate",
        FailureKind.UNKNOWN_AUTHORITY: "certificate",
        FailureKind.NAME: "name",
        FailureKind.CONNECTION_REFUSED: "refused",
    }
)


def sentence(event: Event) -> str:
    if isinstance(event, Exchange):
        return _exchange(event)
    if isinstance(event, refresh.RefreshEvent):
        return _of_refresh(event)
    if isinstance(event, calls.CallEvent):
        return _of_calls(event)
    if isinstance(event, tokens.TokenEvent):
        return _of_tokens(event)
    if isinstance(event, session.SessionEvent):
        return _of_session(event)
    if isinstance(event, sign_in.SignInEvent):
        return _of_sign_in(event)
    return _of_demo(event)


def failure(found: TransportFailure) -> str:
    """Return why no response came, in a few words: `certificate: self-signed`, or the error's class."""
    return f"{_FAULTS[found.kind]}: {found.brief}" if found.kind in _FAULTS and found.brief else found.error


def undone(why: Undone | None, *, error: str = "", waited_s: float = 0.0) -> str:
    """Return why a part of a sign-out was not done, "" where it was; `error` is the sentence of a failure."""
    if why is None:
        return ""
    if why is Undone.BROWSER_LATE:
        return f"the browser did not come within {waited_s:.0f} s"
    return unstopped(error) if why is Undone.FAILED else _UNDONE[why]


def _exchange(exchange: Exchange) -> str:
    outcome = str(exchange.status) if exchange.failure is None else failure(exchange.failure)
    return f"{exchange.method} {exchange.url} → {outcome} in {duration(exchange.duration_s)}."


def _of_refresh(event: refresh.RefreshEvent) -> str:
    match event:
        case refresh.Decided():
            return decisions.sentence(event.decision)
        case refresh.RefreshStarted():
            return f"Refreshing with {event.refresh_name}."
        case refresh.RefreshRetried():
            when = f"in {duration(event.wait_s)}" if event.wait_s else "at once"
            return f"{event.what} Retrying {when}; still signed in."
        case refresh.RefreshSucceeded():
            return f"Refreshed in {duration(event.duration_s)}: {TokenName(TokenKind.ACCESS, event.number)}."
        case refresh.RefreshFailed():
            standing = "the session has ended" if event.terminal else "still signed in"
            return f"Refresh failed after {duration(event.duration_s)}, {standing}: {event.what}"
        case refresh.SkewMeasured():
            return f"The server's clock differs from ours by {event.skew_s:+.1f} s."
        case _:
            assert_never(event)


def _of_calls(event: calls.CallEvent) -> str:
    match event:
        case calls.CallStarted():
            return f"Call API: {event.method} {event.url}."
        case calls.CallFinished():
            return event.story
        case calls.DoctorAsked():
            return "The doctor was asked."
        case _:
            assert_never(event)


def _of_tokens(event: tokens.TokenEvent) -> str:
    match event:
        case tokens.TokensReceived():
            came = f"{event.access.name}" if event.access else "no usable access token"
            return f"Received {came} by {event.grant}, {_FATES[event.refresh_fate]}."
        case tokens.IdTokenRefused():
            used = "The access token is used; your identity stays as it was."
            return f"{event.name} did not pass ({event.rule}): {event.why} {used}"
        case tokens.FreshTokenRefused():
            return f"The API refuses {event.name} though it is fresh, so it is not refreshed again. Audience or scope?"
        case tokens.AccessTokenDropped():
            return f"{event.name} was dropped; the next call refreshes."
        case _:
            assert_never(event)


def _of_session(event: session.SessionEvent) -> str:  # noqa: C901, PLR0911 - one case a record
    match event:
        case session.SessionStored():
            return f"Generation {event.number} is kept in {event.place.value}."
        case session.StoreTroubled():
            aside = "It was set aside. " if event.is_set_aside else ""
            return f"{event.what} {aside}{event.next_step}"
        case session.KeyringAwaited():
            waiting = "Waiting for the keyring; it may be asking for its password."
            return waiting if event.waiting else "The keyring has answered."
        case session.SessionStarted():
            return f"Signed in as {event.display_name}."
        case session.SessionRestored():
            place = event.place.value
            return f"Still signed in as {event.display_name}: generation {event.number} came from {place}."
        case session.SessionAdopted():
            return f"Another Lapse has refreshed this session; its generation {event.number} was taken over."
        case session.SessionGone():
            return "Another Lapse has signed out of this session, or it ended there."
        case session.SessionEnded():
            return f"The session ended. {SESSION_ENDS[event.reason]}"
        case session.SignOutFinished():
            why = undone(event.why, error=event.error)
            server = f"nothing was revoked at the server{f' ({why})' if why else ''}"
            server = "the server revoked its tokens" if event.revoked else server
            kept = f"could not be deleted from its store ({unstopped(event.kept)})"
            return f"Signed out: the session {kept if event.kept else 'is forgotten here'}, {server}."
        case session.BrowserSessionLeft():
            if event.sent:
                return "The browser was sent to the server's sign-out page."
            why = undone(event.why, waited_s=event.waited_s)
            return f"The browser's session at the server was not ended: {why}."
        case _:
            assert_never(event)


def _of_sign_in(event: sign_in.SignInEvent) -> str:  # noqa: C901, PLR0911 - one case a record
    match event:
        case sign_in.SignInStarted(redirect_uri=""):
            return f"Sign-in {event.how} started."
        case sign_in.SignInStarted():
            return f"Sign-in started; waiting for the browser at {event.redirect_uri}."
        case sign_in.RedirectPortsTaken():
            taken = ", ".join(map(str, event.ports))
            which = f"Port {taken} is" if len(event.ports) == 1 else f"Ports {taken} are"
            return f"{which} in use by another program, so the browser comes back to {event.redirect_uri}."
        case sign_in.AuthorizationPushed():
            return "The sign-in request was pushed to the server; the browser carries only a reference to it."
        case sign_in.BrowserOpened():
            return "The browser was opened." if event.worked else "No browser could be opened; use the URL shown."
        case sign_in.RedirectIgnored():
            return f"A request to the redirect listener was ignored: {_IGNORED[event.why]}."
        case sign_in.DeviceCodeShown():
            good = duration(event.expires_in_s)
            return f"A code to type at {event.verification_uri} was shown; it is valid for {good}."
        case sign_in.SecondFactorWanted():
            return f"The password was right; the server wants a second factor: {' or '.join(event.offered)}."
        case sign_in.OneTimeCodeRefused():
            return "The one-time code was not accepted; another may be entered."
        case sign_in.PushAwaited():
            how = "to choose the number shown" if event.has_number else "to approve the sign-in"
            return f"The phone was asked {how}; waiting at most {duration(event.expires_in_s)}."
        case sign_in.SignInFinished():
            return f"Sign-in ended: {event.what}"
        case _:
            assert_never(event)


def _of_demo(event: demo.DemoEvent) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a record
    match event:
        case demo.DemoOrgStarted():
            return f"The demo org is listening on port {event.port}."
        case demo.DemoOrgFound():
            return f"The demo org of another Lapse on port {event.port} is used."
        case demo.DemoOrgPortTaken():
            return (
                f"Port {event.wanted} belongs to another program, so the demo org listens on port {event.port} for "
                f"now. A session kept for port {event.wanted} is back when that port is free."
            )
        case demo.DemoOrgLedgerSetAside():
            return f"The demo org's memory could not be read; it was set aside as {event.name}. Sign in again."
        case demo.DemoOrgReset():
            return "The demo org was reset: every grant is forgotten and its signing key is new."
        case demo.ControlRequested():
            return f"Demo org's controls: {event.what}."
        case demo.DemoOrgTurned():
            turned = ", ".join(f"{name} is {value}" for name, value in event.knobs) or "nothing changed by it"
            preset = f"The demo org follows the preset {event.preset}" if event.preset else "Demo org"
            return f"{preset}: {turned}."
        case demo.FaultSwitched():
            return f"The fault {event.fault} was switched {'on' if event.on else 'off'} in the demo org."
        case demo.TimeTravelled():
            where = "forward" if event.seconds >= 0 else "back"
            return f"Both clocks were moved {where} by {duration(event.seconds)}."
        case demo.ClockSkewed():
            return _skewed(event)
        case demo.NetworkCut():
            return f"The network to the demo org was {'cut' if event.cut else 'restored'}."
        case demo.KeysRotated():
            old = "the old one is still published" if event.overlap else "the old one is no longer published"
            return f"The demo org signs with a new key; {old}."
        case demo.TokenRevoked():
            return f"{event.name} was revoked at the demo org on request; the session is not told."
        case demo.TokenExpired():
            return f"{event.name} was made to expire now, on request."
        case demo.ReplayStarted():
            return f"Replaying {event.name}, which was replaced, on request."
        case demo.ReplayAnswered(error=None):
            thrown = "Its tokens are discarded."
            return f"{event.name} was accepted once more: its grace period is running. {thrown}"
        case demo.ReplayAnswered():
            return f"{event.name} was refused with {event.error}{f': {event.said}' if event.said else ''}"
        case _:
            assert_never(event)


def _skewed(event: demo.ClockSkewed) -> str:
    clock = "Our clock" if event.whose == "client" else "The demo org's clock"
    if not event.skew_s:
        return f"{clock} is right again."
    return f"{clock} is {duration(event.skew_s)} {'ahead' if event.skew_s > 0 else 'behind'} now."
