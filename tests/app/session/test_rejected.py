"""A 401 is a 401: one refresh for each access token, one replay, and no refresh that cannot help."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from app.events.tokens import FreshTokenRefused
from app.session.calls import exit_code
from app.session.lock import exclusive
from app.session.unexpected_response import UnexpectedResponse
from app.testing.sessions import World

pytestmark = pytest.mark.anyio
URL = "https://api.example/x"


def anything(_token: str) -> bool:
    return True


def nothing(_token: str) -> bool:
    return False


class Api:
    """A foreign API: it takes the access tokens that are `good`, and answers others with `refusal`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.takes: Callable[[str], bool] = anything
        self.refusal = httpx.Response(401)
        self.sent: list[str] = []

    def response(self, request: httpx.Request) -> httpx.Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        self.sent.append(token)
        if self.takes(token):
            return httpx.Response(200, json={"ok": True}, request=request)
        return httpx.Response(
            self.refusal.status_code,
            headers=self.refusal.headers,
            stream=httpx.ByteStream(self.refusal.content),
            request=request,
        )

    def ends(self) -> None:
        """End the access token in hand, as a server does that says nothing of it."""
        assert self.world.tokens.access is not None
        ended = self.world.tokens.access.value.reveal()
        before = self.takes
        self.takes = lambda token: token != ended and before(token)


@pytest.fixture
def api(world: World, monkeypatch: pytest.MonkeyPatch) -> Api:
    found = Api(world)
    onwards = world.network.handle_async_request

    async def response(request: httpx.Request) -> httpx.Response:
        return found.response(request) if request.url.host == "api.example" else await onwards(request)

    monkeypatch.setattr(world.network, "handle_async_request", response)
    return found


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(401),
        httpx.Response(401, json={"message": "Unauthorized"}),
        httpx.Response(401, headers={"www-authenticate": "Bearer realm='api', error='invalid_token'"}),
        httpx.Response(401, headers={"www-authenticate": 'Basic realm="x"'}),
        httpx.Response(401, headers={"content-type": "text/html"}, content=b"<html>401"),
        httpx.Response(401, content=b"x" * 100_000),
    ],
)
async def test_any_401_costs_one_refresh_and_one_replay(world: World, api: Api, refusal: httpx.Response) -> None:
    await world.sign_in()
    api.refusal = refusal
    for _ in range(3):
        api.ends()
        before = world.network.token_requests(), len(api.sent)
        result = await world.calls.call("GET", URL)
        assert (result.status, exit_code([result])) == (200, 0)
        assert (world.network.token_requests(), len(api.sent)) == (before[0] + 1, before[1] + 2)
        assert (await world.calls.call("GET", URL)).status == 200
    assert world.tokens.number == 4


async def test_an_api_that_takes_no_token_costs_one_refresh_in_all(world: World, api: Api) -> None:
    await world.sign_in()
    api.takes = nothing
    for number in range(4):
        result = await world.calls.call("GET", URL)
        assert result.status == 401
        assert result.looks is UnexpectedResponse.FRESH_TOKEN_REFUSED
        assert "the API refuses fresh tokens too: audience or scope?" in result.story()
        assert len(api.sent) == 2 + number
    assert world.network.token_requests() == 1
    assert [type(entry.event) for entry in world.told].count(FreshTokenRefused) == 4
    await world.session.close()
    again = world.second_session()  # another process knows it too
    assert await again.restore()
    assert again.tokens is not None
    assert again.tokens.refused_by == ("https://api.example",)


async def test_a_token_that_just_came_because_the_last_had_lapsed_is_not_refreshed_again(
    world: World, api: Api
) -> None:
    await world.sign_in()
    world.clock.jump(31)
    api.takes = nothing
    for _ in range(3):
        assert (await world.calls.call("GET", URL)).looks is UnexpectedResponse.FRESH_TOKEN_REFUSED
    assert world.network.token_requests() == 1
    api.takes = anything
    assert (await world.calls.call("GET", URL)).status == 200
    api.ends()  # it was taken meanwhile: now a refresh may help again
    assert (await world.calls.call("GET", URL)).status == 200
    assert world.network.token_requests() == 2


async def test_many_calls_at_once_share_the_one_refresh(world: World, api: Api) -> None:
    import asyncio

    await world.sign_in()
    api.ends()
    results = await asyncio.gather(*(world.calls.call("GET", URL) for _ in range(50)))
    assert {result.status for result in results} == {200}
    assert world.network.token_requests() == 1
    assert len(api.sent) == 100


