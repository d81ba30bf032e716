"""Sign-in on another device: a code is shown here, typed and allowed there, and polled for (RFC 8628)."""

from collections.abc import Callable
from dataclasses import dataclass

from app.clock import Clock
from app.connection import Connection
from app.errors import BadInput, OAuthError, SignInFailed
from app.errors.reasons import SignInEnded
from app.events.sign_in import DeviceCodeShown, SignInStarted
from app.journal import JournalWriter
from app.oauth.client import OAuthClient
from app.oauth.device import DeviceCodes
from app.oauth.error_codes import plain_code
from app.oauth.grants import TokenResponse
from app.session import words
from app.session.polling import TooLate, poll
from app.session.sign_in_result import SignIn, accepted, refused

_GRANT = "Device Authorization"
_SAYINGS = {
    "access_denied": (words.DECLINED_THERE, SignInEnded.DECLINED),
    "expired_token": (words.DEVICE_CODE_UNUSED, SignInEnded.TIMED_OUT),
    "invalid_grant": (words.DEVICE_CODE_DEAD, SignInEnded.REFUSED),
}


@dataclass(frozen=True, slots=True)
class DeviceWaiting:
    """What to show while the person is at another device; `until` in epoch seconds is when the code ends.

    `verification_uri_complete` has the code in it, for a link or a QR code; `user_code` is to be shown beside it all
    the same, so that the person can compare (RFC 8628 §3.3.1).
    """

    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    until: float


async def device_sign_in(
    client: OAuthClient,
    connection: Connection,
    journal: JournalWriter,
    clock: Clock,
    *,
    show: Callable[[DeviceWaiting], None],
) -> SignIn:
    """Sign in; return the token answer, the verified claims and the journal number of the attempt.

    Raises SignInFailed (declined, not in time, refused, not valid), BadInput where the server has no device grant, or
    what the network did before the code was shown; after that it is waited for to come back.
    """
    endpoint = (await client.metadata()).device_authorization_endpoint
    if endpoint is None:
        what, step = words.NO_DEVICE_GRANT
        raise BadInput(what, next_step=step)
    started = SignInStarted(client.issuer, "", connection.scopes, "device", "on another device")
    attempt = journal.append(started).seq
    try:
        codes = await client.device_codes(
            endpoint,
            scopes=connection.scopes,
            audience=connection.audience,
            resource=connection.resource,
            cause=attempt,
        )
    except OAuthError as trouble:
        raise refused(words.NO_DEVICE_CODE, trouble, grant=_GRANT) from None
    until = clock.now() + codes.expires_in_s
    journal.append(DeviceCodeShown(codes.verification_uri, codes.expires_in_s), cause=attempt)
    show(DeviceWaiting(codes.user_code, codes.verification_uri, codes.verification_uri_complete, until))
    answer = await _tokens(client, connection, clock, codes, until, attempt)
    return await accepted(client, connection, answer, attempt)


async def _tokens(
    client: OAuthClient, connection: Connection, clock: Clock, codes: DeviceCodes, until: float, attempt: int
) -> TokenResponse:
    async def ask() -> TokenResponse:
        return await client.device_tokens(codes.device_code, resource=connection.resource, cause=attempt)

    try:
        return await poll(ask, clock, interval_s=codes.interval_s, until=until)
    except TooLate as late:
        what, again = late.told(words.DEVICE_CODE_UNUSED), words.FOR_A_NEW_CODE
        raise SignInFailed(what, reason=SignInEnded.TIMED_OUT, next_step=again) from None
    except OAuthError as trouble:
        code = plain_code(trouble.code)
        what, reason = _SAYINGS.get(code, (words.NOT_SIGNED_IN, SignInEnded.REFUSED))
        again = words.FOR_A_NEW_CODE if code in _SAYINGS else ""
        raise refused(what, trouble, grant=_GRANT, next_step=again, reason=reason) from None
