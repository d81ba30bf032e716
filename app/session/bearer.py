"""An httpx auth scheme: attach a fresh access token, and after one 401 invalid_token refresh once and replay once."""

import re
from collections.abc import AsyncGenerator

import httpx

from app.clock import Clock
from app.session.session import Session
from app.session.states import Fresh

_UNAUTHORIZED = 401
# One scheme or one parameter of a WWW-Authenticate header (RFC 9110 §11.6.1): quoted strings may hold commas.
_PIECE = re.compile(r'([A-Za-z0-9!#$%&\'*+.^_`|~-]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+))?')


class BearerAuth(httpx.Auth):
    """Bearer authentication for one API call (RFC 6750); `steps` tells afterwards how each token was come by.

    `sent_at` is what the stopwatch showed, in seconds, when the last attempt went out.
    """

    def __init__(self, session: Session, clock: Clock, *, asked_by: str = "Call API", cause: int | None = None) -> None:
        self._session = session
        self._clock = clock
        self._asked_by = asked_by
        self._cause = cause
        self.steps: list[Fresh] = []
        self.sent_at = clock.stopwatch()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """See httpx.Auth; raises what `Session.fresh_token` raises."""
        fresh = await self._session.fresh_token(asked_by=self._asked_by, cause=self._cause)
        response = yield self._with(request, fresh)
        if not (rejects_token(response) and isinstance(request.stream, httpx.ByteStream)):
            return
        again = await self._session.fresh_token(asked_by=self._asked_by, not_this=fresh.access.value, cause=self._cause)
        yield self._with(request, again)

    def _with(self, request: httpx.Request, fresh: Fresh) -> httpx.Request:
        self.steps.append(fresh)
        self.sent_at = self._clock.stopwatch()
        request.headers["Authorization"] = f"Bearer {fresh.access.value.reveal()}"
        return request


def rejects_token(response: httpx.Response) -> bool:
    """Return whether the answer is 401 with a Bearer challenge that says invalid_token (RFC 6750 §3.1).

    A header may carry several challenges, in any case, and servers that say nothing more than `Bearer` exist: that
    counts too, because a token was sent.
    """
    if response.status_code != _UNAUTHORIZED:
        return False
    scheme, errors, bearer_seen = "", set(), False
    for header in response.headers.get_list("www-authenticate"):
        for name, value in _PIECE.findall(header):
            if not value:
                scheme = name.lower()
                bearer_seen = bearer_seen or scheme == "bearer"
            elif scheme == "bearer" and name.lower() == "error":
                errors.add(value.strip('"').lower())
    return bearer_seen and (not errors or "invalid_token" in errors)
