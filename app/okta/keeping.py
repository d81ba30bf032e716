"""Keeps an org's API token in the keyring where a person asked for it, and forgets it when asked."""

from app.errors import Standing, StoreFailed
from app.okta.management import checked_token
from app.secret import Secret
from app.session.store import TokenStore


def token_key(org_url: str) -> str:
    """Return the name under which the API token of an org is kept."""
    return f"{org_url}#okta-api-token"


async def kept_token(store: TokenStore, org_url: str) -> Secret | None:
    """Return the API token kept for the org, None where there is none; raises StoreFailed."""
    try:
        found = await store.load(token_key(org_url))
    except StoreFailed as failure:
        raise _retold("The API token kept for this org cannot be read", failure) from None
    return Secret(found) if found else None


async def keep_token(store: TokenStore, org_url: str, token: Secret) -> None:
    """Keep the API token of the org, in the place of an older one; raises StoreFailed."""
    try:
        await store.save(token_key(org_url), checked_token(token).reveal())
    except StoreFailed as failure:
        raise _retold("The API token was not kept", failure) from None


async def forget_token(store: TokenStore, org_url: str) -> None:
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
