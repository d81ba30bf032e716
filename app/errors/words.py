"""The sentences of the reasons that errors and events share."""

from types import MappingProxyType

from app.errors.reasons import SessionEnd

SESSION_ENDS = MappingProxyType(
    {
        SessionEnd.REFUSED: "The server refused the refresh token: it is expired, already used, or revoked.",
        SessionEnd.REFUSED_AFTER_LOSS: "The refresh token was refused after a response was lost: the server may have "
        "replaced it meanwhile, and its grace period is over.",
        SessionEnd.NEEDS_PERSON: "The server does not refresh again until the user has signed in.",
        SessionEnd.OTHER_SUBJECT: "The server refreshed the session with another person's tokens (sub): they were not "
        "used, and it has ended.",
    }
)


def said(code: str, description: str) -> str:
    """Return a server's error and its description."""
    return f"{code}: {description}" if description else code
