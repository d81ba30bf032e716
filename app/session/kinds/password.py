"""With username and password in Lapse itself, and a second factor where required (Okta Direct Authentication)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.secret import Secret
from app.session.kinds.kind import Flag, KindWords, SignInContext, SignInKind

if TYPE_CHECKING:
    from app.oauth.metadata import ServerMetadata
    from app.session.direct_sign_in import SecondFactorPrompt
    from app.session.sign_in_result import SignIn

_GRANT = "password"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPrompt:
    """What the user has typed, and the prompt for a second factor."""

    username: str
    password: Secret
    factors: "SecondFactorPrompt"


def _is_offered(metadata: "ServerMetadata") -> bool:
    return _GRANT in metadata.grant_types_supported


async def _sign_in(context: SignInContext, prompt: PasswordPrompt) -> "SignIn":
    from app.session.direct_sign_in import direct_sign_in

    return await direct_sign_in(
        context.client,
        context.connection,
        context.journal,
        context.clock,
        username=prompt.username,
        password=prompt.password,
        factors=prompt.factors,
    )


PASSWORD: SignInKind[PasswordPrompt] = SignInKind(
    name="password",
    words=KindWords(
        noun="username and password",
        choice="With username and password, in Lapse",
        command="Sign in with username and password",
        hint="Asks for the password here, for trusted first-party apps (Okta Direct Authentication)",
        invitation="Lapse asks for username and password here, and for a second factor where one is wanted.",
        not_offered="The server does not list the password grant (Okta Direct Authentication).",
    ),
    flag=Flag(
        name="--username",
        metavar="NAME",
        help="by password, which is asked for or read from standard input, a line each",
    ),
    more_flags=(
        Flag(
            name="--factor",
            choices=("code", "push"),
            help="the second factor after a password (default: ask)",
        ),
    ),
    grant=_GRANT,
    is_offered=_is_offered,
    sign_in=_sign_in,
)
