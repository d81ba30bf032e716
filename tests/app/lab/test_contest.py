"""The lab's numbers for one seed, each explained; and that every contestant met the same schedule and network."""

from dataclasses import asdict, replace
from typing import Any

import httpx
import pytest

from app.demo.ledger import SigningKey
from app.lab import contest
from app.lab.contest import compete
from app.lab.network import LabNetwork
from app.lab.scenario import Contestant, Pattern, RotationMode, Scenario, Weather
from app.lab.schedule import schedule_of
from app.session.calls import ApiCaller, CallResult
from tests.app.lab.conftest import Ran

ON_DEMAND, TIMER, EVERY_CALL, ON_401, NO_SINGLE_FLIGHT = Contestant

# 200 calls one after another within 50 minutes; 300 calls in 12 bursts of 25; 300 calls while answers get lost.
STEADY = Scenario(calls=200, pattern=Pattern.STEADY)
BURSTS = Scenario(calls=300, pattern=Pattern.BURST)
LOSSES = Scenario(calls=300, pattern=Pattern.STEADY, access_token_lifetime_s=120, weather=Weather.LOST_ANSWERS)
NO_GRACE = {"rotation": RotationMode.ROTATE, "grace_s": 0}


def _counts(ran: Ran, scenario: Scenario, contestant: Contestant, *names: str) -> tuple[int, ...]:
    found = asdict(ran(scenario, contestant))
    return tuple(found[name] for name in names)


_COST = ("token_requests", "needless_refreshes", "rejected_401", "failed_calls")
_LOSS = ("sign_outs", "families_killed", "failed_calls")


@pytest.mark.parametrize(
    ("contestant", "counts"),
    [
        # Tokens of 5 minutes over 50 minutes: nine lapses are met by a call, and each costs one refresh. The minimum.
        (ON_DEMAND, (9, 0, 0, 0)),
        # Every 4 minutes, a minute before the end: 12 in 50 minutes. Calls come all the time, so each token is used
        # beyond the end of the one before it, and none is needless; they are three more because each life is cut short.
        (TIMER, (12, 0, 0, 0)),
        # One a call, and the token before was never older than 21 s: all of them needless.
        (EVERY_CALL, (200, 200, 0, 0)),
        # The same nine, each of them found out by a 401: one call comes at a time, so one 401 a lapse.
        (ON_401, (9, 0, 9, 0)),
        # No two calls overlap, so there is nothing to share, and single flight makes no difference.
        (NO_SINGLE_FLIGHT, (9, 0, 0, 0)),
    ],
)
def test_steady_calls_in_good_weather(ran: Ran, contestant: Contestant, counts: tuple[int, ...]) -> None:
    assert _counts(ran, STEADY, contestant, *_COST) == counts
    assert _counts(ran, STEADY, contestant, *_LOSS) == (0, 0, 0)


@pytest.mark.parametrize(
    ("contestant", "counts"),
    [
        # All twelve bursts come after the token has lapsed; in each the first call refreshes and 24 join it.
        (ON_DEMAND, (12, 0, 0, 0)),
        # 27 times in the 110 minutes; only nine of the tokens are carried by a burst that the one before missed.
        (TIMER, (27, 18, 0, 0)),
        # One a burst, shared as ours is, and one when the program starts. That one, half-way between two bursts, is not
        # carried by any call but leaves a token good enough for the next burst, whose refresh is needless therefore.
        (EVERY_CALL, (13, 2, 0, 0)),
        # All 25 calls of a burst go out with the lapsed token and are answered 401 before the first can refresh.
        (ON_401, (12, 0, 300, 0)),
        # Each call refreshes for itself. The grace period lets the same refresh token through 25 times; one of them
        # would have been enough.
        (NO_SINGLE_FLIGHT, (300, 288, 0, 0)),
    ],
)
def test_bursts_of_calls_with_a_grace_period(ran: Ran, contestant: Contestant, counts: tuple[int, ...]) -> None:
    assert _counts(ran, BURSTS, contestant, *_COST) == counts
    assert _counts(ran, BURSTS, contestant, *_LOSS) == (0, 0, 0)


