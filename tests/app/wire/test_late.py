"""The transport that is built when the first request goes out."""

import asyncio

import httpx
import pytest

from app.wire.lazy_transport import LazyTransport

pytestmark = pytest.mark.anyio


class Builds:
    """Builds a transport after a while, or fails as often as `failures` says."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.count = 0
        self.closed = False

    async def __call__(self) -> httpx.AsyncBaseTransport:
        self.count += 1
        await asyncio.sleep(1)  # simulated time
        if self.count <= self.failures:
            raise httpx.ConnectError("no way out yet")
        return Closing(self)


class Closing(httpx.MockTransport):
    def __init__(self, builds: Builds) -> None:
        super().__init__(lambda _: httpx.Response(204))
        self._builds = builds

    async def aclose(self) -> None:
        self._builds.closed = True


async def test_nothing_is_built_for_nobody() -> None:
    builds = Builds()
    async with httpx.AsyncClient(transport=LazyTransport(builds)):
        pass
    assert (builds.count, builds.closed) == (0, False)


async def test_many_first_requests_build_it_once_and_it_is_closed() -> None:
    builds = Builds()
    async with httpx.AsyncClient(transport=LazyTransport(builds)) as http:
        responses = await asyncio.gather(*(http.get("http://127.0.0.1/") for _ in range(3)))
    assert [each.status_code for each in responses] == [204] * 3
    assert (builds.count, builds.closed) == (1, True)


async def test_what_could_not_be_built_is_tried_again_by_the_next_request() -> None:
    builds = Builds(failures=1)
    async with httpx.AsyncClient(transport=LazyTransport(builds)) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("http://127.0.0.1/")
        assert (await http.get("http://127.0.0.1/")).status_code == 204
