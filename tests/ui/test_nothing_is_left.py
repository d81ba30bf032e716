"""What an exchange has opened is given back on Qt's loop too, where qasync leaves that to nobody."""

import asyncio
import gc
import random
from collections.abc import AsyncGenerator, Coroutine, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.app.wire.exchanges import (
    behaving,
    client,
    mixed,
    nothing_is_left_after_a_cancellation,
    nothing_is_left_after_each,
)
from tests.qt_loop import running_loop
from ui.loop import QtLoop


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with behaving() as found:
        yield found


def run(qapp: QApplication, what: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=lambda: QtLoop(qapp)) as runner:
        runner.run(what)


def test_nothing_is_left_after_each_kind_of_exchange(qapp: QApplication, base: str) -> None:
    run(qapp, nothing_is_left_after_each(base))


@pytest.mark.parametrize("name", ["whole", "half-a-body", "oversized"])
def test_nothing_is_left_after_a_cancellation_at_any_point(qapp: QApplication, base: str, name: str) -> None:
    run(qapp, nothing_is_left_after_a_cancellation(base, name, {}, again=0))


@pytest.mark.parametrize("name", ["oversized", "undecodable"])
def test_the_window_calls_on_after_more_responses_of_a_kind_than_it_has_connections(
    qapp: QApplication, base: str, name: str
) -> None:
    async def storms() -> str:
        async with client() as found:
            for _ in range(5):
                await asyncio.gather(*(found.ask(f"{base}/{name}") for _ in range(25)))
            assert found.held() == []
            return await found.ask(f"{base}/whole")

    with asyncio.Runner(loop_factory=lambda: QtLoop(qapp)) as runner:
        assert runner.run(storms()) == "200"


class Left:
    """A generator that waits for something at its end, left half-way."""

    def __init__(self) -> None:
        self.is_closed = False

    async def pieces(self) -> AsyncGenerator[int, None]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            self.is_closed = True

    async def leave(self) -> None:
        async for _ in self.pieces():
            return


def test_a_generator_left_half_way_is_closed(qapp: QApplication) -> None:
    left = Left()

    async def leave_and_wait() -> None:
        await left.leave()
        gc.collect()
        for _ in range(100):
            await asyncio.sleep(0)

    run(qapp, leave_and_wait())
    assert left.is_closed


def test_what_is_still_half_way_when_the_loop_ends_is_closed_then(qapp: QApplication) -> None:
    left = Left()
    kept = left.pieces()

    async def begin() -> None:
        await anext(kept)

    run(qapp, begin())
    assert left.is_closed


def test_a_loop_that_runs_inside_qt_s_closes_them_too_and_leaves_others_alone(qtbot: Any, qapp: QApplication) -> None:
    left = Left()
    with running_loop(qapp) as loop:
        task = loop.create_task(left.leave())
        qtbot.waitUntil(lambda: task.done() and left.is_closed)
    with asyncio.Runner() as runner:  # what asyncio's own loop does is asyncio's again
        runner.run(Left().leave())


def test_many_exchanges_end_with_the_descriptors_of_the_first_hundred(qapp: QApplication, base: str) -> None:
    with asyncio.Runner(loop_factory=lambda: QtLoop(qapp)) as runner:
        found = runner.run(mixed(base, 600, random.Random(7)))
    assert (found.held, found.last) == ([], found.first)
