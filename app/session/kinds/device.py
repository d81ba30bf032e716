"""On another device, by a code that is shown here (RFC 8628)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.session.kinds.kind import Flag, KindWords, SignInContext, SignInKind

if TYPE_CHECKING:
    from app.oauth.metadata import ServerMetadata
    from app.session.device_sign_in import DeviceWaiting
    from app.session.sign_in_result import SignIn


def _is_offered(metadata: "ServerMetadata") -> bool:
    return metadata.device_authorization_endpoint is not None


async def _sign_in(context: SignInContext, show: "Callable[[DeviceWaiting], None]") -> "SignIn":
    from app.session.device_sign_in import device_sign_in

    return await device_sign_in(context.client, context.connection, context.journal, context.clock, show=show)


DEVICE: "SignInKind[Callable[[DeviceWaiting], None]]" = SignInKind(
    name="device",
    words=KindWords(
        noun="another device",
        choice="On another device, by a code or QR",
        command="Sign in on another device",
        hint="Shows a code and a link for a phone or another computer",
        invitation="Lapse shows a code and a link; you sign in on a phone or another computer.",
        not_offered="The server states no device authorization endpoint (RFC 8628).",
    ),
    flag=Flag(name="--device", help="on any device: a code, a link and a QR code are shown"),
    grant="device_code",
    is_offered=_is_offered,
    sign_in=_sign_in,
)
"""Its prompt gets the code and the link while the other device is awaited."""