def test_without_a_grace_period_single_flight_is_what_keeps_people_signed_in(ran: Ran) -> None:
    scenario = replace(BURSTS, **NO_GRACE)
    # Ours sends each refresh token once, so a grace period is nothing to it.
    assert _counts(ran, scenario, ON_DEMAND, *_COST) == (12, 0, 0, 0)
    assert _counts(ran, scenario, ON_DEMAND, *_LOSS) == (0, 0, 0)
    # Without single flight the second of 25 refreshes is reuse, which ends the family: twelve bursts, twelve families,
    # and all calls fail, also the one whose refresh had been let through, for its access token dies with the family.
    assert _counts(ran, scenario, NO_SINGLE_FLIGHT, *_LOSS) == (12, 12, 300)
    # 25 and, because a newer refresh token is in hand by then, 24 of them once more with that: 49 a burst. The call
    # that was let through is refused by the API, and does not refresh what has just come; in one burst the session has
    # ended before it could be sent.
    assert _counts(ran, scenario, NO_SINGLE_FLIGHT, *_COST) == (12 * 49, 12, 11, 300)


def test_lost_answers_are_asked_for_again_within_the_grace_period(ran: Ran) -> None:
    # 35 lapses are met by a call. Seven answers get lost in the two spells; each is asked for once more at once, which
    # the grace period allows, and nobody notices but by the time it took.
    assert _counts(ran, LOSSES, ON_DEMAND, *_COST) == (35 + 7, 0, 0, 0)
    assert _counts(ran, LOSSES, ON_DEMAND, *_LOSS) == (0, 0, 0)
    # To find the lapse out by a 401 takes longer, so it meets other tenths of a second: ten are lost there.
    assert _counts(ran, LOSSES, ON_401, *_COST) == (35 + 10, 0, 35, 0)


def test_a_lost_answer_without_a_grace_period_ends_the_session(ran: Ran) -> None:
    # The retry presents a refresh token that has been exchanged: reuse. Three answers to a refresh get lost, and each
    # costs a family, a sign-in, and the calls of the minute that takes; three answers to a sign-in get lost as well.
    assert _counts(ran, replace(LOSSES, **NO_GRACE), ON_DEMAND, *_LOSS) == (3, 3, 26)
    # A static refresh token may be sent as often as one likes.
    static = replace(LOSSES, grace_s=0, rotation=RotationMode.STATIC)
    assert _counts(ran, static, ON_DEMAND, *_LOSS) == (0, 0, 0)


@pytest.mark.parametrize("skew_s", [-240.0, 240.0])
@pytest.mark.parametrize("contestant", [ON_DEMAND, ON_401])
def test_a_clock_that_is_wrong_costs_nothing(ran: Ran, contestant: Contestant, skew_s: float) -> None:
    # Ages are measured by elapsed time from the receipt of `expires_in`, so a wall four minutes off changes no number.
    assert ran(replace(STEADY, skew_s=skew_s), contestant) == ran(STEADY, contestant)


def test_a_lunch_break_outlasts_an_idle_limit_unless_a_timer_goes_on_refreshing(ran: Ran) -> None:
    scenario = Scenario(calls=300, refresh_idle_s=1800)
    # At one o'clock the refresh token has lain unused for an hour: refused. The page load that meets this is of five
    # calls, and the person signs in again before the next. The timer pays for its advantage with needless refreshes.
    assert _counts(ran, scenario, ON_DEMAND, *_LOSS) == (1, 0, 5)
    assert _counts(ran, scenario, TIMER, *_LOSS) == (0, 0, 0)
    assert ran(scenario, ON_DEMAND).needless_refreshes == 0
    assert ran(scenario, TIMER).needless_refreshes > 15


def test_a_night_outlasts_an_idle_limit_even_with_a_timer(ran: Ran) -> None:
    # Timers stand still while the machine sleeps: of 15 hours no strategy wakes up.
    scenario = Scenario(calls=60, pattern=Pattern.OVERNIGHT, refresh_idle_s=8 * 3600)
    assert {ran(scenario, contestant).sign_outs for contestant in (ON_DEMAND, TIMER)} == {1}


def test_a_lifetime_that_is_over_signs_out_whatever_is_done(ran: Ran) -> None:
    # Every sign-in is good for two hours, however often it is refreshed: four of them end in eight and a half hours.
    scenario = Scenario(calls=200, refresh_token_lifetime_s=2 * 3600)
    assert {ran(scenario, contestant).sign_outs for contestant in (ON_DEMAND, TIMER)} == {4}


def test_a_busy_server_is_waited_for_and_nobody_is_signed_out(ran: Ran) -> None:
    scenario = Scenario(calls=300, pattern=Pattern.STEADY, access_token_lifetime_s=120, weather=Weather.BUSY)
    # Twelve refreshes meet a spell. Each waits the ten seconds it is told to and asks once more: two of them when the
    # spell is over, ten in vain. Those fail two calls each, their own and the next, because the server wants to be left
    # alone for another ten seconds. 12 + 10 times 503, and 33 refreshes that work.
    assert _counts(ran, scenario, ON_DEMAND, *_COST) == (55, 0, 0, 20)
    assert _counts(ran, scenario, ON_DEMAND, *_LOSS) == (0, 0, 20)


