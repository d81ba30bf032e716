"""The error tree: every error says what failed, whether you are still signed in, and what to do next.

LapseError
├── BadInput            something typed, configured or given on the command line cannot be used
├── DiscoveryFailed     the issuer's metadata cannot be fetched or trusted
├── SignInFailed        a sign-in did not complete: denied, timed out, answer not ours, tokens not valid
├── SignInCancelled     the person cancelled the sign-in
├── NotSignedIn         a token is needed and there is no session
├── Refusal             terminal: the token endpoint answered an OAuth error (RFC 6749 §5.2) that ends the session
│   └── OtherSubject    terminal: a refresh brought another person's tokens
├── Hiccup              a refresh failed and the session stays: network, timeout, 5xx, 429, no token answer
│   └── SilentRefusal   the token endpoint refused (4xx) without saying why: no hiccup of the network, and not the end
├── InvalidIdToken      an ID token failed a check of OIDC Core §3.1.3.7 or §12.2
├── CallFailed          the API could not be reached, or its answer could not be read
├── StoreFailed         the keyring could not keep or give back the session
│   └── NewerEntry      a newer Lapse has stored it: left alone
├── StoreUnread         nobody knows whether somebody is signed in: the store cannot be read
├── Unreachable         no answer came, and whose trouble that is: proxy, certificate, name, refused
├── UnusableAnswer      an answer came that is not what it must be
├── OAuthError          the server answered an error of OAuth's
├── OktaRefused         Okta's management API answered an error, or the app is not what it must be
├── StepFailed          a lesson's step was played, and what it waits for did not happen
└── LabFailed           a process that computes for the lab stopped
"""

from collections.abc import Callable
from enum import Enum, StrEnum
from typing import Self

from app.connection_field import ConnectionField
from app.secret import Secret


class Standing(Enum):
    """What an error means for the session."""

    STILL_SIGNED_IN = "You are still signed in."
    SIGNED_OUT = "You are not signed in."
    UNCHANGED = "Your session has not changed."


