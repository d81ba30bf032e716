"""Sentences about Okta's management API and changes made through it; no code reads them.

Okta's own validation messages are in `app.okta.validation`.
"""

from collections.abc import Sequence

from app.okta.validation import Note
from app.text import duration

Message = tuple[str, str]
"""What failed, and what to do next."""

TOKENS_PAGE = "Security > API > Tokens"
"""Where API tokens are made in Okta's Admin Console."""


NOTES = {
    Note.INACTIVE: "The app is not active: no user can sign in with it until an admin activates it.",
    Note.NO_CODE: (
        "The app may not use the Authorization Code grant, so signing in in the browser brings no token at all."
    ),
}

# What the management API refuses, by its error code and by its status.
_TOKEN = (
    "Okta does not accept the API token.",
    f"Check that it was copied whole. A token unused for 30 days is revoked: create another in {TOKENS_PAGE}.",
)
_RIGHT = (
    "The admin who created the API token may not do this.",
    "A token has the rights of the admin who made it. Ask one who may manage applications, a Super Administrator say.",
)
_UNREAD = ("Okta could not read what Lapse sent.", "Nothing was changed. Please report it.")
REFUSED_BY_CODE: dict[str, Message] = {
    "E0000011": _TOKEN,
    "E0000004": _TOKEN,
    "E0000005": (
        "Okta does not accept the API token from here.",
        f"Look in {TOKENS_PAGE} from which network zone the token may be used.",
    ),
    "E0000006": _RIGHT,
    "E0000015": _RIGHT,
    "E0000003": _UNREAD,
    "E0000010": ("The org is read only at the moment.", "Nothing was changed. Try again later."),
    "E0000021": _UNREAD,
    "E0000022": (
        "The server does not allow this change of apps.",
        "Check that the issuer is an org of Okta's.",
    ),
}
REFUSED_BY_STATUS: dict[int, Message] = {401: _TOKEN, 403: _RIGHT}

NO_ISSUER_NEXT = "Okta's issuers look like https://org.okta.com/oauth2/default or https://org.okta.com."
ORG_URL = "The org's URL"
ORG_URL_WITH_PATH = "The org's URL must not have a path."
NO_CLIENT_ID: Message = ("That is no client ID.", "Copy it from the app's General tab in the Admin Console.")
NO_TOKEN: Message = ("The API token is missing.", f"Create one in the Admin Console: {TOKENS_PAGE}.")
BAD_TOKEN: Message = ("That is no API token.", "Copy it again, and nothing else with it.")
NO_OIDC_APP: Message = (
    "That is no OpenID Connect app, so it has no grants.",
    "Choose the app that the connection's client ID belongs to.",
)
TOO_LONG = "it is too long"
NUMBER_TOO_EXACT = "it contains a number that Lapse could not send back unchanged"
TOKEN_UNREAD = "The API token kept for this org cannot be read"  # noqa: S105 - a sentence
TOKEN_NOT_KEPT = "The API token was not kept"  # noqa: S105 - a sentence
TOKEN_NOT_FORGOTTEN = "The API token could not be forgotten"  # noqa: S105 - a sentence
KEYRING_NEXT = "See that the system's keyring runs and is unlocked; until then the token is asked for each time."

_MOST_PATHS = 5


def no_issuer(issuer: str) -> str:
    return f"{issuer} is no issuer of Okta's, and the Applications API is Okta's alone."


def not_as_okta(status: int) -> str:
    return f"The server answered {status}, and not as Okta's management API does."


def rate_limited(wait_s: float) -> Message:
    """Return what a rate limit means, which lasts `wait_s` seconds."""
    return "The org's rate limit is reached.", f"Wait {duration(wait_s)}, then try again."


def no_app(app: str) -> Message:
    return (
        f"The org has no app with the ID {app}.",
        "Copy the client ID from the app's General tab, and check that the issuer is of the same org.",
    )


def not_valid(causes: Sequence[str]) -> Message:
    return (
        f"Okta does not accept the change: {'; '.join(causes) or 'it says no reason'}.".replace("..", "."),
        "Nothing was changed. Correct it and try again.",
    )


def org_failed(status: int) -> Message:
    return f"The org failed ({status}).", "Try again later; look at the app before you do."


def refused_otherwise(status: int, code: str) -> Message:
    """Return the sentences for an unknown error code."""
    return f"The org answered {' '.join(each for each in (str(status), code) if each)}.", "Read what it says below."


def no_app_object(why: str) -> str:
    return f"The org's response cannot be taken for an app: {why}."


def member_unknown(name: str) -> Message:
    return (
        f"The org says of {name} what Lapse does not understand.",
        "Do it in the Admin Console: the app's General tab, General Settings, Edit.",
    )


def changed_meanwhile(paths: Sequence[str]) -> Message:
    return (
        f"The app was changed in the meantime: {_listed(paths)}.",
        "Nothing was changed. Look at the app as it is now, then decide again.",
    )


def unconfirmed(why: str) -> Message:
    return (
        f"The change was sent, but could not be confirmed. {why}",
        "Most likely it was made. Read the app again to see.",
    )


def as_it_was(why: str) -> Message:
    return f"{why} The app is as it was.", "Apply the change again."


def not_shown(paths: Sequence[str]) -> Message:
    return (
        f"Okta took the change, but the app does not show it: {_listed(paths)}.",
        "Look at the app in the Admin Console before you sign in again.",
    )


def would_be_refused(why: str) -> Message:
    return f"Okta would not accept the change: {why}", "Nothing was sent. Correct it and try again."


def kept_unlike(what: str, why: str) -> str:
    """Return the sentence for a keyring that failed on the API token."""
    return f"{what}: {why[0].lower()}{why[1:]}"


def _listed(paths: Sequence[str]) -> str:
    shown = ", ".join(paths[:_MOST_PATHS])
    return f"{shown} and {len(paths) - _MOST_PATHS} more" if len(paths) > _MOST_PATHS else shown
