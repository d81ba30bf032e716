"""The words of the lab: strategies, measures, patterns, networks, and the conclusions of a run."""

from app.lab.report import Report, StrategyResult
from app.lab.scenario import Contestant, Pattern, RotationMode, Scenario, Weather
from app.text import duration
from ui.lab.measures import Measure, value_of

_KB, _MB = 1000, 1_000_000


CONTESTANT_NAMES: dict[Contestant, str] = {
    Contestant.ON_DEMAND: "On demand",
    Contestant.TIMER: "Timer before expiry",
    Contestant.EVERY_CALL: "At every start and call",
    Contestant.ON_401: "Only on 401",
    Contestant.NO_SINGLE_FLIGHT: "No single flight",
}

MEASURE_NAMES: dict[Measure, str] = {
    Measure.TOKEN_REQUESTS: "Token requests",
    Measure.NEEDLESS: "Needless refreshes",
    Measure.REJECTED: "Calls answered 401",
    Measure.FAILED: "Failed calls",
    Measure.DELAY_P50: "Added delay, p50",
    Measure.DELAY_P95: "Added delay, p95",
    Measure.SIGN_OUTS: "Sign-outs",
    Measure.FAMILIES: "Families killed",
    Measure.BYTES: "Bytes in all",
}

PATTERN_NAMES: dict[Pattern, str] = {
    Pattern.BURST: "Bursts",
    Pattern.STEADY: "Steady",
    Pattern.OFFICE_DAY: "Office day",
    Pattern.OVERNIGHT: "Overnight",
}

PATTERN_HINTS: dict[Pattern, str] = {
    Pattern.BURST: "Many calls at the same moment, then nothing for long.",
    Pattern.STEADY: "One call after another, evenly but for some jitter.",
    Pattern.OFFICE_DAY: "Page loads of several calls at once, from morning to evening, with a lunch break.",
    Pattern.OVERNIGHT: "An afternoon, the machine asleep at night, and the morning after.",
}

WEATHER_NAMES: dict[Weather, str] = {
    Weather.GOOD: "Good",
    Weather.OUTAGES: "Outages",
    Weather.LOST_ANSWERS: "Lost responses",
    Weather.BUSY: "Busy server",
}

WEATHER_HINTS: dict[Weather, str] = {
    Weather.GOOD: "Every request gets through.",
    Weather.OUTAGES: "Now and then nothing gets through for some minutes.",
    Weather.LOST_ANSWERS: "Now and then responses of the token endpoint are lost.",
    Weather.BUSY: "Now and then the token endpoint answers 503.",
}


def value_text(measure: Measure, value: float) -> str:
    """Return a measure's number as text: `1,240`, `41 ms`, `1.2 MB`."""
    if measure is Measure.BYTES:
        return octets(value)
    if measure in (Measure.DELAY_P50, Measure.DELAY_P95):
        return duration(value)
    return f"{value:,.0f}"


def octets(number: float) -> str:
    for unit, name in ((_MB, "MB"), (_KB, "kB")):
        if number >= unit:
            return f"{number / unit:.3g} {name}"
    return f"{round(number)} B"


def signed_out(times: int) -> str:
    """Return the note beside a bar whose strategy lost the session."""
    if times == 1:
        return "◆ signed out once"
    return f"◆ signed out {times:,} times"


def scenario_line(scenario: Scenario) -> str:
    """Return all settings of a run in one line."""
    none = "no limit"
    parts = (
        f"seed {scenario.seed}",
        PATTERN_NAMES[scenario.pattern].lower(),
        f"{scenario.calls:,} calls",
        f"network: {WEATHER_NAMES[scenario.weather].lower()}",
        f"access tokens of {duration(scenario.access_token_lifetime_s)}",
        f"refresh tokens: {duration(scenario.refresh_token_lifetime_s) if scenario.refresh_token_lifetime_s else none}",
        f"idle limit: {duration(scenario.refresh_idle_s) if scenario.refresh_idle_s else none}",
        _rotation(scenario),
        f"skew {f'{scenario.skew_s:+g}' if scenario.skew_s else '0'} s",
        f"leeway {duration(scenario.leeway_s)}",
    )
    return " · ".join(parts)


def _rotation(scenario: Scenario) -> str:
    if scenario.rotation is RotationMode.STATIC:
        return "no rotation"
    if not scenario.grace_s:
        return "rotation without grace period"
    return f"rotation, grace period {duration(scenario.grace_s)}"


FAIRNESS = (
    "Same schedule, same server, same network for all; single flight is an option of the session, not a strategy."
)


def conclusion(report: Report) -> str:
    """Return the result of a run: our requests, the least possible, the timer's, and who was signed out."""
    found = {outcome.contestant: outcome for outcome in report.outcomes}
    ours, timer = found[Contestant.ON_DEMAND], found[Contestant.TIMER]
    made, least, by_timer = f"{ours.token_requests:,}", f"{report.least_refreshes:,}", f"{timer.token_requests:,}"
    if ours.token_requests == report.least_refreshes:
        sentence = f"On demand needed {made} token requests, the least possible; a timer {by_timer}."
    elif ours.token_requests < report.least_refreshes:  # because some calls failed
        sentence = (
            f"On demand made {made} token requests; all calls could have worked with {least}; a timer made {by_timer}."
        )
    else:
        sentence = f"On demand needed {made} token requests where {least} are the least possible; a timer {by_timer}."
    losers = [outcome for outcome in report.outcomes if outcome.sign_outs]
    return " ".join((sentence, *([_losses(losers)] if losers else [])))


def _losses(losers: list[StrategyResult]) -> str:
    listed = ", ".join(f"{CONTESTANT_NAMES[each.contestant].lower()} {each.sign_outs:,}×" for each in losers)
    return f"Signed out: {listed}."


def outcome_sentence(outcome: StrategyResult, measure: Measure) -> str:
    """Return a strategy's number of the measure shown, then its other main numbers."""
    first = f"{MEASURE_NAMES[measure]}: {value_text(measure, value_of(outcome, measure))}"
    rest = (
        f"{outcome.token_requests:,} token requests, {outcome.needless_refreshes:,} of them needless; "
        f"{outcome.rejected_401:,} calls answered 401, {outcome.failed_calls:,} failed; "
        f"signed out: {outcome.sign_outs:,}."
    )
    name = CONTESTANT_NAMES[outcome.contestant]
    is_missing = measure in (Measure.DELAY_P95, Measure.DELAY_P50, Measure.BYTES)  # not in `rest`
    return f"{name}. {first}. {rest}" if is_missing else f"{name}: {rest}"


NEEDED_WORD = "needed"

NEEDLESS_WORD = "needless"


def least_words(least: float) -> str:
    return f"least possible: {least:,.0f}"
