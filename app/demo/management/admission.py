"""Access control of the management API (holders of the API token only), and its rate limit headers."""

import hmac
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from app.demo.dialect import Refused
from app.demo.management.refusals import in_management_words, invalid_token
from app.demo.org import DemoOrg

_SCHEME = "SSWS"
_WINDOW_S = 60
_LIMITS = {"applications": 500, "logs": 120}

Endpoint = Callable[[Request], Awaitable[Response]]


class Admission:
    """Wraps the endpoints of the management API."""

    def __init__(self, org: DemoOrg) -> None:
        self._org = org
        self._limits = RateLimits(org.clock.now)

    def administrators_only(self, name: str, endpoint: Endpoint) -> Endpoint:
        """Return `endpoint` for requests with `Authorization: SSWS {token}`; others get 401 E0000011."""

        async def admitted(request: Request) -> Response:
            headers = self._limits.counted(name)
            try:
                self._check(request)
                response = await endpoint(request)
            except Refused as refused:
                translated = in_management_words(refused)
                translated.headers = headers
                raise translated from None
            response.headers.update(headers)
            return response

        return admitted

    def _check(self, request: Request) -> None:
        header = request.headers.get("authorization", "")
        # Okta's own Python SDK (3.4.6) puts no space behind the scheme
        scheme, token = header[: len(_SCHEME)], header[len(_SCHEME) :].strip()
        known = self._org.api_token.encode()
        if scheme.upper() != _SCHEME or not hmac.compare_digest(token.encode(), known):
            raise invalid_token()


class RateLimits:
    """Counts requests by the minute for Okta's rate limit headers (Okta fact §2.8); no request is refused for it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._used: dict[str, tuple[int, int]] = {}

    def counted(self, name: str) -> dict[str, str]:
        """Count a request to the endpoint `name` and return the headers; the reset is in epoch seconds."""
        window = int(self._now() // _WINDOW_S)
        before, used = self._used.get(name, (window, 0))
        used = used + 1 if before == window else 1
        self._used[name] = window, used
        return {
            "X-Rate-Limit-Limit": str(_LIMITS[name]),
            "X-Rate-Limit-Remaining": str(max(0, _LIMITS[name] - used)),
            "X-Rate-Limit-Reset": str((window + 1) * _WINDOW_S),
        }