@pytest.mark.parametrize(
    ("refusal", "looks"),
    [
        (
            httpx.Response(401, headers={"www-authenticate": 'Bearer error="insufficient_scope"'}),
            UnexpectedResponse.MORE_WANTED,
        ),
        (
            httpx.Response(401, headers={"www-authenticate": 'Bearer error="insufficient_claims"'}),
            UnexpectedResponse.MORE_WANTED,
        ),
        (
            httpx.Response(401, headers={"www-authenticate": 'Bearer error="insufficient_user_authentication"'}),
            UnexpectedResponse.MORE_WANTED,
        ),
        (httpx.Response(403), UnexpectedResponse.NOT_ALLOWED),
        (
            httpx.Response(403, headers={"www-authenticate": 'Bearer error="invalid_token"'}),
            UnexpectedResponse.NOT_ALLOWED,
        ),
        (httpx.Response(302, headers={"location": "/login?next=/api/me"}), UnexpectedResponse.SIGN_IN_REDIRECT),
        (
            httpx.Response(307, headers={"location": "https://sso.example/authorize"}),
            UnexpectedResponse.SIGN_IN_REDIRECT,
        ),
        (httpx.Response(301, headers={"location": "/x/"}), UnexpectedResponse.REDIRECT),
        (httpx.Response(200, headers={"content-type": "text/html"}, content=b"<html>"), UnexpectedResponse.WEB_PAGE),
        (httpx.Response(403, headers={"content-type": "text/html"}, content=b"<html>"), UnexpectedResponse.WEB_PAGE),
    ],
)
async def test_what_a_refresh_cannot_mend_costs_none_and_says_what_it_looks_like(
    world: World, api: Api, refusal: httpx.Response, looks: UnexpectedResponse
) -> None:
    await world.sign_in()
    api.takes = nothing
    api.refusal = refusal
    result = await world.calls.call("GET", URL)
    assert (result.status, result.looks) == (refusal.status_code, looks)
    assert result.story().endswith(looks.value)
    assert world.network.token_requests() == 0
    assert (exit_code([result]) == 0) is (refusal.status_code == 200)


@pytest.mark.parametrize("status", [200, 201, 204, 404, 422, 500])
async def test_what_says_enough_itself_gets_no_remark(world: World, api: Api, status: int) -> None:
    await world.sign_in()
    api.takes = nothing
    api.refusal = httpx.Response(status, headers={"content-type": "application/json"}, content=b"{}")
    assert (await world.calls.call("GET", URL)).looks is None


async def test_a_token_of_unknown_expiry_is_used_until_it_is_refused(world: World, api: Api) -> None:
    from tests.app.session.odd_responses import odd, with_members

    world.network.faults.append(odd(with_members(expires_in=None)))
    await world.sign_in()
    for _ in range(3):
        world.clock.jump(7200)
        world.network.faults.append(odd(with_members(expires_in=None)))
        assert (await world.calls.call("GET", URL)).status == 200
        api.ends()
        assert (await world.calls.call("GET", URL)).status == 200
    assert world.network.token_requests() == 3


async def test_a_replay_that_fails_otherwise_is_no_verdict_on_fresh_tokens(world: World, api: Api) -> None:
    await world.sign_in()
    for _ in range(3):
        api.ends()
        ended = api.takes
        api.takes = nothing
        api.refusal = httpx.Response(401)

        def missing(token: str, ended: Callable[[str], bool] = ended) -> bool:
            api.refusal = httpx.Response(404 if ended(token) else 401)
            return False

        api.takes = missing
        assert (await world.calls.call("GET", URL)).status == 404
        api.takes = ended


async def test_one_api_s_refusals_are_not_another_s(world: World, api: Api) -> None:
    await world.sign_in()
    api.takes = nothing
    assert (await world.calls.call("GET", URL)).looks is UnexpectedResponse.FRESH_TOKEN_REFUSED
    api.takes = anything
    for _ in range(3):
        assert (await world.calls.call("GET", world.org.api_url)).status == 200
        api.takes = nothing
        assert (await world.calls.call("GET", URL)).looks is UnexpectedResponse.FRESH_TOKEN_REFUSED
    assert world.network.token_requests() == 1


async def test_a_token_that_is_no_longer_fresh_may_be_refreshed_again(world: World, api: Api) -> None:
    from tests.app.session.odd_responses import odd, with_members

    world.network.faults.append(odd(with_members(expires_in=None)))
    await world.sign_in()
    api.takes = nothing
    world.network.faults.append(odd(with_members(expires_in=None)))
    assert (await world.calls.call("GET", URL)).looks is UnexpectedResponse.FRESH_TOKEN_REFUSED
    world.clock.jump(301)
    api.takes = anything
    api.ends()
    assert (await world.calls.call("GET", URL)).status == 200


async def test_a_finished_call_waits_for_no_lock(world: World, api: Api, tmp_path: Path) -> None:
    world.lock_folder = tmp_path
    world.use(world.second_session())
    await world.sign_in()
    api.takes = nothing
    assert (await world.calls.call("POST", URL)).status == 401
    api.takes = anything
    async with exclusive(tmp_path, "demo"):
        before = world.clock.now()
        assert (await world.calls.call("POST", URL)).status == 200
        assert world.clock.now() - before < 1
