"""The sentences for failures between a client and an authorization server."""

OTHER_ISSUER_ANSWERED = "The response came from another issuer than the one asked (RFC 9207); it was not used."
ABOUT_ANOTHER_USER = "The userinfo response is about another user."
NOT_SAID_WHETHER_ACTIVE = "The introspection response does not say whether the token is active."
NO_WAY_TO_PHONE = "This server has no known endpoint for a push to the phone."
NO_INTROSPECTION = "This server does not let clients without a secret introspect tokens."
SIGNATURE_UNCHECKED = "The ID token's signature cannot be checked."


def answered(where: str, status: int) -> str:
    return f"The {where} answered {status}."


def unreadable(what: str, why: object) -> str:
    return f"The {what} cannot be read: {why}."


def web_page(where: str, status: int) -> str:
    return f"The {where} answered {status} with a web page; a network's sign-in page may be in between."


def redirected(where: str, status: int) -> str:
    return f"The {where} tried to redirect ({status}); redirects of token requests are never followed."


def unusable(where: str, why: str) -> str:
    verdict = "no token response" if where == "token endpoint" else "of no use"
    return f"The {where}'s response is {verdict}: {why}."


# --- the redirect -----------------------------------------------------------------------------------------------------


def did_not_come_back(timeout_s: float) -> str:
    return f"The browser did not come back within {timeout_s / 60:.0f} minutes."


def ports_taken(ports: list[int]) -> tuple[str, str]:
    lost = "so the browser's response could not be received."
    if len(ports) == 1:
        step = "Close that program or choose another redirect URI; nothing else has changed."
        return f"Port {ports[0]} is in use by another program, {lost}", step
    named = f"{', '.join(map(str, ports[:-1]))} and {ports[-1]}"
    step = "Close one of them or add another redirect URI; nothing else has changed."
    return f"Ports {named} are in use by other programs, {lost}", step


# --- metadata ---------------------------------------------------------------------------------------------------------

METADATA_TOO_LARGE = "The issuer's metadata is larger than 1 MiB."
METADATA_IS_A_PAGE = (
    "The issuer URL leads to a web page, not to metadata.",
    "Check the issuer; for Okta it usually ends in /oauth2/default. Or sign in to the network first.",
)


def no_metadata(status: int) -> str:
    return f"The issuer answered {status} where its metadata should be."


def lacks(name: str) -> str:
    return f"The issuer's metadata has no {name}."


def other_issuer(stated: str) -> tuple[str, str]:
    step = f"Use the issuer exactly as the server states it: {stated}."
    return "The metadata belongs to another issuer than the one asked for.", step