def test_an_outage_fails_the_same_calls_for_everybody_and_signs_nobody_out(ran: Ran) -> None:
    scenario = Scenario(calls=300, pattern=Pattern.STEADY, access_token_lifetime_s=120, weather=Weather.OUTAGES)
    schedule = schedule_of(scenario)
    in_outages = sum(map(schedule.is_in_spell, schedule.calls))
    assert in_outages == 41
    for contestant in (ON_DEMAND, ON_401):
        assert _counts(ran, scenario, contestant, *_LOSS) == (0, 0, in_outages)


def test_delays_are_what_a_call_took_beyond_its_exchange_with_the_api(ran: Ran) -> None:
    # 9 of 200 calls waited for a refresh, which is less than a twentieth; at every call all of them did.
    assert (ran(STEADY, ON_DEMAND).delay_p50_s, ran(STEADY, ON_DEMAND).delay_p95_s) == (0.0, 0.0)
    every = ran(STEADY, EVERY_CALL)
    assert 0.05 < every.delay_p50_s < every.delay_p95_s < 0.5
    # A burst waits as one, for a refresh, and for a 401 before it.
    assert 0 < ran(BURSTS, ON_DEMAND).delay_p50_s < ran(BURSTS, ON_401).delay_p50_s
    # The timer has the token ready before anybody asks.
    assert ran(BURSTS, TIMER).delay_p95_s == 0.0


def test_bytes_are_counted_with_every_endpoint(ran: Ran) -> None:
    # Of the same calls, whoever asks the token endpoint more often has more to carry, and a 401 is a whole exchange.
    assert ran(STEADY, ON_DEMAND).bytes < ran(STEADY, TIMER).bytes < ran(STEADY, EVERY_CALL).bytes
    assert ran(STEADY, ON_DEMAND).bytes < ran(STEADY, ON_401).bytes
    per_call = ran(STEADY, ON_DEMAND).bytes / 200
    assert 1000 < per_call < 2500


def test_a_run_is_the_same_again_whatever_tokens_are_drawn(ran: Ran) -> None:
    again = compete(LOSSES, ON_DEMAND, SigningKey.generate())
    assert again == ran(LOSSES, ON_DEMAND)


# --- fairness ---------------------------------------------------------------------------------------------------------


class _Watched(LabNetwork):
    """Notes what the network did to each exchange, by the second it began in and the endpoint."""

    seen: dict[tuple[float, bytes], Any]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        at, path = self._clock.elapsed(), request.url.raw_path
        met = (self._latency_s(path), [self._is(weather) for weather in Weather])
        self.seen[at, path] = met
        return await super().handle_async_request(request)


@pytest.mark.parametrize("weather", Weather)
def test_every_contestant_meets_the_same_calls_and_the_same_network(
    weather: Weather, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = Scenario(calls=40, weather=weather, pattern=Pattern.STEADY, access_token_lifetime_s=60)
    moments: list[float] = []
    calling = ApiCaller.call

    async def noted(caller: ApiCaller, method: str, url: str) -> CallResult:
        moments.append(round(caller._clock.elapsed(), 6))
        return await calling(caller, method, url)

    monkeypatch.setattr(ApiCaller, "call", noted)
    monkeypatch.setattr(contest, "LabNetwork", _Watched)
    met: dict[tuple[float, bytes], Any] = {}
    for contestant in Contestant:
        moments.clear()
        _Watched.seen = {}
        compete(scenario, contestant, key)
        assert moments == [round(moment, 6) for moment in schedule_of(scenario).calls]
        for where, what in _Watched.seen.items():
            assert met.setdefault(where, what) == what
    # they did meet: every first attempt of a call that needs no refresh, at least
    assert len(met) < 40 * len(Contestant) * 2


def test_every_contestant_meets_the_same_server(key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario(calls=2, access_token_lifetime_s=77, refresh_idle_s=99, refresh_token_lifetime_s=999, grace_s=7)
    knobs: list[dict[str, Any]] = []
    making = contest._org_of

    def noted(*about: Any) -> Any:
        org = making(*about)
        knobs.append(org.knobs())
        return org

    monkeypatch.setattr(contest, "_org_of", noted)
    for contestant in Contestant:
        compete(scenario, contestant, key)
    assert knobs == [knobs[0]] * 5
    wanted = {"access_token_lifetime_s": 77, "refresh_idle_s": 99, "refresh_token_lifetime_s": 999, "grace_s": 7}
    assert knobs[0].items() >= wanted.items()
