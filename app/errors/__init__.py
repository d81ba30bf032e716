"""The error tree: every error says what failed, whether you are still signed in, and what to do next.

LapseError
├── BadInput                 user input cannot be used: typed, configured or given on the command line
├── NoUsableResponse         transient: there is no usable response; the server has decided nothing
│   ├── Unreachable          none came: `kind` says what failed (proxy, certificate, name, refused connection)
│   ├── UnusableResponse     one came that cannot be used
│   ├── DiscoveryFailed      the issuer's metadata cannot be fetched or trusted
│   ├── Hiccup               a refresh failed and the session stays: network, timeout, 5xx, 429, no token response
│   │   └── SilentRefusal    the token endpoint refused (4xx) without a reason: not the network, and not the end
│   └── CallFailed           the API could not be reached, or its response could not be read
├── ServerRefused            a server answered with an error: its `code` and `description`
│   ├── OAuthError           an OAuth error response (RFC 6749 §5.2), not judged yet
│   ├── Refusal              terminal: it ends the session; `reason` says why
│   │   └── OtherSubject     terminal: a refresh brought another user's tokens
│   └── OktaRefused          Okta's management API refused, or the app is not what it must be
├── SignInFailed             a sign-in did not complete: `reason` says why
├── InvalidIdToken           an ID token failed a check of OIDC Core §3.1.3.7 or §12.2
└── LocalError               something failed on this machine; no server is involved
    ├── NotSignedIn          a token is needed and there is no session
    ├── StoreFailed          the keyring could not keep or return the session
    │   └── NewerEntry       a newer Lapse has stored it: left as it is
    ├── StoreUnread          not known whether a user is signed in: the store cannot be read
    ├── StepFailed           a lesson's step was played, and what it waits for did not happen
    └── LabFailed            a process that computes for the lab stopped early

Code reads an error's fields (`kind`, `reason`, `code`, `status`, `rule`, `state`); `what`, `next_step` and
`raw` are for people.
"""

from collections.abc import Callable
from enum import Enum
from typing import Self

from app.connection_field import ConnectionField
from app.errors.reasons import FailureKind, KeyringState, SessionEnd, SignInEnded, Standing
from app.errors.words import SESSION_ENDS, said
from app.secret import Secret


class LapseError(Exception):
    """An error in three lines; `raw` is the server's text, shown beneath and never trusted as markup.

    `field` is the field of a connection it is about, if any. No message may contain a token value.
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

    def cleaned(self, clean: Callable[[str], str]) -> Self:
        """Return this error with `clean` applied to each of its texts, which masks secrets."""
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
    """User input cannot be used: typed, configured or given on the command line; nothing was changed."""

    next_step = "Correct it and try again."

    def __init__(self, what: str, *, next_step: str = "", field: ConnectionField | None = None) -> None:
        super().__init__(what, next_step=next_step)
        self.field = field


class NoUsableResponse(LapseError):
    """Transient: there is no usable response, and so the server has not decided whether the session stands.

    `kind` says why. `sent` is false when the request certainly never reached the server; `lost` means that a response
    came which lacks what it should have brought: the server may well have acted on the request. `code` and
    `description` are the server's error, if it sent one that ends nothing. `retry_after_s` is the wait it asked for,
    and `ran_s` the seconds it was waited for; time in which this program was stopped is not counted.
    """

    exit_code = 3

    def __init__(
        self,
        what: str,
        *,
        kind: FailureKind = FailureKind.NO_RESPONSE,
        next_step: str = "",
        raw: str | None = None,
        sent: bool = True,
        lost: bool = False,
        code: str = "",
        description: str = "",
        status: int | None = None,
        retry_after_s: float | None = None,
        ran_s: float = 0.0,
    ) -> None:
        super().__init__(what, next_step=next_step, raw=said(code, description) if code else raw)
        self.kind = kind
        self.sent = sent
        self.lost = lost
        self.code = code
        self.description = description
        self.status = status
        self.retry_after_s = retry_after_s
        self.ran_s = ran_s


class Unreachable(NoUsableResponse):
    """No response came; `brief` says why in a few words, for the journal.

    `cure` is the advice for exactly this failure, empty where only the general advice is left.
    """

    next_step = "Check the network, then try again."

    def __init__(
        self,
        what: str,
        *,
        sent: bool,
        kind: FailureKind = FailureKind.NO_RESPONSE,
        brief: str = "",
        next_step: str = "",
        ran_s: float = 0.0,
    ) -> None:
        super().__init__(what, kind=kind, next_step=next_step, sent=sent, ran_s=ran_s)
        self.cure = next_step
        self.brief = brief


class UnusableResponse(NoUsableResponse):
    """A response came that is not what it must be."""

    next_step = "Try again; if it keeps happening, ask the server's operator."
    status: int

    def __init__(
        self,
        what: str,
        *,
        status: int,
        kind: FailureKind = FailureKind.UNUSABLE,
        retry_after_s: float | None = None,
        raw: str | None = None,
    ) -> None:
        super().__init__(what, kind=kind, status=status, retry_after_s=retry_after_s, raw=raw)


class DiscoveryFailed(NoUsableResponse):
    """The issuer's metadata cannot be fetched or trusted (OpenID Connect Discovery §4.3)."""

    field = ConnectionField.ISSUER
    next_step = "Check the issuer URL and the network, then try again."


class Hiccup(NoUsableResponse):
    """A refresh failed; the session is kept."""

    standing = Standing.STILL_SIGNED_IN
    next_step = "Call again; the session is kept."


class SilentRefusal(Hiccup):
    """The token endpoint refused with a 4xx without a reason: nothing says that the session is over."""

    next_step = "Call again; if it is refused once more, sign in again."


