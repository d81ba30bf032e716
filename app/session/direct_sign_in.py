"""Sign-in with username and password in Lapse itself, and a second factor where the server wants one (Okta fact §4)."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from app import events
from app.clock import Clock
from app.connection import Connection, SignInKind
from app.errors import BadInput, OAuthError, SignInFailed
from app.journal import Scribe
from app.oauth import direct
from app.oauth.client import OAuthClient
from app.oauth.codes import plain_code
from app.oauth.direct import MfaRequired, Push
from app.oauth.grants import TokenAnswer
from app.oauth.metadata import ServerMetadata
from app.secret import Secret
from app.session.accept import SignIn, accepted, refused
from app.session.polling import TooLate, poll

MOST_CODES = 5
"""How many one-time codes are tried; a server that locks accounts would lock sooner."""
_AGAIN = "Sign in again."
_BY_BROWSER = (
    "Sign in through the browser, or have the app's policy allow it (at Okta: Password, or Password + factor)."
)


class Factor(Enum):
    """A second factor."""

    ONE_TIME_CODE = "one-time code"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class PushWaiting:
    """What to show while the phone asks: the number to choose there, if it asks for one; until when (epoch seconds)."""

    number: str | None
    until: float


class SecondFactor(Protocol):
    """Asks the person for a second factor; cancelling the sign-in cancels whichever of these is awaited."""

    async def choose(self, offered: tuple[Factor, ...]) -> Factor:
        """Return the one of `offered` to go on with; asked only where there are several."""

    async def one_time_code(self, *, wrong_before: bool) -> Secret:
        """Return the code the person reads off; `wrong_before` means that the last one was not accepted."""

    def show_push(self, push: PushWaiting) -> None:
        """Show that the phone asks; it is waited for at once."""


class NoSecondFactor:
    """The second factors of somebody who has none: whoever asks for one is wrong."""

    async def choose(self, offered: tuple[Factor, ...]) -> Factor:
        """Never asked."""
        raise AssertionError(f"a choice of second factors nobody has: {offered}")

    async def one_time_code(self, *, wrong_before: bool) -> Secret:
        """Never asked."""
        raise AssertionError(f"a one-time code of somebody without a second factor (again: {wrong_before})")

    def show_push(self, push: PushWaiting) -> None:
        """Never asked."""
        raise AssertionError(f"a push to somebody without a second factor: {push}")


async def direct_sign_in(
    client: OAuthClient,
    connection: Connection,
    journal: Scribe,
    clock: Clock,
    *,
    username: str,
    password: Secret,
    factors: SecondFactor,
) -> SignIn:
    """Sign in; return the token answer, the verified claims and the journal number of the attempt.

    Raises SignInFailed (wrong, declined, not in time, refused, not valid), BadInput for an empty name or password or a
    server without the grant, or what the network did.
    """
    if not username.strip() or not password:
        raise BadInput("The username or the password is missing.", next_step="Give both, then sign in.")
    metadata = await client.metadata()
    _check_offered(metadata)  # before the password leaves this machine
    started = events.SignInStarted(client.issuer, "", connection.scopes, SignInKind.PASSWORD.value)
    attempt = journal.append(started).seq
    try:
        first = await client.by_password(
            username.strip(),
            password,
            scopes=connection.scopes,
            audience=connection.audience,
            resource=connection.resource,
            cause=attempt,
        )
    except OAuthError as trouble:
        raise _password_refused(trouble) from None
    if isinstance(first, MfaRequired):
        second = _Second(client, connection, journal, clock, factors, first.mfa_token, attempt)
        first = await second.tokens(_offered(metadata))
    return await accepted(client, connection, first, attempt)


def _check_offered(metadata: ServerMetadata) -> None:
    # Where nothing is stated, the server takes authorization codes only (RFC 8414 §2).
    if direct.PASSWORD not in metadata.grant_types_supported:
        raise BadInput(
            "This server takes no passwords from programs: its metadata lists no password grant.",
            next_step="Sign in through the browser; the password was not sent.",
        )


def _offered(metadata: ServerMetadata) -> tuple[Factor, ...]:
    """Return what the metadata states, and both where it states neither, as Okta's does: only the app's admin knows."""
    grants = {direct.MFA_OTP: Factor.ONE_TIME_CODE, direct.MFA_OOB: Factor.PUSH}
    if direct.challenge_endpoint(metadata) is None:
        return (Factor.ONE_TIME_CODE,)
    return tuple(each for grant, each in grants.items() if grant in metadata.grant_types_supported) or tuple(Factor)


def _password_refused(trouble: OAuthError) -> SignInFailed:
    if plain_code(trouble.code) == "invalid_grant":
        again = "Check both and sign in again; too many tries may lock the account."
        what = "The server did not accept the username and password."
        return refused(what, trouble, grant="Resource Owner Password", next_step=again)
    if plain_code(trouble.code) == "access_denied":
        what = "The server does not let this account sign in with a password here."
        return refused(what, trouble, grant="Resource Owner Password", next_step=_BY_BROWSER)
    return refused("The server did not sign you in.", trouble, grant="Resource Owner Password")


@dataclass(frozen=True, slots=True)
class _Second:
    """The second half of a sign-in, after a password that was right."""

    client: OAuthClient
    connection: Connection
    journal: Scribe
    clock: Clock
    factors: SecondFactor
    mfa_token: Secret
    attempt: int

    async def tokens(self, offered: tuple[Factor, ...]) -> TokenAnswer:
        """Return the tokens that the second factor brings; raises SignInFailed."""
        names = tuple(each.value for each in offered)
        self.journal.append(events.SecondFactorWanted(names), cause=self.attempt)
        chosen = offered[0] if len(offered) == 1 else await self.factors.choose(offered)
        return await (self._by_code() if chosen is Factor.ONE_TIME_CODE else self._by_push())

    async def _by_code(self) -> TokenAnswer:
        for tried in range(MOST_CODES):
            code = await self.factors.one_time_code(wrong_before=tried > 0)
            try:
                return await self.client.by_otp(
                    self.mfa_token, _bare(code), scopes=self.connection.scopes, cause=self.attempt
                )
            except OAuthError as trouble:
                if plain_code(trouble.code) != "invalid_grant":
                    raise _second_refused(trouble, "MFA OTP", "The time to type a one-time code is over.") from None
            self.journal.append(events.OneTimeCodeRefused(), cause=self.attempt)
        raise SignInFailed(
            f"None of {MOST_CODES} one-time codes was accepted.",
            next_step="Check the clock of the device that makes the codes, then sign in again.",
        )

    async def _by_push(self) -> TokenAnswer:
        try:
            push = await self.client.ask_phone(self.mfa_token, cause=self.attempt)
        except OAuthError as trouble:
            raise _second_refused(trouble, "MFA OOB", "The time to ask on the phone is over.") from None
        if push.needs_code:
            raise SignInFailed(
                "The server sent a code by SMS or voice, which Lapse does not ask for.",
                next_step="Sign in again with a one-time code, or through the browser.",
            )
        until = self.clock.now() + push.expires_in_s
        has_number = push.number is not None
        self.journal.append(events.PushAwaited(has_number, push.expires_in_s), cause=self.attempt)
        self.factors.show_push(PushWaiting(push.number, until))
        return await self._answered(push, until)

    async def _answered(self, push: Push, until: float) -> TokenAnswer:
        async def ask() -> TokenAnswer:
            return await self.client.by_phone(
                self.mfa_token, push.oob_code, scopes=self.connection.scopes, cause=self.attempt
            )

        late = "Nobody answered on the phone in time."
        try:
            return await poll(ask, self.clock, interval_s=push.interval_s, until=until)
        except TooLate as over:
            raise SignInFailed(over.told(late), next_step=_AGAIN) from None
        except OAuthError as trouble:
            if plain_code(trouble.code) == "invalid_grant":
                what = "The sign-in was declined on the phone."
                raise refused(what, trouble, grant="MFA OOB", next_step=_AGAIN) from None
            raise _second_refused(trouble, "MFA OOB", late) from None


def _second_refused(trouble: OAuthError, grant: str, late: str) -> SignInFailed:
    if plain_code(trouble.code) in ("access_denied", "expired_token") and "expired" in (
        trouble.description or trouble.code
    ):
        return refused(late, trouble, grant=grant, next_step=_AGAIN)
    if plain_code(trouble.code) == "access_denied":
        what = "The server does not accept that second factor for this account."
        return refused(what, trouble, grant=grant, next_step=_BY_BROWSER)
    return refused("The server did not sign you in.", trouble, grant=grant)


def _bare(code: Secret) -> Secret:
    """Return a code as it is meant: people type the gap that phones show in the middle."""
    return Secret("".join(code.reveal().split()))
