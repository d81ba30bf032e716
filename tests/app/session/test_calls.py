"""API calls: what goes out, what comes back, and the story told of it."""

import json
import re
from collections.abc import Callable

import httpx
import pytest

from app.errors import BadInput, CallFailed, Hiccup, NotSignedIn, Refusal, Unreachable
from app.errors.reasons import FailureKind
from app.session.calls import BODY_LIMIT, exit_code, summary
from app.session.retry_after_401 import refreshing_may_help, rejection_in
from app.testing.network import refused, responses, slow
from app.testing.sessions import World
from app.wire.fetch import FetchedResponse

pytestmark = pytest.mark.anyio
Answering = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def api(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Answering]:
    """Answers that stand in for a foreign API, in turn."""
    queue: list[Answering] = []
    onwards = world.network.handle_async_request

    async def response(request: httpx.Request) -> httpx.Response:
        if request.url.host == "api.example":
            return queue.pop(0)(request)
        return await onwards(request)

    monkeypatch.setattr(world.network, "handle_async_request", response)
    return queue


async def test_the_story_of_a_call_that_needed_no_refresh(world: World) -> None:
    await world.sign_in()
    result = await world.calls.call("GET", world.org.api_url)
    assert result.worked
    assert result.response is not None
    assert json.loads(result.response.body)
    assert re.fullmatch(r"Access token is good for another 30 s → GET /api/me 200 in \S+ m?s", result.story())


async def test_the_story_of_a_call_that_refreshed(world: World) -> None:
    await world.sign_in()
    world.clock.jump(33)
    world.network.faults.append(slow(0.041))
    result = await world.calls.call("GET", world.org.api_url)
    assert re.fullmatch(
        r"Access token lapsed 3 s ago → refreshed in 41 ms → GET /api/me 200 in \S+ m?s", result.story()
    )
    assert world.network.token_requests() == 1


async def test_a_revoked_access_token_costs_one_hidden_401(world: World) -> None:
    await world.sign_in()
    assert world.tokens.access is not None
    form = {"token": world.tokens.access.value.reveal(), "client_id": "0oa-demo-native"}
    await world.http.post(f"{world.org.issuer}/v1/revoke", data=form)
    world.network.requests.clear()
    results = [await world.calls.call("GET", world.org.api_url) for _ in range(5)]
    assert [result.status for result in results] == [200] * 5
    assert world.network.token_requests() == 1
    assert "→ 401 invalid_token → refreshed in" in results[0].story()


async def test_403_is_never_a_reason_to_refresh(world: World, api: list[Answering]) -> None:
    await world.sign_in()
    header = {"www-authenticate": 'Bearer error="insufficient_scope"'}
    api.append(lambda request: httpx.Response(403, headers=header, stream=httpx.ByteStream(b""), request=request))
    result = await world.calls.call("GET", "https://api.example/x")
    assert result.status == 403
    assert world.network.token_requests() == 0
    assert exit_code([result]) == 2


async def test_an_api_that_always_says_401_is_asked_twice_and_no_more(world: World, api: list[Answering]) -> None:
    await world.sign_in()
    header = {"www-authenticate": 'Bearer error="invalid_token"'}
    api.extend([lambda request: httpx.Response(401, headers=header, stream=httpx.ByteStream(b""), request=request)] * 2)
    result = await world.calls.call("GET", "https://api.example/x")
    assert result.status == 401
    assert api == []
    assert world.network.token_requests() == 1


@pytest.mark.parametrize(
    ("headers", "body", "error", "helps"),
    [
        (['Bearer error="invalid_token"'], "", "invalid_token", True),
        (['bEARER realm="a, b", Error="INVALID_TOKEN"'], "", "invalid_token", True),
        (["Bearer realm='api', error='invalid_token', error_description='expired'"], "", "invalid_token", True),
        (["Bearer"], "", "", True),
        ([], "", "", True),
        ([], '{"message": "Unauthorized"}', "", True),
        ([], '{"error": "expired"}', "expired", True),
        (['Basic realm="x"', 'Bearer error="invalid_token"'], "", "invalid_token", True),
        (['DPoP error="invalid_token"'], "", "invalid_token", True),
        (['Bearer error="insufficient_scope"'], "", "insufficient_scope", False),
        (['Bearer realm="", error="insufficient_claims", claims="e30="'], "", "insufficient_claims", False),
        (['Bearer error="insufficient_user_authentication", acr_values="a"'], "", None, False),
        ([], '{"error": "insufficient_scope"}', "insufficient_scope", False),
    ],
)
def test_a_401_is_a_401_whatever_its_header_says(headers: list[str], body: str, error: str | None, helps: bool) -> None:
    found = httpx.Headers([("www-authenticate", header) for header in headers])
    rejection = rejection_in(FetchedResponse(401, "", found, body.encode(), truncated=False, stated_length=None))
    assert rejection is not None
    assert error is None or rejection.error == error
    assert refreshing_may_help(rejection) is helps


