"""The lock between processes: one at a time, freed by whatever ends its holder, never waited for without end."""

import asyncio
import re
from pathlib import Path

import pytest

from app.errors import Hiccup
from app.session.lock import exclusive

pytestmark = pytest.mark.anyio


def held(folder: Path) -> list[tuple[str, bytes]]:
    """Return each lock file's name, less the digest of its session, and what is in it."""
    return [(re.sub("[0-9a-f]{16}[.]lock$", "", path.name), path.read_bytes()) for path in folder.iterdir()]


async def test_one_at_a_time(tmp_path: Path) -> None:
    inside: list[str] = []

    async def hold(name: str) -> None:
        async with exclusive(tmp_path, "key"):
            inside.append(name)
            await asyncio.sleep(1)
            inside.append(name)

    await asyncio.gather(hold("a"), hold("b"))
    assert inside in (["a", "a", "b", "b"], ["b", "b", "a", "a"])


async def test_another_session_is_not_held_up(tmp_path: Path) -> None:
    async with exclusive(tmp_path, "one"), exclusive(tmp_path, "other"):
        pass


async def test_it_is_free_again_after_an_error_or_a_cancellation(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"):
        async with exclusive(tmp_path, "key"):
            raise ValueError("x")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1), exclusive(tmp_path, "key"):
            await asyncio.sleep(5)
    async with exclusive(tmp_path, "key"):
        pass


async def test_nobody_waits_without_end(tmp_path: Path) -> None:
    async with exclusive(tmp_path, "key"):
        with pytest.raises(Hiccup, match="half a minute") as caught:
            async with exclusive(tmp_path, "key"):
                pass
    assert caught.value.lines()[1] == "You are still signed in."


async def test_the_lock_file_holds_nothing_and_names_nobody(tmp_path: Path) -> None:
    async with exclusive(tmp_path, "https://login.example.com#client"):
        assert held(tmp_path) == [("session-", b"")]
        assert "example" not in str(held(tmp_path))
