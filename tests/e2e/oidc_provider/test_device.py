"""Sign-in on another device at oidc-provider (RFC 8628), which states no interval and wants no prompt there."""

import asyncio
from collections.abc import Callable

import pytest

from app.clock import SystemClock
from app.errors import BadInput, SignInFailed
from app.session.device_sign_in import DeviceWaiting, device_sign_in
from app.session.sign_out import revoke_and_forget
from tests.e2e.oidc_provider.browser import walk
from tests.e2e.oidc_provider.conftest import Serve
from tests.e2e.oidc_provider.lapse import Lapse, opened
from tests.e2e.oidc_provider.provider import Provider
from tests.patience import PATIENCE_S

pytestmark = [pytest.mark.e2e, pytest.mark.anyio]

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class Elsewhere(SystemClock):
    """A clock for whose owner waiting takes no time: the person is at the other device in the second wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_s: list[float] = []
        self.errand: Callable[[], object] = lambda: None

    async def sleep_until(self, moment: float) -> None:
        self.waited_s.append(moment - self.now())
        self.jump(max(moment - self.now(), 0.0))
        if len(self.waited_s) == 2:
            await asyncio.to_thread(self.errand)


async def sign_in(lapse: Lapse, errand: Callable[[DeviceWaiting], object]) -> None:
    assert isinstance(lapse.clock, Elsewhere)
    clock = lapse.clock

    def show(waiting: DeviceWaiting) -> None:
        clock.errand = lambda: errand(waiting)

    async with asyncio.timeout(PATIENCE_S):
        response, claims, attempt = await device_sign_in(
            lapse.client, lapse.connection, lapse.journal, clock, show=show
        )
    await lapse.session.begin(response, claims, cause=attempt)


def by_the_link(waiting: DeviceWaiting) -> None:
    assert waiting.verification_uri_complete is not None
    assert "Sign-in Success" in walk(waiting.verification_uri_complete)


def by_the_code(waiting: DeviceWaiting) -> None:
    assert "Sign-in Success" in walk(waiting.verification_uri, user_code=waiting.user_code)


def grants(provider: Provider) -> list[tuple[str | None, int]]:
    return [(each.grant, each.status) for each in provider.asked("token")]


@pytest.mark.parametrize("errand", [by_the_link, by_the_code])
async def test_a_sign_in_on_another_device(serve: Serve, errand: Callable[[DeviceWaiting], object]) -> None:
    provider = serve("device")
    async with opened(provider.connection(), Elsewhere()) as lapse:
        await sign_in(lapse, errand)
        assert lapse.tokens.display_name == "Ada Lovelace"
        assert grants(provider) == [(DEVICE, 400), (DEVICE, 200)]
        assert isinstance(lapse.clock, Elsewhere)
        assert min(lapse.clock.waited_s) > 4.9  # RFC 8628 §3.2: five seconds where the server states no interval

        assert (await lapse.call()).status == 200
        first = lapse.tokens
        await lapse.session.fresh_token(asked_for=True)
        assert (await lapse.call()).status == 200
        assert lapse.tokens.refresh != first.refresh
        last = lapse.tokens
        assert await revoke_and_forget(lapse.session, lapse.client, lapse.journal) is None
        assert await lapse.refused(last) == "invalid_grant"


async def test_one_that_is_declined_there(serve: Serve) -> None:
    provider = serve("device")

    def decline(waiting: DeviceWaiting) -> None:
        walk(waiting.verification_uri_complete or "", decline=True)

    async with opened(provider.connection(), Elsewhere()) as lapse:
        with pytest.raises(SignInFailed, match="declined"):
            await sign_in(lapse, decline)
    assert grants(provider) == [(DEVICE, 400), (DEVICE, 400)]


@pytest.mark.parametrize(("seconds", "said"), [(605, "not used in time"), (3600, "does not take the code any more")])
async def test_one_that_nobody_comes_for(serve: Serve, seconds: int, said: str) -> None:
    """The server says expired_token while it remembers the code at all, and invalid_grant after that."""
    provider = serve("device")
    async with opened(provider.connection(), Elsewhere()) as lapse:
        with pytest.raises(SignInFailed, match=said):
            await sign_in(lapse, lambda _: provider.turn("jump", seconds=seconds))
    assert grants(provider) == [(DEVICE, 400), (DEVICE, 400)]


async def test_where_the_app_may_not(serve: Serve) -> None:
    """The server has the endpoint only where somebody may use it."""
    provider = serve()
    async with opened(provider.connection(), Elsewhere()) as lapse:
        with pytest.raises(BadInput, match="offers no sign-in on another device"):
            await sign_in(lapse, lambda _: None)
    assert not provider.asked("device_authorization")
