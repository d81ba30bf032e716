"""Sign-in on another device: a code shown here is approved there, and polled for (RFC 8628)."""

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
    """What to show while the user is at another device; the code expires at `until`, in epoch seconds.

    `verification_uri_complete` contains the code, for a link or a QR code; `user_code` is shown beside it all the same,
    so that the user can compare (RFC 8628 §3.3.1).
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
    """Sign in; return the token response, the verified claims and the journal number of the attempt.

    Raises SignInFailed (declined, not in time, refused, not valid), BadInput where the server has no device grant, or a
    network error from before the code was shown; after that, network errors are waited out.
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
    except OAuthError as error:
        raise refused(words.NO_DEVICE_CODE, error, grant=_GRANT) from None
    until = clock.now() + codes.expires_in_s
    journal.append(DeviceCodeShown(codes.verification_uri, codes.expires_in_s), cause=attempt)
    show(DeviceWaiting(codes.user_code, codes.verification_uri, codes.verification_uri_complete, until))
    response = await _tokens(client, connection, clock, codes, until, attempt)
    return await accepted(client, connection, response, attempt)


async def _tokens(
    client: OAuthClient, connection: Connection, clock: Clock, codes: DeviceCodes, until: float, attempt: int
) -> TokenResponse:
    async def ask() -> TokenResponse:
        return await client.device_tokens(codes.device_code, resource=connection.resource, cause=attempt)

    try:
        return await poll(ask, clock, interval_s=codes.interval_s, until=until)
    except TooLate as late:
        what, again = late.explained(words.DEVICE_CODE_UNUSED), words.FOR_A_NEW_CODE
        raise SignInFailed(what, reason=SignInEnded.TIMED_OUT, next_step=again) from None
    except OAuthError as error:
        code = plain_code(error.code)
        what, reason = _SAYINGS.get(code, (words.NOT_SIGNED_IN, SignInEnded.REFUSED))
        again = words.FOR_A_NEW_CODE if code in _SAYINGS else ""
        raise refused(what, error, grant=_GRANT, next_step=again, reason=reason) from None