@pytest.mark.parametrize("status", [200, 302, 400, 403, 407, 500])
def test_nothing_else_is_a_401(status: int) -> None:
    found = httpx.Headers([("www-authenticate", 'Bearer error="invalid_token"')])
    assert rejection_in(FetchedResponse(status, "", found, b"", truncated=False, stated_length=None)) is None


async def test_a_url_that_is_none_costs_nothing(world: World) -> None:
    await world.sign_in()
    world.told.clear()
    for url in ("", "nonsense", "http://example.com/api", "file:///etc/passwd"):
        with pytest.raises(BadInput):
            await world.calls.call("GET", url)
    assert world.told == []


async def test_a_huge_response_is_cut_and_said_so(world: World, api: list[Answering]) -> None:
    await world.sign_in()
    body = b"x" * (50 << 20)
    headers = {"content-length": str(len(body)), "content-type": "application/octet-stream"}
    chunks = [body[at : at + 65_536] for at in range(0, len(body), 65_536)]
    read = 0

    class Counting(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]
            nonlocal read
            for chunk in chunks:
                read += 1
                yield chunk

    api.append(lambda request: httpx.Response(200, headers=headers, stream=Counting(), request=request))
    result = await world.calls.call("GET", "https://api.example/big")
    assert result.response is not None
    assert len(result.response.body) == BODY_LIMIT
    assert result.response.truncated
    assert result.response.stated_length == len(body)
    assert read <= BODY_LIMIT // 65_536 + 1


async def test_an_api_redirect_is_shown_and_the_token_stays_here(world: World, api: list[Answering]) -> None:
    await world.sign_in()
    header = {"location": "https://evil.example/"}
    api.append(lambda request: httpx.Response(302, headers=header, stream=httpx.ByteStream(b""), request=request))
    result = await world.calls.call("GET", "https://api.example/x")
    assert result.status == 302
    assert all(request.url.host != "evil.example" for request in world.network.requests)


async def test_what_to_do_about_a_proxy_is_told_of_a_call_too(world: World, api: list[Answering]) -> None:
    def behind_a_proxy(request: httpx.Request) -> httpx.Response:
        raise Unreachable("The proxy is gone.", sent=False, kind=FailureKind.PROXY, next_step="Check HTTPS_PROXY.")

    await world.sign_in()
    api.append(behind_a_proxy)
    result = await world.calls.call("GET", "https://api.example/x")
    assert result.error is not None
    assert result.error.lines() == ("The proxy is gone.", "You are still signed in.", "Check HTTPS_PROXY.")


async def test_failures_are_results_with_a_story(world: World, api: list[Answering]) -> None:
    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    result = await world.calls.call("GET", world.org.api_url)
    assert isinstance(result.error, NotSignedIn)
    assert exit_code([result]) == 4
    await world.sign_in()
    api.append(down)
    result = await world.calls.call("GET", "https://api.example/x?key=private")
    assert isinstance(result.error, CallFailed)
    assert "private" not in result.story()
    assert exit_code([result]) == 3
    world.clock.jump(31)
    world.network.faults.append(refused())
    result = await world.calls.call("GET", world.org.api_url)
    assert isinstance(result.error, Hiccup)
    assert exit_code([result]) == 3
    world.network.faults.append(responses(400, b'{"error":"invalid_grant"}', content_type="application/json"))
    result = await world.calls.call("GET", world.org.api_url)
    assert isinstance(result.error, Refusal)
    assert exit_code([result]) == 1


async def test_many_calls_in_one_line(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    results = [await world.calls.call("GET", world.org.api_url) for _ in range(3)]
    assert re.fullmatch(r"3 calls, 1 refresh in \S+ m?s: 3 × 200", summary(results))
    assert exit_code(results) == 0
    results = [await world.calls.call("GET", world.org.api_url) for _ in range(2)]
    assert summary(results) == "2 calls, no refresh: 2 × 200"
