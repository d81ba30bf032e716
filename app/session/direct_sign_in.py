"""Sign-in with username and password in Lapse itself, and a second factor where one is required (Okta fact §4)."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from app.clock import Clock
from app.connection import Connection
from app.errors import BadInput, OAuthError, SignInFailed
from app.errors.reasons import SignInEnded
from app.events.sign_in import OneTimeCodeRefused, PushAwaited, SecondFactorWanted, SignInStarted
from app.journal import JournalWriter
from app.oauth import direct
from app.oauth.client import OAuthClient
from app.oauth.direct import MfaRequired, Push
from app.oauth.error_codes import plain_code
from app.oauth.grants import TokenResponse
from app.oauth.metadata import ServerMetadata
from app.secret import Secret
from app.session import words
from app.session.polling import TooLate, poll
from app.session.sign_in_result import SignIn, accepted, refused

MOST_CODES = 5
"""How many one-time codes are tried; a server that locks accounts locks sooner."""


class Factor(Enum):
    """A second factor."""

    ONE_TIME_CODE = "one-time code"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class PushWaiting:
    """What to show during a push: the number to choose on the phone, if any, and when it expires (epoch seconds)."""

    number: str | None
    until: float


class SecondFactorPrompt(Protocol):
    """Asks the user for a second factor; cancelling the sign-in cancels whichever of these is awaited."""

    async def choose(self, offered: tuple[Factor, ...]) -> Factor:
        """Return the one of `offered` to use; called only where there are several."""

    async def one_time_code(self, *, wrong_before: bool) -> Secret:
        """Return the one-time code; `wrong_before` means that the last one was not accepted."""

    def show_push(self, push: PushWaiting) -> None:
        """Show that a push was sent; returns at once."""


class NoSecondFactor:
    """Used where no second factor can be given: asking it for one is an error."""

    async def choose(self, offered: tuple[Factor, ...]) -> Factor:
        raise AssertionError(f"a choice of second factors without a prompt: {offered}")

    async def one_time_code(self, *, wrong_before: bool) -> Secret:
        raise AssertionError(f"a one-time code without a prompt (again: {wrong_before})")

    def show_push(self, push: PushWaiting) -> None:
        raise AssertionError(f"a push without a prompt: {push}")


async def direct_sign_in(
    client: OAuthClient,
    connection: Connection,
    journal: JournalWriter,
    clock: Clock,
    *,
    username: str,
    password: Secret,
    factors: SecondFactorPrompt,
) -> SignIn:
    """Sign in; return the token response, the verified claims and the journal number of the attempt.

    Raises SignInFailed (wrong, declined, not in time, refused, not valid), BadInput for an empty name or password or a
    server without the grant, or what the network did.
    """
    if not username.strip() or not password:
        what, step = words.PASSWORD_MISSING
        raise BadInput(what, next_step=step)
    metadata = await client.metadata()
    _check_offered(metadata)  # checked before the password leaves this machine
    started = SignInStarted(client.issuer, "", connection.scopes, "password", "with username and password")
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
    except OAuthError as error:
        raise _password_refused(error) from None
    if isinstance(first, MfaRequired):
        second = _Second(client, connection, journal, clock, factors, first.mfa_token, attempt)
        first = await second.tokens(_offered(metadata))
    return await accepted(client, connection, first, attempt)


def _check_offered(metadata: ServerMetadata) -> None:
    # Metadata without grant_types_supported means authorization_code and implicit only (RFC 8414 §2).
    if direct.PASSWORD not in metadata.grant_types_supported:
        what, step = words.NO_PASSWORD_GRANT
        raise BadInput(what, next_step=step)


def _offered(metadata: ServerMetadata) -> tuple[Factor, ...]:
    """Return the factors in the metadata, or both where it states none, as Okta's does: only the app's admin knows."""
    grants = {direct.MFA_OTP: Factor.ONE_TIME_CODE, direct.MFA_OOB: Factor.PUSH}
    if direct.challenge_endpoint(metadata) is None:
        return (Factor.ONE_TIME_CODE,)
    return tuple(each for grant, each in grants.items() if grant in metadata.grant_types_supported) or tuple(Factor)


def _password_refused(error: OAuthError) -> SignInFailed:
    if plain_code(error.code) == "invalid_grant":
        what, again = words.PASSWORD_REFUSED
        return refused(what, error, grant="Resource Owner Password", next_step=again)
    if plain_code(error.code) == "access_denied":
        what = words.PASSWORD_NOT_HERE
        return refused(what, error, grant="Resource Owner Password", next_step=words.BY_BROWSER)
    return refused(words.NOT_SIGNED_IN, error, grant="Resource Owner Password")


@dataclass(frozen=True, slots=True)
class _Second:
    """The second factor step, after a correct password."""

    client: OAuthClient
    connection: Connection
    journal: JournalWriter
    clock: Clock
    factors: SecondFactorPrompt
    mfa_token: Secret
    attempt: int

    async def tokens(self, offered: tuple[Factor, ...]) -> TokenResponse:
        """Return the tokens that the second factor brings; raises SignInFailed."""
        names = tuple(each.value for each in offered)
        self.journal.append(SecondFactorWanted(names), cause=self.attempt)
        chosen = offered[0] if len(offered) == 1 else await self.factors.choose(offered)
        return await (self._by_code() if chosen is Factor.ONE_TIME_CODE else self._by_push())

    async def _by_code(self) -> TokenResponse:
        for tried in range(MOST_CODES):
            code = await self.factors.one_time_code(wrong_before=tried > 0)
            try:
                return await self.client.by_otp(
                    self.mfa_token, _bare(code), scopes=self.connection.scopes, cause=self.attempt
                )
            except OAuthError as error:
                if plain_code(error.code) != "invalid_grant":
                    raise _second_refused(error, "MFA OTP", words.CODE_TOO_LATE) from None
            self.journal.append(OneTimeCodeRefused(), cause=self.attempt)
        what, step = words.no_code_accepted(MOST_CODES)
        raise SignInFailed(what, reason=SignInEnded.REFUSED, next_step=step)

    async def _by_push(self) -> TokenResponse:
        try:
            push = await self.client.ask_phone(self.mfa_token, cause=self.attempt)
        except OAuthError as error:
            raise _second_refused(error, "MFA OOB", words.PUSH_TOO_LATE) from None
        if push.needs_code:
            what, step = words.CODE_BY_SMS
            raise SignInFailed(what, reason=SignInEnded.NOT_POSSIBLE, next_step=step)
        until = self.clock.now() + push.expires_in_s
        has_number = push.number is not None
        self.journal.append(PushAwaited(has_number, push.expires_in_s), cause=self.attempt)
        self.factors.show_push(PushWaiting(push.number, until))
        return await self._answered(push, until)

    async def _answered(self, push: Push, until: float) -> TokenResponse:
        async def ask() -> TokenResponse:
            return await self.client.by_phone(
                self.mfa_token, push.oob_code, scopes=self.connection.scopes, cause=self.attempt
            )

        try:
            return await poll(ask, self.clock, interval_s=push.interval_s, until=until)
        except TooLate as over:
            what = over.explained(words.PHONE_UNANSWERED)
            raise SignInFailed(what, reason=SignInEnded.TIMED_OUT, next_step=words.SIGN_IN_AGAIN) from None
        except OAuthError as error:
            if plain_code(error.code) == "invalid_grant":
                what, again = words.DECLINED_ON_PHONE, words.SIGN_IN_AGAIN
                reason = SignInEnded.DECLINED
                raise refused(what, error, grant="MFA OOB", next_step=again, reason=reason) from None
            raise _second_refused(error, "MFA OOB", words.PHONE_UNANSWERED) from None


def _second_refused(error: OAuthError, grant: str, late: str) -> SignInFailed:
    if plain_code(error.code) in ("access_denied", "expired_token") and "expired" in (error.description or error.code):
        again, reason = words.SIGN_IN_AGAIN, SignInEnded.TIMED_OUT
        return refused(late, error, grant=grant, next_step=again, reason=reason)
    if plain_code(error.code) == "access_denied":
        return refused(words.FACTOR_REFUSED, error, grant=grant, next_step=words.BY_BROWSER)
    return refused(words.NOT_SIGNED_IN, error, grant=grant)


def _bare(code: Secret) -> Secret:
    """Return a code without spaces: users type the gap that phones show in the middle."""
    return Secret("".join(code.reveal().split()))
