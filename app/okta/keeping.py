"""An org's API token: taken as it is copied, kept in the keyring where a person asked for it, forgotten when asked."""

import re
from typing import TYPE_CHECKING

from app.errors import BadInput, StoreFailed
from app.errors.reasons import Standing
from app.secret import Secret

if TYPE_CHECKING:
    from app.session.store import TokenStore

TOKENS_PAGE = "Security > API > Tokens"
"""Where API tokens are made in Okta's Admin Console."""

_COPIED_SCHEME = re.compile(r"^SSWS(\s+|$)", re.IGNORECASE)
_LONGEST_TOKEN = 4096


def checked_token(token: Secret) -> Secret:
    """Return an API token without what was copied along with it; raises BadInput, which never repeats it."""
    text = _COPIED_SCHEME.sub("", token.reveal().strip())
    if not text:
        raise BadInput("The API token is missing.", next_step=f"Make one in the Admin Console: {TOKENS_PAGE}.")
    if len(text) > _LONGEST_TOKEN or not text.isascii() or not text.isprintable() or " " in text:
        raise BadInput("That is no API token.", next_step="Copy it once more, and nothing else along with it.")
    return Secret(text)


def token_key(org_url: str) -> str:
    """Return the name under which the API token of an org is kept."""
    return f"{org_url}#okta-api-token"


async def kept_token(store: "TokenStore", org_url: str) -> Secret | None:
    """Return the API token kept for the org, None where there is none; raises StoreFailed."""
    try:
        found = await store.load(token_key(org_url))
    except StoreFailed as failure:
        raise _retold("The API token kept for this org cannot be read", failure) from None
    return Secret(found) if found else None


async def keep_token(store: "TokenStore", org_url: str, token: Secret) -> None:
    """Keep the API token of the org, in the place of an older one; raises StoreFailed."""
    try:
        await store.save(token_key(org_url), checked_token(token).reveal())
    except StoreFailed as failure:
        raise _retold("The API token was not kept", failure) from None


async def forget_token(store: "TokenStore", org_url: str) -> None:
    """Forget the API token of the org; one that is not there is no error. Raises StoreFailed."""
    try:
        await store.delete(token_key(org_url))
    except StoreFailed as failure:
        raise _retold("The API token could not be forgotten", failure) from None


def _retold(what: str, failure: StoreFailed) -> StoreFailed:
    """Return the failure without what it says of sessions."""
    found = StoreFailed(f"{what}: {failure.what[0].lower()}{failure.what[1:]}", state=failure.state)
    found.standing = Standing.UNCHANGED
    found.next_step = "See that the system's keyring runs and is unlocked; until then the token is asked for each time."
    return found
