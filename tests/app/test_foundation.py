"""Clock, simulated loop, journal, secrets and words."""

import asyncio
import copy
import pickle

import pytest

from app import text
from app.clock import OwnClock, SystemClock
from app.errors import Hiccup, LapseError, Refusal
from app.errors.reasons import SessionEnd
from app.errors.words import SESSION_ENDS
from app.events.session import SignOutFinished
from app.events.sign_in import BrowserOpened
from app.journal import Journal
from app.secret import Secret
from app.sim_loop import Deadlock, SimClock, SimLoop
from tests.patience import PATIENCE_S
from tests.still_clock import StillClock

VALUE = "eyJhbGciOi.very.secret"


@pytest.mark.anyio
async def test_a_simulated_day_takes_no_time_and_ends_exactly(clock: SimClock) -> None:
    began = clock.now()
    await clock.sleep_until(began + 86_400)
    assert clock.now() - began == pytest.approx(86_400)


def test_a_deadlock_is_an_error_not_a_hang() -> None:
    async def wait_for_nothing() -> None:
        await asyncio.get_running_loop().create_future()

    loop = SimLoop()
    task = loop.create_task(wait_for_nothing())
    with pytest.raises(Deadlock):
        loop.run_until_complete(task)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.close()


@pytest.mark.anyio
async def test_a_wall_step_is_not_elapsed_time(clock: SimClock) -> None:
    wall, elapsed = clock.now(), clock.elapsed()
    clock.step_wall(-120)
    assert clock.now() == wall - 120
    assert clock.elapsed() == elapsed
    clock.jump(30)
    assert (clock.now(), clock.elapsed()) == (wall - 90, elapsed + 30)


def test_the_system_clock_travels_on_the_wall_and_elapsed() -> None:
    clock = SystemClock()
    wall, elapsed = clock.now(), clock.elapsed()
    clock.jump(1000)
    assert 1000 <= clock.now() - wall < 1000 + PATIENCE_S
    assert 1000 <= clock.elapsed() - elapsed < 1000 + PATIENCE_S


def test_a_skewed_clock_is_wrong_on_the_wall_only() -> None:
    base = StillClock()
    skewed = OwnClock(base, skew_s=120)
    assert skewed.now() == base.now() + 120
    assert skewed.elapsed() == base.elapsed()
    assert skewed.boot_id == base.boot_id


def test_a_place_travels_alone_and_is_wrong_on_the_wall_alone() -> None:
    base = StillClock()
    own = OwnClock(base, travelled_s=3600)
    before = base.now()
    assert own.now() == base.now() + 3600
    assert own.elapsed() == base.elapsed() + 3600
    own.jump(50)  # for everybody
    assert base.now() == before + 50


@pytest.mark.anyio
async def test_a_sleeper_notices_that_its_clock_was_moved(clock: SimClock) -> None:
    own = OwnClock(clock)

    async def travel() -> None:
        await clock.sleep_until(clock.now() + 10)
        own.travelled_s = 3600

    began = clock.now()
    async with asyncio.TaskGroup() as group:
        group.create_task(own.sleep_until(own.now() + 1000))
        group.create_task(travel())
    assert clock.now() - began == pytest.approx(10, abs=1)


@pytest.mark.anyio
async def test_an_entry_is_given_the_time_of_its_connection(clock: SimClock) -> None:
    journal = Journal(clock)
    travelled = journal.of("demo", OwnClock(clock, travelled_s=60))
    first = travelled.append(SignOutFinished(revoked=False))
    assert first.at == travelled.now() == clock.now() + 60
    assert journal.append(SignOutFinished(revoked=False), cause=first.seq).at == clock.now() + 60
    assert journal.now(cause=first.seq) == clock.now() + 60
    assert journal.append(SignOutFinished(revoked=False)).at == journal.now() == clock.now()


def test_a_secret_never_prints() -> None:
    secret = Secret(VALUE)
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>50}", "%s" % secret, repr([secret])):  # noqa: UP031
        assert VALUE not in shown
    for leak in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            leak(secret)
    assert secret.reveal() == VALUE
    assert secret == Secret(VALUE)
    assert secret != Secret("other")
    assert len({secret, Secret(VALUE)}) == 1
    assert len(secret.fingerprint) == 4


@pytest.mark.anyio
async def test_the_journal_numbers_and_bounds(clock: SimClock) -> None:
    journal = Journal(clock, capacity=3)
    assert journal.newest == 0
    told: list[int] = []
    unsubscribe = journal.subscribe(lambda entry: told.append(entry.seq))
    for _ in range(5):
        journal.append(SignOutFinished(revoked=False), cause=1)
    unsubscribe()
    journal.append(SignOutFinished(revoked=False))
    assert told == [1, 2, 3, 4, 5]
    assert [entry.seq for entry in journal] == [4, 5, 6]
    assert journal.newest == 6


@pytest.mark.anyio
async def test_a_subscriber_may_not_append(clock: SimClock) -> None:
    journal = Journal(clock)
    journal.subscribe(lambda _: journal.append(BrowserOpened(worked=True)) and None)
    with pytest.raises(RuntimeError, match="while being told"):
        journal.append(SignOutFinished(revoked=False))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.0004, "1 ms"),
        (0.041, "41 ms"),
        (3.9, "3 s"),
        (-3.0, "3 s"),
        (60, "1 min"),
        (252, "4 min 12 s"),
        (25_152, "6 h 59 min"),
        (7 * 86_400, "7 d"),
        (90_000, "1 d 1 h"),
    ],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert text.duration(seconds) == words


def test_every_error_has_three_lines_and_an_exit_code() -> None:
    def leaves(kind: type[LapseError]) -> list[type[LapseError]]:
        return [kind, *(leaf for child in kind.__subclasses__() for leaf in leaves(child))]

    assert len(leaves(LapseError)) >= 13
    refusal = Refusal(code="invalid_grant", description="no")
    assert refusal.lines() == (SESSION_ENDS[SessionEnd.REFUSED], "You are not signed in.", "Sign in again.")
    assert (refusal.exit_code, refusal.raw) == (1, "invalid_grant: no")
    hiccup = Hiccup("Down.")
    assert hiccup.lines()[1] == "You are still signed in."
    assert hiccup.exit_code == 3


def test_entries_belong_to_a_connection_and_so_does_what_they_lead_to() -> None:
    journal = Journal(SystemClock())
    first = journal.of("a").append(SignOutFinished(revoked=False))
    assert first.connection == "a"
    assert journal.append(SignOutFinished(revoked=False), cause=first.seq).connection == "a"
    assert journal.append(SignOutFinished(revoked=False)).connection == ""
    assert journal.of("b").append(SignOutFinished(revoked=False), cause=first.seq).connection == "b"
