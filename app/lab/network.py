"""The lab's network: the same latency and weather for every contestant, and a count of all that went over it."""

import asyncio
import json
import random
from dataclasses import dataclass
from itertools import chain

import httpx

from app.clock import Clock
from app.demo.faults import Fault, FaultKind
from app.demo.ledger import hashed
from app.demo.org import DemoOrg
from app.demo.transport import OrgTransport
from app.lab.scenario import Scenario, Weather
from app.lab.schedule import Schedule

_TOKEN, _API = b"/oauth2/default/v1/token", b"/api/me"
_REFRESH = b"grant_type=refresh_token"
_BUSY = Fault(kind=FaultKind.UNAVAILABLE, endpoint="token", value="10")
_LATENCIES = 1009
# Seconds there and back in fair weather, a tail of slow ones included (median and spread of a log-normal law).
_API_LATENCY = (0.030, 0.35)
_TOKEN_LATENCY = (0.090, 0.35)


@dataclass(slots=True)
class Delivered:
    """An access token that reached the client: until when the API takes it, and the one before it.

    `earned` is whether a call carried it that the one before could not have carried any more.
    """

    good_until: float
    before: "Delivered | None"
    earned: bool = False


class Traffic:
    """What went over the network so far: the numbers of an `Outcome` that only the network knows."""

    def __init__(self) -> None:
        self.token_requests = 0
        self.rejected_401 = 0
        self.bytes = 0
        self._newest: Delivered | None = None
        self._by_token: dict[str, Delivered] = {}
        self._refreshed: list[Delivered] = []

    @property
    def needless_refreshes(self) -> int:
        """How many refreshes brought a token that no call needed; see `Outcome`."""
        return sum(not each.earned for each in self._refreshed)

    def delivered(self, token: str, good_until: float, *, by_refresh: bool) -> None:
        """Note the client's new access token, valid at the API until that time of the org."""
        self._newest = Delivered(good_until, self._newest if by_refresh else None)
        self._by_token[token] = self._newest
        if by_refresh:
            self._refreshed.append(self._newest)

    def carried(self, token: str, now: float) -> None:
        """Note that a call arrived at the API with that access token."""
        found = self._by_token[token]
        if found.before is not None and now >= found.before.good_until:
            found.earned = True

    def rejected(self, token: str, now: float) -> None:
        self.rejected_401 += 1
        found = self._by_token[token]
        found.good_until = min(found.good_until, now)


class LabNetwork(httpx.AsyncBaseTransport):
    """The network to the org in simulated time.

    The latency of an exchange is a function of the seed, of whether it is with the token endpoint, and of the second it
    begins in; half of it passes on the way there. In a spell of `Weather.OUTAGES` no request gets through, of
    `LOST_ANSWERS` the responses of every second tenth of a second from the token endpoint get lost after the org has
    committed them, of `BUSY` the token endpoint answers 503 with Retry-After 10.
    """

    def __init__(self, org: DemoOrg, scenario: Scenario, schedule: Schedule, clock: Clock) -> None:
        self.traffic = Traffic()
        self._org = org
        self._inner = OrgTransport(org)
        self._weather = scenario.weather
        self._schedule = schedule
        self._clock = clock
        dice = random.Random(f"{scenario.seed}/latency")  # noqa: S311 - a seed is wanted, not a secret
        self._latencies = {path: _drawn(dice, law) for path, law in ((_API, _API_LATENCY), (_TOKEN, _TOKEN_LATENCY))}
        self._busy: int | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request; raises httpx.ConnectError or httpx.ReadError in bad weather."""
        path = request.url.raw_path
        is_refresh = path == _TOKEN and _REFRESH in request.content
        self.traffic.token_requests += is_refresh
        if self._is(Weather.OUTAGES):
            raise httpx.ConnectError("the network is down", request=request)
        half_s = self._latency_s(path) / 2
        await asyncio.sleep(half_s)
        self.traffic.bytes += _size_of_request(request)
        self._make_busy()
        response = await self._inner.handle_async_request(request)
        is_lost = path == _TOKEN and self._is(Weather.LOST_ANSWERS) and int(self._clock.elapsed() * 10) % 2 == 0
        if path == _API:
            self._note_call(request, response)
        await asyncio.sleep(half_s)
        if is_lost:
            raise httpx.ReadError("the response got lost", request=request)
        self.traffic.bytes += _size_of_response(response)
        if path == _TOKEN and response.status_code == httpx.codes.OK:
            self._note_tokens(await response.aread(), by_refresh=is_refresh)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _is(self, weather: Weather) -> bool:
        return self._weather is weather and self._schedule.is_in_spell(self._clock.elapsed())

    def _latency_s(self, path: bytes) -> float:
        latencies = self._latencies[_TOKEN if path == _TOKEN else _API]
        return latencies[int(self._clock.elapsed()) % _LATENCIES]

    def _make_busy(self) -> None:
        """Switch the org's fault on or off according to the weather."""
        if self._is(Weather.BUSY) and self._busy is None:
            [self._busy] = self._org.faults.switch_on([_BUSY])
        elif self._busy is not None and not self._is(Weather.BUSY):
            self._org.faults.switch_off(self._busy)
            self._busy = None

    def _note_call(self, request: httpx.Request, response: httpx.Response) -> None:
        token, now = request.headers["Authorization"].removeprefix("Bearer "), self._org.clock.now()
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self.traffic.rejected(token, now)
        else:
            self.traffic.carried(token, now)

    def _note_tokens(self, body: bytes, *, by_refresh: bool) -> None:
        token = json.loads(body)["access_token"]
        record = self._org.ledger.access.get(hashed(token))
        self.traffic.delivered(token, 0.0 if record is None else record.expires_at, by_refresh=by_refresh)


class LabClient(httpx.AsyncClient):
    """A client on the lab's network that takes no cookies: its org sets none, and looking for them takes time."""

    def __init__(self, network: LabNetwork) -> None:
        super().__init__(transport=network, trust_env=False)
        self._cookies = _NoCookies()


class _NoCookies(httpx.Cookies):
    def extract_cookies(self, response: httpx.Response) -> None:
        """Take none."""


def _drawn(dice: random.Random, law: tuple[float, float]) -> list[float]:
    median_s, spread = law
    return [round(median_s * dice.lognormvariate(0.0, spread), 3) for _ in range(_LATENCIES)]


def _size_of_request(request: httpx.Request) -> int:
    """Return the size of a request in HTTP/1.1 (RFC 9112 §3)."""
    first = len(request.method) + len(request.url.raw_path) + len("  HTTP/1.1\r\n")
    return first + _size_of_headers(request.headers) + len(request.content)


def _size_of_response(response: httpx.Response) -> int:
    first = len(f"HTTP/1.1 {response.status_code} {response.reason_phrase}\r\n")
    return first + _size_of_headers(response.headers) + int(response.headers["Content-Length"])


def _size_of_headers(headers: httpx.Headers) -> int:
    lines = headers.raw
    return sum(map(len, chain.from_iterable(lines))) + len(": \r\n") * len(lines) + len("\r\n")
