"""An org's API token: taken as it is copied, kept in the keyring where a user asked for it, forgotten when asked."""

import re
from typing import TYPE_CHECKING

from app.errors import BadInput, StoreFailed
from app.errors.reasons import Standing
from app.okta import words
from app.secret import Secret

if TYPE_CHECKING:
    from app.session.store import TokenStore

_COPIED_SCHEME = re.compile(r"^SSWS(\s+|$)", re.IGNORECASE)
_LONGEST_TOKEN = 4096


def checked_token(token: Secret) -> Secret:
    """Return an API token without surrounding text; raises BadInput, which never repeats the token."""
    text = _COPIED_SCHEME.sub("", token.reveal().strip())
    if not text:
        raise _bad(words.NO_TOKEN)
    if len(text) > _LONGEST_TOKEN or not text.isascii() or not text.isprintable() or " " in text:
        raise _bad(words.BAD_TOKEN)
    return Secret(text)


def token_key(org_url: str) -> str:
    return f"{org_url}#okta-api-token"


async def kept_token(store: "TokenStore", org_url: str) -> Secret | None:
    """Return the API token kept for the org, None where there is none; raises StoreFailed."""
    try:
        found = await store.load(token_key(org_url))
    except StoreFailed as failure:
        raise _retold(words.TOKEN_UNREAD, failure) from None
    return Secret(found) if found else None


async def keep_token(store: "TokenStore", org_url: str, token: Secret) -> None:
    """Store the API token of the org, replacing an older one; raises StoreFailed."""
    try:
        await store.save(token_key(org_url), checked_token(token).reveal())
    except StoreFailed as failure:
        raise _retold(words.TOKEN_NOT_KEPT, failure) from None


async def forget_token(store: "TokenStore", org_url: str) -> None:
    """Forget the API token of the org; one that is not there is no error. Raises StoreFailed."""
    try:
        await store.delete(token_key(org_url))
    except StoreFailed as failure:
        raise _retold(words.TOKEN_NOT_FORGOTTEN, failure) from None


def _bad(message: words.Message) -> BadInput:
    what, next_step = message
    return BadInput(what, next_step=next_step)


def _retold(what: str, failure: StoreFailed) -> StoreFailed:
    """Return the failure in words about the API token, not a session."""
    found = StoreFailed(words.kept_unlike(what, failure.what), state=failure.state)
    found.standing = Standing.UNCHANGED
    found.next_step = words.KEYRING_NEXT
    return found