class LapseError(Exception):
    """An error in three lines; `raw` is what the server said, shown beneath and never trusted as markup.

    `field` is the field of a connection it is about, None where it is about none. No message may contain a token value.
    """

    exit_code = 2
    field: ConnectionField | None = None
    standing = Standing.UNCHANGED
    next_step = ""

    def __init__(
        self, what: str, *, next_step: str = "", standing: Standing | None = None, raw: str | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.raw = raw
        if next_step:
            self.next_step = next_step
        if standing is not None:
            self.standing = standing

    def told(self, clean: Callable[[str], str]) -> Self:
        """Return this error with every text of it as `clean` returns it; secrets are masked so."""
        for name, value in vars(self).items():
            if isinstance(value, str) and not isinstance(value, Enum):
                setattr(self, name, clean(value))
            elif isinstance(value, tuple):
                setattr(self, name, tuple(clean(each) if isinstance(each, str) else each for each in value))
        self.args = tuple(clean(each) if isinstance(each, str) else each for each in self.args)
        return self

    def lines(self) -> tuple[str, str, str]:
        """Return the three lines: what failed, still signed in?, what to do next."""
        return self.what, self.standing.value, self.next_step

    def __str__(self) -> str:
        return " ".join(line for line in self.lines() if line)


class BadInput(LapseError):
    """Something typed, configured or given on the command line cannot be used; nothing was changed by it."""

    next_step = "Correct it and try again."

    def __init__(self, what: str, *, next_step: str = "", field: ConnectionField | None = None) -> None:
        super().__init__(what, next_step=next_step)
        self.field = field


class DiscoveryFailed(LapseError):
    """The issuer's metadata cannot be fetched or trusted (OpenID Connect Discovery §4.3)."""

    exit_code = 3
    field = ConnectionField.ISSUER
    next_step = "Check the issuer URL and the network, then try again."


class SignInFailed(LapseError):
    """A sign-in did not complete; an earlier session, if any, is untouched."""

    exit_code = 4
    standing = Standing.SIGNED_OUT
    next_step = "Sign in again."


class SignInCancelled(SignInFailed):
    """The person cancelled the sign-in."""

    next_step = "Sign in whenever you like."


class NotSignedIn(LapseError):
    """A token is needed and there is no session to get one from."""

    exit_code = 4
    standing = Standing.SIGNED_OUT
    next_step = "Sign in first."


class Refusal(LapseError):
    """Terminal: the token endpoint answered an RFC 6749 §5.2 error; `code` is its `error` member.

    `about` is the refresh token that was refused, where one was sent.
    """

    exit_code = 1
    about: Secret | None = None
    standing = Standing.SIGNED_OUT
    next_step = "Sign in again."

    def __init__(self, what: str, *, code: str, description: str = "", status: int = 400, next_step: str = "") -> None:
        super().__init__(what, next_step=next_step, raw=f"{code}: {description}" if description else code)
        self.code = code
        self.description = description
        self.status = status

    def again(self) -> "Refusal":
        """Return the same, to be raised: an exception that is raised again and again grows by a traceback each time."""
        return Refusal(
            self.what, code=self.code, description=self.description, status=self.status, next_step=self.next_step
        )


class OtherSubject(Refusal):
    """Terminal: a refresh brought another person's tokens (OIDC Core §12.2); no word of the server's, but its doing."""

    next_step = "Sign in again, and tell the server's operator."

    def __init__(self) -> None:
        what = (
            "The server refreshed the session with another person's tokens (sub): they were not used, and it has ended."
        )
        super().__init__(what, code="", status=200)
        self.raw = None

    def again(self) -> "OtherSubject":
        """Return the same, to be raised."""
        return OtherSubject()


class Hiccup(LapseError):
    """Transient: the session is kept; `sent` is false when the request certainly never reached the server.

    `lost` means that an answer came which lacks what it should have brought: the server may well have acted on it.
    `ran_s` is for how many seconds an answer was waited for; time in which this program did not run is not among them.
    """

    exit_code = 3
    standing = Standing.STILL_SIGNED_IN
    next_step = "Call again; the session is kept."

    def __init__(
        self,
        what: str,
        *,
        next_step: str = "",
        raw: str | None = None,
        sent: bool = True,
        lost: bool = False,
        status: int | None = None,
        retry_after_s: float | None = None,
        ran_s: float = 0.0,
    ) -> None:
        super().__init__(what, next_step=next_step, raw=raw)
        self.sent = sent
        self.lost = lost
        self.ran_s = ran_s
        self.status = status
        self.retry_after_s = retry_after_s


class SilentRefusal(Hiccup):
    """The token endpoint refused with a 4xx that does not say why: nothing says that the session is over."""

    next_step = "Call again; if it is refused once more, sign in again."


class InvalidIdToken(LapseError):
    """An ID token failed a check; `rule` names the claim or step."""

    exit_code = 4
    next_step = "Do not trust this answer; ask the server's operator about it."

    def __init__(self, what: str, *, rule: str) -> None:
        super().__init__(what)
        self.rule = rule


class CallFailed(LapseError):
    """The API could not be reached, or its answer could not be read; the session has nothing to do with it."""

    exit_code = 3
    standing = Standing.STILL_SIGNED_IN
    next_step = "Check the API URL and the network, then call again."


class KeyringState(Enum):
    """What the keyring is good for, and what a person can do about it."""

    READY = "Sign in again"
    LOCKED = "Unlock your keyring"
    ABSENT = "Start a keyring service"
    REFUSED = "Use the system's own keyring"
    NOT_ANSWERING = "Look for your keyring's prompt"


_MEANWHILE = "; until then the session lives in memory and will not survive a restart"


class StoreFailed(LapseError):
    """The keyring could not keep or give back the session; `state` says what is wrong with it."""

    exit_code = 3
    standing = Standing.STILL_SIGNED_IN

    def __init__(self, what: str, *, state: KeyringState = KeyringState.NOT_ANSWERING, next_step: str = "") -> None:
        meanwhile = "" if state is KeyringState.READY else _MEANWHILE
        super().__init__(what, next_step=next_step or f"{state.value}{meanwhile}.")
        self.state = state


class NewerEntry(StoreFailed):
    """The stored session was written by a newer Lapse, and is left alone."""

    def __init__(self) -> None:
        super().__init__(
            "The keyring holds a session that a newer Lapse has stored; it was left as it is.",
            state=KeyringState.READY,
            next_step="Use the newer Lapse; a session begun in this one lives in memory for this run.",
        )


class StoreUnread(LapseError):
    """Whether somebody is signed in is not known, because the store cannot be read; `trouble` says why."""

    exit_code = 3

    def __init__(self, trouble: StoreFailed) -> None:
        advice = trouble.next_step if isinstance(trouble, NewerEntry) else f"{trouble.state.value}, then try again."
        super().__init__(f"{trouble.what} So nobody can tell whether you are signed in.", next_step=advice)
        self.trouble = trouble


class Hitch(StrEnum):
    """Whose trouble it is that no answer came, where that can be told apart."""

    PROXY = "proxy"
    CERTIFICATE = "certificate"
    NAME = "name"
    REFUSED = "refused"


class Unreachable(LapseError):
    """No answer came; `sent` is false when the request certainly never reached the server.

    `hitch` says whose trouble it is, None where nobody can tell; `brief` says it in a few words, for the journal;
    `cure` is what to do about exactly this trouble, empty where only the general advice is left. `ran_s` is for how
    many seconds it was waited for; time in which this program did not run is not among them.
    """

    exit_code = 3
    next_step = "Check the network, then try again."

    def __init__(
        self,
        what: str,
        *,
        sent: bool,
        hitch: Hitch | None = None,
        brief: str = "",
        next_step: str = "",
        ran_s: float = 0.0,
    ) -> None:
        super().__init__(what, next_step=next_step)
        self.sent = sent
        self.ran_s = ran_s
        self.cure = next_step
        self.hitch = hitch
        self.brief = brief


class AnswerKind(Enum):
    """What an answer is that is not what it must be, as far as that decides what to do."""

    INCOMPLETE = "a success that lacks what it should bring; the server may well have acted on the request"
    WEB_PAGE = "a web page; a network's sign-in page may be in between"
    SILENT = "a refusal (4xx) that does not say why"
    OTHER = "anything else"


class UnusableAnswer(LapseError):
    """An answer came that is not what it must be; `retry_after_s` is how long the server asked us to wait."""

    exit_code = 3
    next_step = "Try again; if it stays so, ask the server's operator."

    def __init__(
        self,
        what: str,
        *,
        status: int,
        kind: AnswerKind = AnswerKind.OTHER,
        retry_after_s: float | None = None,
        raw: str | None = None,
    ) -> None:
        super().__init__(what, raw=raw)
        self.status = status
        self.kind = kind
        self.retry_after_s = retry_after_s


class OAuthError(LapseError):
    """An RFC 6749 §5.2 error answer: `code` is its `error`, `description` its `error_description`."""

    exit_code = 3

    def __init__(self, code: str, description: str, *, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(f"The server answered {code}.", raw=f"{code}: {description}" if description else code)
        self.code = code
        self.description = description
        self.status = status
        self.retry_after_s = retry_after_s


class OktaRefused(LapseError):
    """Okta's management API said no: `code` is its `errorCode` (E0000011), `causes` what it says of single members.

    Without a code it is we who found that a change cannot be made, or was not made. `retry_after_s` is how long a rate
    limit lasts.
    """

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        next_step: str,
        code: str = "",
        causes: tuple[str, ...] = (),
        status: int = 0,
        retry_after_s: float | None = None,
        raw: str | None = None,
    ) -> None:
        super().__init__(what, next_step=next_step, raw=raw)
        self.code = code
        self.causes = causes
        self.status = status
        self.retry_after_s = retry_after_s


class StepFailed(LapseError):
    """A lesson's step was played, and what it waits for did not happen."""

    exit_code = 1
    next_step = "Reset the lesson and try again."


class LabFailed(LapseError):
    """A process that computes for the lab stopped before it was done; `raw` is the last it said."""

    exit_code = 3
    next_step = "Run the lab again; if it stops again, try fewer calls, as the machine may be short of memory."

    def __init__(self, last_words: str) -> None:
        super().__init__("The lab stopped before it was done.", raw=last_words)


def said_by_server(error: LapseError) -> tuple[str, str]:
    """Return the OAuth `error` and `error_description` behind an error; empty where no server said any."""
    code, _, description = (error.raw or "").partition(": ")
    return code, description
