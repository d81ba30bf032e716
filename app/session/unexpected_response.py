"""What an API's answer looks like where it is not what was asked for: a refusal, a redirect, a web page."""

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
    NOT_ALLOWED = "the API forbids it, and no refresh mends that: scope, role or rule?"
    MORE_WANTED = "the API wants more than a refresh can bring: another scope, or a new sign-in"
    SIGN_IN_REDIRECT = "it redirects to what looks like a sign-in page: the API takes no token here, or not this one"
    REDIRECT = "it redirects; Lapse follows no redirect with a token"
    WEB_PAGE = "a web page came where JSON was asked: perhaps a sign-in page, or not the API's URL"


def unexpected(answer: FetchedResponse, *, refused_fresh: bool) -> UnexpectedResponse | None:
    """Return what an answer looks like, None for one that is what was asked for, or that says enough itself."""
    if refused_fresh:
        return UnexpectedResponse.FRESH_TOKEN_REFUSED
    if answer.status == httpx.codes.UNAUTHORIZED:
        return UnexpectedResponse.MORE_WANTED
    if answer.status == httpx.codes.FORBIDDEN and answer.media_type not in _HTML:
        return UnexpectedResponse.NOT_ALLOWED
    if httpx.codes.is_redirect(answer.status):
        target = answer.headers.get("location", "")
        return UnexpectedResponse.SIGN_IN_REDIRECT if _SIGN_IN.search(target) else UnexpectedResponse.REDIRECT
    return UnexpectedResponse.WEB_PAGE if answer.media_type in _HTML else None
