"""What an exchange has opened is given back, however it ends: counted in the pool and among the descriptors."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.wire.certificates import Authority
from tests.app.wire.exchanges import behaving, mixed, nothing_is_left_after_a_cancellation, nothing_is_left_after_each
from tests.app.wire.test_network import SERVER, proxy

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # real sockets


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with behaving() as found:
        yield found


async def test_nothing_is_left_after_each_kind_of_exchange(base: str) -> None:
    await nothing_is_left_after_each(base)


@pytest.mark.parametrize("again", [0, 1, 2])
@pytest.mark.parametrize("name", ["whole", "silent", "half-a-body", "oversized", "hangs-up"])
async def test_nothing_is_left_after_a_cancellation_at_any_point(base: str, name: str, again: int) -> None:
    await nothing_is_left_after_a_cancellation(base, name, {}, again=again)


async def test_nothing_is_left_after_a_cancellation_over_tls(tmp_path: Path) -> None:
    authority = Authority("An authority of one test", tmp_path)
    with behaving(authority.server("localhost")) as base:
        environ = {"SSL_CERT_FILE": str(authority.file)}
        await nothing_is_left_after_a_cancellation(base, "whole", environ, again=0)


async def test_nothing_is_left_after_a_cancellation_through_a_proxy(tmp_path: Path) -> None:
    authority = Authority("An authority of one test", tmp_path)
    with behaving(authority.server(SERVER)) as base:
        port = int(base.rpartition(":")[2])
        async with proxy(port) as asked:
            environ = {"SSL_CERT_FILE": str(authority.file), "HTTPS_PROXY": f"http://127.0.0.1:{asked.port}"}
            await nothing_is_left_after_a_cancellation(f"https://{SERVER}", "whole", environ, again=0)


async def test_many_exchanges_end_with_the_descriptors_of_the_first_hundred(base: str) -> None:
    found = await mixed(base, 600, random.Random(7))
    assert (found.held, found.last) == ([], found.first)
