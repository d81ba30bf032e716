"""What an unexpected response of an API looks like: a refusal, a redirect, a web page."""

import re
from enum import Enum

import httpx

from app.wire.fetch import FetchedResponse

_SIGN_IN = re.compile(
    r"(log|sign)[-_]?[io]n\b|\boauth|\bauth(n|enticate|orize)?\b|\bsso\b|\bsaml|\boidc\b", re.IGNORECASE
)
_HTML = frozenset({"text/html", "application/xhtml+xml"})


class UnexpectedResponse(Enum):
    """What it looks like, in words that may follow the status in a story."""

    FRESH_TOKEN_REFUSED = "the API refuses fresh tokens too: audience or scope?"  # noqa: S105 - words, not a token
    NOT_ALLOWED = "the API forbids it, and no refresh helps: scope, role or rule?"
    MORE_WANTED = "the API wants more than a refresh can bring: another scope, or a new sign-in"
    SIGN_IN_REDIRECT = "it redirects to what looks like a sign-in page: the API takes no token here, or not this one"
    REDIRECT = "it redirects; Lapse does not follow redirects with a token"
    WEB_PAGE = "a web page came instead of JSON: perhaps a sign-in page, or not the API's URL"


def unexpected(response: FetchedResponse, *, refused_fresh: bool) -> UnexpectedResponse | None:
    """Return what an unexpected response looks like, None for an expected one, or one that says enough itself."""
    if refused_fresh:
        return UnexpectedResponse.FRESH_TOKEN_REFUSED
    if response.status == httpx.codes.UNAUTHORIZED:
        return UnexpectedResponse.MORE_WANTED
    if response.status == httpx.codes.FORBIDDEN and response.media_type not in _HTML:
        return UnexpectedResponse.NOT_ALLOWED
    if httpx.codes.is_redirect(response.status):
        target = response.headers.get("location", "")
        return UnexpectedResponse.SIGN_IN_REDIRECT if _SIGN_IN.search(target) else UnexpectedResponse.REDIRECT
    return UnexpectedResponse.WEB_PAGE if response.media_type in _HTML else None
