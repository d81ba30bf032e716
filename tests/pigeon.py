"""A kind of sign-in that nobody has: what lists kinds must list it as soon as it is registered."""

from app.demo.addresses import PASSWORD, USERNAME
from app.secret import Secret
from app.session import kinds
from app.session.direct_sign_in import NoSecondFactor, direct_sign_in
from app.session.kinds.kind import Flag, KindWords, SignInContext, SignInKind
from app.session.sign_in_result import SignIn


async def _sign_in(context: SignInContext, prompt: list[str]) -> SignIn:
    """Ask the prompt, and sign in as Ada."""
    prompt.append("Has it landed?")
    return await direct_sign_in(
        context.client,
        context.connection,
        context.journal,
        context.clock,
        username=USERNAME,
        password=Secret(PASSWORD),
        factors=NoSecondFactor(),
    )


PIGEON: SignInKind[list[str]] = SignInKind(
    name="pigeon",
    words=KindWords(
        noun="carrier pigeon",
        choice="By carrier pigeon",
        command="Sign in by carrier pigeon",
        hint="Waits at the window",
        invitation="Lapse opens the window and waits for a pigeon.",
        not_offered="The server keeps no pigeons.",
    ),
    flag=Flag(name="--pigeon-loft", metavar="WHERE", help="by carrier pigeon"),
    more_flags=(Flag(name="--grain", choices=("corn", "wheat"), help="what it is fed"),),
    grant="pigeon",
    is_offered=lambda metadata: "pigeon" in metadata.grant_types_supported,
    sign_in=_sign_in,
)
ALL = (*kinds.KINDS, PIGEON)