class CallFailed(NoUsableResponse):
    """The API could not be reached, or its response could not be read; the session is not affected."""

    standing = Standing.STILL_SIGNED_IN
    next_step = "Check the API URL and the network, then call again."


class ServerRefused(LapseError):
    """A server answered with an error; `code` and `description` are its own words."""

    def __init__(
        self,
        what: str,
        *,
        code: str,
        description: str = "",
        status: int,
        next_step: str = "",
        raw: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(what, next_step=next_step, raw=said(code, description) if code and raw is None else raw)
        self.code = code
        self.description = description
        self.status = status
        self.retry_after_s = retry_after_s


class OAuthError(ServerRefused):
    """An RFC 6749 §5.2 error response: `code` is its `error`, `description` its `error_description`."""

    exit_code = 3

    def __init__(self, code: str, description: str, *, status: int, retry_after_s: float | None = None) -> None:
        what = f"The server answered {code}."
        super().__init__(what, code=code, description=description, status=status, retry_after_s=retry_after_s)


class Refusal(ServerRefused):
    """Terminal: the token endpoint has ended the session, with its own `code` (RFC 6749 §5.2).

    `about` is the refresh token that was refused, where one was sent.
    """

    exit_code = 1
    about: Secret | None = None
    standing = Standing.SIGNED_OUT
    next_step = "Sign in again."

    def __init__(
        self, reason: SessionEnd = SessionEnd.REFUSED, *, code: str, description: str = "", status: int = 400
    ) -> None:
        super().__init__(SESSION_ENDS[reason], code=code, description=description, status=status)
        self.reason = reason

    def again(self) -> "Refusal":
        """Return a copy to raise: an exception that is raised repeatedly grows by a traceback each time."""
        return Refusal(self.reason, code=self.code, description=self.description, status=self.status)


class OtherSubject(Refusal):
    """Terminal: a refresh brought another user's tokens (OIDC Core §12.2); the server did not say so itself."""

    next_step = "Sign in again, and tell the server's operator."

    def __init__(self) -> None:
        super().__init__(SessionEnd.OTHER_SUBJECT, code="", status=200)

    def again(self) -> "OtherSubject":
        return OtherSubject()


class OktaRefused(ServerRefused):
    """Okta's management API refused: `code` is its `errorCode` (E0000011), `causes` its remarks on single members.

    Without a code it was Lapse that found that a change cannot be made, or was not made. `retry_after_s` is how long a
    rate limit lasts.
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
        super().__init__(what, next_step=next_step, code=code, status=status, retry_after_s=retry_after_s, raw=raw)
        self.causes = causes


class SignInFailed(LapseError):
    """A sign-in did not complete; an earlier session, if any, is untouched.

    `code` and `description` are the server's error, if there was one; `rule` is the one its ID token broke.
    """

    exit_code = 4
    standing = Standing.SIGNED_OUT
    next_step = "Sign in again."

    def __init__(
        self,
        what: str,
        *,
        reason: SignInEnded,
        next_step: str = "",
        code: str = "",
        description: str = "",
        rule: str = "",
    ) -> None:
        super().__init__(what, next_step=next_step, raw=said(code, description) if code else None)
        self.reason = reason
        self.code = code
        self.description = description
        self.rule = rule


class InvalidIdToken(LapseError):
    """An ID token failed a check; `rule` names the claim or step."""

    exit_code = 4
    next_step = "Do not trust this response; ask the server's operator about it."

    def __init__(self, what: str, *, rule: str) -> None:
        super().__init__(what)
        self.rule = rule


class LocalError(LapseError):
    """Something on this machine failed; no server is involved."""


class NotSignedIn(LocalError):
    """A token is needed and there is no session to get one from."""

    exit_code = 4
    standing = Standing.SIGNED_OUT
    next_step = "Sign in first."


_MEANWHILE = "; until then the session lives in memory and will not survive a restart"


class StoreFailed(LocalError):
    """The keyring could not keep or return the session; `state` says what is wrong with it."""

    exit_code = 3
    standing = Standing.STILL_SIGNED_IN

    def __init__(self, what: str, *, state: KeyringState = KeyringState.NOT_ANSWERING, next_step: str = "") -> None:
        meanwhile = "" if state is KeyringState.READY else _MEANWHILE
        super().__init__(what, next_step=next_step or f"{state.value}{meanwhile}.")
        self.state = state


class NewerEntry(StoreFailed):
    """The stored session was written by a newer Lapse, and is left as it is."""

    def __init__(self) -> None:
        super().__init__(
            "The keyring holds a session that a newer Lapse has stored; it was left as it is.",
            state=KeyringState.READY,
            next_step="Use the newer Lapse; a session started in this one lives in memory for this run.",
        )


class StoreUnread(LocalError):
    """It is not known whether a user is signed in, because the store cannot be read; `trouble` says why."""

    exit_code = 3

    def __init__(self, trouble: StoreFailed) -> None:
        advice = trouble.next_step if isinstance(trouble, NewerEntry) else f"{trouble.state.value}, then try again."
        super().__init__(f"{trouble.what} So it is not known whether you are signed in.", next_step=advice)
        self.trouble = trouble


class StepFailed(LocalError):
    """A lesson's step was played, and what it waits for did not happen."""

    exit_code = 1
    next_step = "Reset the lesson and try again."


class LabFailed(LocalError):
    """A process that computes for the lab stopped early; `raw` is its last output."""

    exit_code = 3
    next_step = "Run the lab again; if it stops again, try fewer calls, as the machine may be short of memory."

    def __init__(self, last_words: str) -> None:
        super().__init__("The lab stopped before it was done.", raw=last_words)
