"""In the system browser: the kind of sign-in that every server offers (RFC 8252)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.session.kinds.kind import Flag, KindWords, SignInContext, SignInKind

if TYPE_CHECKING:
    from app.oauth.metadata import ServerMetadata
    from app.session.sign_in import Waiting
    from app.session.sign_in_result import SignIn

_GRANT = "authorization_code"


def _is_offered(metadata: "ServerMetadata") -> bool:
    # Metadata without grant_types_supported means that the code grant is supported (RFC 8414 §2).
    return not metadata.grant_types_supported or _GRANT in metadata.grant_types_supported


async def _sign_in(context: SignInContext, show: "Callable[[Waiting], None]") -> "SignIn":
    from app.session.sign_in import browser_sign_in

    return await browser_sign_in(
        context.client,
        context.connection,
        context.journal,
        context.clock,
        show=show,
        open_browser=context.open_browser,
    )


BROWSER: "SignInKind[Callable[[Waiting], None]]" = SignInKind(
    name="browser",
    words=KindWords(
        noun="browser",
        choice="In the browser",
        command="Sign in with the browser",
        hint="Opens your browser; Lapse never sees the password",
        invitation="Your browser opens the sign-in page of this connection.",
        demo_invitation="Your browser opens the demo org's sign-in page, which shows the password.",
        not_offered="The server does not list the authorization_code grant.",
    ),
    flag=Flag(name="--browser", help="in the browser (the default)"),
    grant=_GRANT,
    is_offered=_is_offered,
    sign_in=_sign_in,
    returns_by_redirect=True,
    leaves_browser_session=True,
)
"""Its prompt gets the URL while the browser is awaited."""
