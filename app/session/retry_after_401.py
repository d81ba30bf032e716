"""One API call as a conversation: a fresh access token, and after one 401 one refresh and one replay (RFC 6750)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from app.clock import Clock
from app.oauth.lenient_json import challenge_errors, read_members, said_error
from app.session.session import Session
from app.session.states import Fresh
from app.wire.fetch import FetchedResponse

_UNAUTHORIZED = 401
# What another access token of the same sign-in cannot fix: RFC 6750 §3.1, RFC 9470 §3, and Entra's claims challenge.
_NOT_BY_REFRESH = frozenset(
    {"insufficient_scope", "insufficient_claims", "insufficient_user_authentication", "insufficient_authentication"}
)

Send = Callable[[httpx.Request], Awaitable[FetchedResponse]]
MakeRequest = Callable[[], httpx.Request]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A 401 as received: the `error` of its challenge or body, empty where it has none."""

    error: str


class BearerCall:
    """Bearer authentication for one call of `api`, which is its origin (RFC 6750).

    Afterwards `steps` holds how each token was obtained, `rejection` what the API said of the first one, if it refused
    it, and `refused_fresh` whether it refused one that had just been issued. `sent_at` is the stopwatch, in seconds,
    when the last attempt was sent.
    """

    def __init__(
        self, session: Session, clock: Clock, *, api: str, asked_by: str = "Call API", cause: int | None = None
    ) -> None:
        self._session = session
        self._api = api
        self._clock = clock
        self._asked_by = asked_by
        self._cause = cause
        self.steps: list[Fresh] = []
        self.rejection: Rejection | None = None
        self.refused_fresh = False
        self.sent_at = clock.stopwatch()

    async def response(self, make: MakeRequest, send: Send) -> FetchedResponse:
        """Return the API's response; raises what `Session.fresh_token` and `send` raise.

        Each response is read, and its connection released, before the session is asked for another token: a hundred
        calls refused at once must not hold the connections the refresh needs.
        """
        fresh = await self._session.fresh_token(asked_by=self._asked_by, cause=self._cause)
        first = await self._sent(make, send, fresh)
        self.rejection = rejection_in(first)
        if self.rejection is None:
            self._session.refusing_apis.note_taken(self._api)
            return first
        if not refreshing_may_help(self.rejection):
            return first
        if fresh.refreshed_s is not None or self._session.refusing_apis.refuse(fresh.access, self._api):
            self._refused(fresh)
            return first
        again = await self._session.fresh_token(asked_by=self._asked_by, not_this=fresh.access.value, cause=self._cause)
        second = await self._sent(make, send, again)
        if rejection_in(second) is None:
            self._session.refusing_apis.note_taken(self._api)
        else:
            self._refused(again)
        return second

    async def _sent(self, make: MakeRequest, send: Send, fresh: Fresh) -> FetchedResponse:
        self.steps.append(fresh)
        self.sent_at = self._clock.stopwatch()
        request = make()
        request.headers["Authorization"] = f"Bearer {fresh.access.value.reveal()}"
        return await send(request)

    def _refused(self, fresh: Fresh) -> None:
        self.refused_fresh = True
        self._session.refusing_apis.note_refused(fresh.access, self._api, cause=self._cause)


def rejection_in(response: FetchedResponse) -> Rejection | None:
    """Return what a 401 says, None for any other status; its header may lack what RFC 9110 §15.5.2 requires."""
    if response.status != _UNAUTHORIZED:
        return None
    telling = [error.lower() for error in challenge_errors(response)]
    if not telling and (said := said_error(response, read_members(response))) is not None:
        telling = [said[0].lower()]
    barring = next((each for each in telling if each in _NOT_BY_REFRESH), None)
    return Rejection(response.said(barring or (telling[0] if telling else ""), longest=60))


def refreshing_may_help(rejection: Rejection) -> bool:
    """Return whether another access token of the same sign-in may be accepted where this one was not."""
    return rejection.error not in _NOT_BY_REFRESH
