"""API calls: each with a fresh token, its response read within bounds, and its story."""

from dataclasses import dataclass
from functools import lru_cache, partial
from urllib.parse import urlsplit

import httpx

from app.clock import Clock
from app.connection_field import ConnectionField
from app.decision import Reason
from app.decision.words import headline
from app.errors import CallFailed, LapseError, NotSignedIn, Refusal, Unreachable
from app.errors.reasons import FailureKind
from app.events.calls import CallFinished, CallStarted
from app.events.wire import ExchangeKind
from app.journal import JournalWriter
from app.session import words
from app.session.retry_after_401 import BearerCall
from app.session.session import Session
from app.session.states import Fresh
from app.session.unexpected_response import UnexpectedResponse, unexpected
from app.text import count, duration, unstopped
from app.urls import check_url
from app.wire.fetch import FetchedResponse, fetch

BODY_LIMIT = 1 << 20
_TOTAL_S = 60.0
_SERVER_ERRORS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """One API call: its response, or the error instead of one.

    `steps` are the tokens used: one, or two after a 401, whose `error` is `rejected_as`. `duration_s` is the last
    attempt alone. `looks` describes an unexpected response.
    """

    method: str
    url: str
    steps: tuple[Fresh, ...]
    duration_s: float
    response: FetchedResponse | None = None
    error: LapseError | None = None
    rejected_as: str = ""
    looks: UnexpectedResponse | None = None

    @property
    def status(self) -> int | None:
        """The HTTP status, None when there was no response."""
        return None if self.response is None else self.response.status

    @property
    def worked(self) -> bool:
        """Whether the API answered 2xx."""
        return self.response is not None and httpx.codes.is_success(self.response.status)

    def story(self) -> str:
        """Return what happened: `Access token lapsed 3 s ago → refreshed in 41 ms → GET /api/me 200 in 12 ms`."""
        parts = [part for index, fresh in enumerate(self.steps) for part in self._told(fresh, again=index > 0)]
        if self.response is not None:
            parts.append(words.answered(self._request(), self.response.status, self.duration_s))
            if self.looks is not None:
                parts.append(self.looks.value)
        else:
            assert self.error is not None
            parts.append(f"{self._request()}: {self.error.what}")
        return " → ".join(parts)

    def _request(self) -> str:
        return f"{self.method} {urlsplit(self.url).path or '/'}"

    def _told(self, fresh: Fresh, *, again: bool) -> list[str]:
        decision = fresh.decision
        parts = [words.rejected(self.rejected_as)] if again else []
        if decision.reason is not Reason.REJECTED:
            parts.append(headline(decision))
        if fresh.refreshed_s is not None:
            parts.append(words.refreshed(fresh.refreshed_s, joined=fresh.joined))
        return parts


class ApiCaller:
    """Calls the API with the session's tokens."""

    def __init__(self, http: httpx.AsyncClient, session: Session, journal: JournalWriter, clock: Clock) -> None:
        self._http = http
        self._session = session
        self._journal = journal
        self._clock = clock

    async def call(self, method: str, url: str) -> CallResult:
        """Call the API once; a failure is part of the result.

        Raises BadInput when `url` is no URL a token may be sent to. Redirects are not followed: a token must not go
        where the user did not send it.
        """
        url = check_url(url, "The API URL", ConnectionField.API_URL)
        shown = url.split("?")[0].split("#")[0]
        entry = self._journal.append(CallStarted(method, shown))
        call = BearerCall(self._session, self._clock, api=_origin(url), cause=entry.seq)
        result = await self._result(method, url, shown, call, entry.seq)
        finished = CallFinished(result.story(), result.status, result.duration_s)
        self._journal.append(finished, cause=entry.seq)
        return result

    async def _result(self, method: str, url: str, shown: str, call: BearerCall, cause: int) -> CallResult:
        response: FetchedResponse | None = None
        error: LapseError | None = None
        try:
            response = await call.response(partial(_request, method, _parsed(url)), partial(self._send, cause))
        except Unreachable as failed:
            error = CallFailed(failed.what, kind=failed.kind, next_step=failed.cure)
        except LapseError as failed:
            error = failed
        except (httpx.InvalidURL, ValueError):
            what, step = words.API_URL_UNUSABLE
            error = CallFailed(what, kind=FailureKind.LOCAL, next_step=step)
        return CallResult(
            method=method,
            url=shown,
            steps=tuple(call.steps),
            duration_s=self._clock.stopwatch() - call.sent_at,
            response=response,
            error=error,
            rejected_as=call.rejection.error if call.rejection is not None else "",
            looks=None if response is None else unexpected(response, refused_fresh=call.refused_fresh),
        )

    async def _send(self, cause: int, request: httpx.Request) -> FetchedResponse:
        return await fetch(self._http, request, kind=ExchangeKind.API, cause=cause, limit=BODY_LIMIT, total_s=_TOTAL_S)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _request(method: str, url: httpx.URL) -> httpx.Request:
    return httpx.Request(method, url, headers={"Accept": "application/json, */*;q=0.5", "User-Agent": "Lapse"})


@lru_cache(maxsize=32)
def _parsed(url: str) -> httpx.URL:
    """Return the parsed URL, cached because the same few are called repeatedly. Raises httpx.InvalidURL."""
    return httpx.URL(url)


def summary(results: list[CallResult]) -> str:
    """Return many calls in one line: `10 calls, 1 refresh in 41 ms: 10 × 200`."""
    if len(results) == 1:
        return results[0].story()
    refreshes = [
        fresh.refreshed_s
        for result in results
        for fresh in result.steps
        if fresh.refreshed_s is not None and not fresh.joined
    ]
    head = count(len(results), "call")
    if refreshes:
        times = ", ".join(duration(each) for each in refreshes)
        head += f", {len(refreshes)} refresh{'es' if len(refreshes) > 1 else ''} in {times}"
    else:
        head += ", no refresh"
    outcomes: dict[str, int] = {}
    for result in results:
        outcome = str(result.status) if result.error is None else unstopped(result.error.what)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return head + ": " + ", ".join(f"{number} × {outcome}" for outcome, number in outcomes.items())


def exit_code(results: list[CallResult]) -> int:
    """Return the worst exit code of several calls.

    0 answered 2xx · 1 the session has ended · 2 the API finds the request wrong · 3 failed · 4 not signed in.
    """
    codes = [_exit_code(result) for result in results]
    order = (1, 4, 3, 2, 0)
    return min(codes, key=order.index, default=0)


def _exit_code(result: CallResult) -> int:
    if isinstance(result.error, Refusal | NotSignedIn):
        return result.error.exit_code
    if result.error is not None:
        return 3
    assert result.response is not None
    if result.response.status >= _SERVER_ERRORS or result.response.status == httpx.codes.TOO_MANY_REQUESTS:
        return 3
    return 0 if result.response.is_success else 2
