"""Sign-in on another device: a code is shown here, typed and allowed there, and polled for (RFC 8628)."""

from collections.abc import Callable
from dataclasses import dataclass

from app import events
from app.clock import Clock
from app.connection import Connection, SignInKind
from app.errors import BadInput, OAuthError, SignInFailed
from app.journal import Scribe
from app.oauth.client import OAuthClient
from app.oauth.codes import plain_code
from app.oauth.device import DeviceCodes
from app.oauth.grants import TokenAnswer
from app.session.accept import SignIn, accepted, refused
from app.session.polling import TooLate, poll

_GRANT = "Device Authorization"
_UNUSED = "The code was not used in time."
_SAYINGS = {
    "access_denied": "The sign-in was declined on the other device.",
    "expired_token": _UNUSED,
    "invalid_grant": "The server does not take the code any more.",
}
_AGAIN = "Sign in again for a new code."


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
    journal: Scribe,
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
        raise BadInput(
            "This server offers no sign-in on another device: its metadata names no device_authorization_endpoint.",
            next_step="Sign in through the browser.",
        )
    started = events.SignInStarted(client.issuer, "", connection.scopes, SignInKind.DEVICE.value)
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
        raise refused("The server gave no code for another device.", trouble, grant=_GRANT) from None
    until = clock.now() + codes.expires_in_s
    journal.append(events.DeviceCodeShown(codes.verification_uri, codes.expires_in_s), cause=attempt)
    show(DeviceWaiting(codes.user_code, codes.verification_uri, codes.verification_uri_complete, until))
    answer = await _tokens(client, connection, clock, codes, until, attempt)
    return await accepted(client, connection, answer, attempt)


async def _tokens(
    client: OAuthClient, connection: Connection, clock: Clock, codes: DeviceCodes, until: float, attempt: int
) -> TokenAnswer:
    async def ask() -> TokenAnswer:
        return await client.device_tokens(codes.device_code, resource=connection.resource, cause=attempt)

    try:
        return await poll(ask, clock, interval_s=codes.interval_s, until=until)
    except TooLate as late:
        raise SignInFailed(late.told(_UNUSED), next_step=_AGAIN) from None
    except OAuthError as trouble:
        code = plain_code(trouble.code)
        what = _SAYINGS.get(code, "The server did not sign you in.")
        again = _AGAIN if code in _SAYINGS else ""
        raise refused(what, trouble, grant=_GRANT, next_step=again) from None
