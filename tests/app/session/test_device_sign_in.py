"""Sign-in on another device against the real demo org, in simulated time: every path and every refusal."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest

from app.connection import DEMO_CLIENT_ID, Connection
from app.demo.applications import LAPSE, Grant
from app.errors import BadInput, SignInFailed, Unreachable
from app.events import Event
from app.events.sign_in import DeviceCodeShown, SignInFinished, SignInStarted
from app.session.device_sign_in import DeviceWaiting, device_sign_in
from app.session.sign_in_result import SignIn, journalled
from app.session.states import SignedIn
from app.testing.network import lost_after_commit, refused, responses
from app.testing.sessions import World
from tests.app.demo.test_demo_authorize import Fields

pytestmark = pytest.mark.anyio

Errand = Callable[[World, DeviceWaiting], Awaitable[None]]


def connection(world: World, **more: str) -> Connection:
    given = {"name": "Demo", "issuer": world.org.issuer, "client_id": DEMO_CLIENT_ID, **more}
    return Connection(**given)  # type: ignore[arg-type]


async def nothing(world: World, waiting: DeviceWaiting) -> None:
    """Nobody goes to the other device."""


async def allow(world: World, waiting: DeviceWaiting) -> None:
    ticket = await signed_in_there(world, waiting)
    await press(world, waiting, "allow", ticket=ticket)


async def deny(world: World, waiting: DeviceWaiting) -> None:
    ticket = await signed_in_there(world, waiting)
    await press(world, waiting, "cancel", ticket=ticket)


async def signed_in_there(world: World, waiting: DeviceWaiting) -> str:
    page = await press(world, waiting, "sign-in", username="ada", password=world.org.user.password)
    return Fields(page.text).inputs["ticket"]["value"] or ""


async def press(world: World, waiting: DeviceWaiting, action: str, **form: str) -> httpx.Response:
    sent = {"user_code": waiting.user_code, "action": action, **form}
    return await world.http.post(waiting.verification_uri, data=sent)


async def sign_in(
    world: World, errand: Errand = allow, *, after_s: float = 12.0, connected: Connection | None = None
) -> tuple[SignIn, DeviceWaiting]:
    """Sign in while somebody does an errand at the other device, `after_s` seconds later."""
    shown: list[DeviceWaiting] = []
    going = asyncio.Event()

    def show(waiting: DeviceWaiting) -> None:
        shown.append(waiting)
        going.set()

    async def elsewhere() -> None:
        await going.wait()
        await asyncio.sleep(after_s)
        await errand(world, shown[0])

    walk = asyncio.ensure_future(elsewhere())  # noqa: TID251 - somebody else
    signing_in = device_sign_in(world.client, connected or connection(world), world.journal, world.clock, show=show)
    try:
        return await journalled(world.journal, signing_in), shown[0]
    finally:
        walk.cancel()


def happened(world: World, kind: type[Event]) -> list[Event]:
    return [entry.event for entry in world.told if isinstance(entry.event, kind)]


async def test_an_allowed_code_signs_in(world: World) -> None:
    start = world.clock.now()
    (response, claims, attempt), waiting = await sign_in(world)
    assert claims["name"] == "Ada Lovelace"
    assert "nonce" not in claims
    assert response.refresh_token is not None
    assert waiting.verification_uri == f"{world.org.issuer_base}/activate"
    assert waiting.verification_uri_complete == f"{waiting.verification_uri}?user_code={waiting.user_code}"
    assert waiting.until == start + 600
    assert world.clock.now() == start + 15  # polled every 5 s; allowed after 12
    assert world.network.token_requests() == 3
    started = world.journal.entry(attempt)
    assert started is not None
    assert started.event == SignInStarted(world.org.issuer, "", connection(world).scopes, "device", "on another device")
    await world.session.begin(response, claims, cause=attempt)
    assert isinstance(world.session.state, SignedIn)


async def test_the_code_is_in_no_entry_of_the_journal(world: World) -> None:
    _, waiting = await sign_in(world)
    assert happened(world, DeviceCodeShown) == [DeviceCodeShown(waiting.verification_uri, 600)]
    assert waiting.user_code not in repr(world.told)
    assert waiting.user_code not in "".join(entry.sentence() for entry in world.told)


async def test_who_polls_too_fast_for_the_server_goes_slower(world: World) -> None:
    world.org.turn(poll_interval_s=2)
    world.network.faults = [responses(400, b'{"error":"slow_down"}', content_type="application/json")]
    start = world.clock.now()
    await sign_in(world, after_s=20)
    assert world.clock.now() - start == 2 + 7 * 3  # 2 s, then 7 s for good
    world.network.faults = []


async def test_a_network_that_fails_for_a_while_is_not_the_end(world: World) -> None:
    world.network.faults = [
        refused(),
        refused(httpx.ReadTimeout),
        responses(502, b"<html>", content_type="text/html"),
        responses(429, b"{}", content_type="application/json", retry_after="9"),
    ]
    (_, claims, _), _ = await sign_in(world)
    assert claims["sub"] == world.org.user.id
    assert not world.network.faults


async def test_a_lost_response_has_used_the_code_up(world: World) -> None:
    world.network.faults = [lost_after_commit]
    with pytest.raises(SignInFailed, match="does not take the code any more") as failed:
        await sign_in(world, after_s=1)
    assert failed.value.next_step == "Sign in again for a new code."


async def test_a_code_nobody_uses_ends(world: World) -> None:
    start = world.clock.now()
    with pytest.raises(SignInFailed, match="not used in time") as failed:
        await sign_in(world, nothing)
    assert world.clock.now() == start + 600
    assert all(failed.value.lines())
    assert isinstance(world.told[-1].event, SignInFinished)


async def test_the_servers_own_end_of_the_code_is_told_the_same(world: World) -> None:
    async def late(world: World, waiting: DeviceWaiting) -> None:
        world.org.set_time(moved_s=700)

    with pytest.raises(SignInFailed, match="not used in time") as failed:
        await sign_in(world, late)
    assert failed.value.raw == "expired_token: The device code has expired."


async def test_one_that_is_denied_there(world: World) -> None:
    with pytest.raises(SignInFailed, match="declined on the other device") as failed:
        await sign_in(world, deny)
    assert (failed.value.raw or "").startswith("access_denied: ")
    finished = world.told[-1].event
    assert isinstance(finished, SignInFinished)
    assert finished.code == "access_denied"


async def test_an_app_without_the_grant_is_told_which_to_turn_on(world: World) -> None:
    world.org.register(replace(LAPSE, grant_types=(Grant.CODE, Grant.REFRESH)))
    with pytest.raises(SignInFailed, match="may not use the Device Authorization grant") as failed:
        await sign_in(world)
    assert (
        failed.value.next_step
        == "Turn on the Device Authorization grant for this app at the server, then sign in again."
    )
    assert "Configured grant types: [authorization_code, refresh_token]" in (failed.value.raw or "")


async def test_a_grant_turned_off_while_waiting(world: World) -> None:
    async def off(world: World, waiting: DeviceWaiting) -> None:
        world.org.register(replace(LAPSE, grant_types=(Grant.CODE,)))

    with pytest.raises(SignInFailed, match="may not use the Device Authorization grant"):
        await sign_in(world, off)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"scopes": "openid nonsense"}, "Check the scopes"), ({"client_id": "nobody"}, "Check the client ID")],
)
async def test_what_the_server_does_not_know(world: World, changes: dict[str, str], said: str) -> None:
    world.client.client_id = changes.get("client_id", DEMO_CLIENT_ID)
    with pytest.raises(SignInFailed, match="gave no code") as failed:
        await sign_in(world, connected=connection(world, **changes))
    assert said in failed.value.next_step


async def test_a_server_without_the_endpoint_is_not_asked(world: World) -> None:
    metadata = await world.client.metadata()
    world.client._metadata = replace(metadata, device_authorization_endpoint=None)
    with pytest.raises(BadInput, match="no sign-in on another device") as failed:
        await sign_in(world)
    assert all(failed.value.lines())


async def test_a_server_that_is_out_of_reach_before_there_is_a_code(world: World) -> None:
    await world.client.metadata()

    async def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    world.network.handle_async_request = gone  # type: ignore[method-assign]
    with pytest.raises(Unreachable):
        await sign_in(world)


async def test_cancelling_stops_the_polls(world: World) -> None:
    shown = asyncio.Event()
    signing_in = device_sign_in(world.client, connection(world), world.journal, world.clock, show=lambda _: shown.set())
    task = asyncio.ensure_future(journalled(world.journal, signing_in))  # noqa: TID251 - to be cancelled
    await shown.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    before = world.network.token_requests()
    await asyncio.sleep(60)
    assert world.network.token_requests() == before
    assert world.told[-1].sentence() == "Sign-in ended: It was cancelled."


async def test_the_api_is_named_to_both_endpoints(world: World) -> None:
    sent = connection(world, audience="api://orders", resource="https://api.example/")
    await sign_in(world, connected=sent)
    first, poll = (_body(world, path) for path in ("/device/authorize", "/token"))
    assert (first["audience"], first["resource"]) == ("api://orders", "https://api.example/")
    assert (poll["resource"], "audience" in poll) == ("https://api.example/", False)
    assert world.client.resource == "https://api.example/"


def _body(world: World, path: str) -> dict[str, str]:
    request = next(each for each in world.network.requests if each.url.path.endswith(path))
    return dict(httpx.QueryParams(request.content.decode()))


async def test_an_id_token_of_somebody_else_is_not_believed(world: World) -> None:
    async def strange(request: httpx.Request, onwards: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        world.client.client_id = "another"
        return await onwards()

    world.network.faults = [strange]
    with pytest.raises(SignInFailed, match="not accepted"):
        await sign_in(world, after_s=1)
