"""The words of the lab: contestants, measures, patterns, weather, and what a run has shown, translated."""

from PySide6.QtCore import QCoreApplication

from app.lab.report import Outcome, Report
from app.lab.scenario import Contestant, Pattern, Rotation, Scenario, Weather
from app.text import duration
from ui.lab.measures import Measure, value_of

_KB, _MB = 1000, 1_000_000


def contestant_names() -> dict[Contestant, str]:
    """Return what is written before each strategy's bar."""
    return {
        Contestant.ON_DEMAND: QCoreApplication.translate("Lab", "On demand"),
        Contestant.TIMER: QCoreApplication.translate("Lab", "Timer before expiry"),
        Contestant.EVERY_CALL: QCoreApplication.translate("Lab", "At every start and call"),
        Contestant.ON_401: QCoreApplication.translate("Lab", "Only on 401"),
        Contestant.NO_SINGLE_FLIGHT: QCoreApplication.translate("Lab", "No single flight"),
    }


def measure_names() -> dict[Measure, str]:
    """Return the name of each number."""
    return {
        Measure.TOKEN_REQUESTS: QCoreApplication.translate("Lab", "Token requests"),
        Measure.NEEDLESS: QCoreApplication.translate("Lab", "Needless refreshes"),
        Measure.REJECTED: QCoreApplication.translate("Lab", "Calls answered 401"),
        Measure.FAILED: QCoreApplication.translate("Lab", "Failed calls"),
        Measure.DELAY_P50: QCoreApplication.translate("Lab", "Added delay, p50"),
        Measure.DELAY_P95: QCoreApplication.translate("Lab", "Added delay, p95"),
        Measure.SIGN_OUTS: QCoreApplication.translate("Lab", "Sign-outs"),
        Measure.FAMILIES: QCoreApplication.translate("Lab", "Families killed"),
        Measure.BYTES: QCoreApplication.translate("Lab", "Bytes in all"),
    }


def pattern_names() -> dict[Pattern, str]:
    """Return the name of each way calls are spread."""
    return {
        Pattern.BURST: QCoreApplication.translate("Lab", "Bursts"),
        Pattern.STEADY: QCoreApplication.translate("Lab", "Steady"),
        Pattern.OFFICE_DAY: QCoreApplication.translate("Lab", "Office day"),
        Pattern.OVERNIGHT: QCoreApplication.translate("Lab", "Overnight"),
    }


def pattern_hints() -> dict[Pattern, str]:
    """Return how calls are spread, in words."""
    return {
        Pattern.BURST: QCoreApplication.translate("Lab", "Many calls at the same moment, then nothing for long."),
        Pattern.STEADY: QCoreApplication.translate("Lab", "One call after another, evenly but for some jitter."),
        Pattern.OFFICE_DAY: QCoreApplication.translate(
            "Lab", "Page loads of several calls at once, from morning to evening, with a lunch break."
        ),
        Pattern.OVERNIGHT: QCoreApplication.translate(
            "Lab", "An afternoon, the machine asleep at night, and the morning after."
        ),
    }


def weather_names() -> dict[Weather, str]:
    """Return the name of each kind of network."""
    return {
        Weather.GOOD: QCoreApplication.translate("Lab", "Good"),
        Weather.OUTAGES: QCoreApplication.translate("Lab", "Outages"),
        Weather.LOST_ANSWERS: QCoreApplication.translate("Lab", "Lost answers"),
        Weather.BUSY: QCoreApplication.translate("Lab", "Busy server"),
    }


def weather_hints() -> dict[Weather, str]:
    """Return what each kind of network does, in words."""
    return {
        Weather.GOOD: QCoreApplication.translate("Lab", "Every request gets through."),
        Weather.OUTAGES: QCoreApplication.translate("Lab", "Now and then nothing gets through for some minutes."),
        Weather.LOST_ANSWERS: QCoreApplication.translate(
            "Lab", "Now and then answers of the token endpoint are lost on their way back."
        ),
        Weather.BUSY: QCoreApplication.translate("Lab", "Now and then the token endpoint answers 503."),
    }


def value_text(measure: Measure, value: float) -> str:
    """Return a number of a measure as it is read: `1,240`, `41 ms`, `1.2 MB`."""
    if measure is Measure.BYTES:
        return octets(value)
    if measure in (Measure.DELAY_P50, Measure.DELAY_P95):
        return duration(value)
    return f"{value:,.0f}"


def octets(number: float) -> str:
    """Return a number of bytes as it is read."""
    for unit, text in (
        (_MB, QCoreApplication.translate("Lab", "{0} MB")),
        (_KB, QCoreApplication.translate("Lab", "{0} kB")),
    ):
        if number >= unit:
            return text.format(f"{number / unit:.3g}")
    return QCoreApplication.translate("Lab", "{0} B").format(round(number))


def signed_out(times: int) -> str:
    """Return what is said beside a bar whose strategy lost the session."""
    if times == 1:
        return QCoreApplication.translate("Lab", "◆ signed out once")
    return QCoreApplication.translate("Lab", "◆ signed out {0} times").format(f"{times:,}")


def scenario_line(scenario: Scenario) -> str:
    """Return everything a run was made from, in one line."""
    none = QCoreApplication.translate("Lab", "no limit")
    parts = (
        QCoreApplication.translate("Lab", "seed {0}").format(scenario.seed),
        pattern_names()[scenario.pattern].lower(),
        QCoreApplication.translate("Lab", "{0} calls").format(f"{scenario.calls:,}"),
        QCoreApplication.translate("Lab", "network: {0}").format(weather_names()[scenario.weather].lower()),
        QCoreApplication.translate("Lab", "access tokens of {0}").format(duration(scenario.access_token_lifetime_s)),
        QCoreApplication.translate("Lab", "refresh tokens: {0}").format(
            duration(scenario.refresh_token_lifetime_s) if scenario.refresh_token_lifetime_s else none
        ),
        QCoreApplication.translate("Lab", "idle limit: {0}").format(
            duration(scenario.refresh_idle_s) if scenario.refresh_idle_s else none
        ),
        _rotation(scenario),
        QCoreApplication.translate("Lab", "skew {0} s").format(f"{scenario.skew_s:+g}" if scenario.skew_s else "0"),
        QCoreApplication.translate("Lab", "leeway {0}").format(duration(scenario.leeway_s)),
    )
    return " · ".join(parts)


def _rotation(scenario: Scenario) -> str:
    if scenario.rotation is Rotation.STATIC:
        return QCoreApplication.translate("Lab", "no rotation")
    if not scenario.grace_s:
        return QCoreApplication.translate("Lab", "rotation without grace period")
    return QCoreApplication.translate("Lab", "rotation, grace period {0}").format(duration(scenario.grace_s))


def fairness() -> str:
    """Return what makes the numbers comparable."""
    return QCoreApplication.translate(
        "Lab",
        "Same schedule, same server, same network for all; single flight is an option of the session, not a strategy.",
    )


def conclusion(report: Report) -> str:
    """Return what a run has shown: our requests against the least possible and the others', and who was signed out."""
    found = {outcome.contestant: outcome for outcome in report.outcomes}
    ours, timer = found[Contestant.ON_DEMAND], found[Contestant.TIMER]
    if ours.token_requests == report.least_refreshes:
        first = QCoreApplication.translate(
            "Lab", "On demand needed {0} token requests, the least possible; a timer {2}."
        )
    elif ours.token_requests < report.least_refreshes:  # some calls failed for it
        first = QCoreApplication.translate(
            "Lab", "On demand made {0} token requests; all calls could have worked with {1}; a timer made {2}."
        )
    else:
        first = QCoreApplication.translate(
            "Lab", "On demand needed {0} token requests where {1} are the least possible; a timer {2}."
        )
    numbers = (ours.token_requests, report.least_refreshes, timer.token_requests)
    sentence = first.format(*(f"{number:,}" for number in numbers))
    losers = [outcome for outcome in report.outcomes if outcome.sign_outs]
    return " ".join((sentence, *([_losses(losers)] if losers else [])))


def _losses(losers: list[Outcome]) -> str:
    names = contestant_names()
    listed = ", ".join(f"{names[each.contestant].lower()} {each.sign_outs:,}×" for each in losers)
    return QCoreApplication.translate("Lab", "Signed out: {0}.").format(listed)


def outcome_sentence(outcome: Outcome, measure: Measure) -> str:
    """Return a strategy's number of the measure shown, then whatever else one asks next."""
    first = f"{measure_names()[measure]}: {value_text(measure, value_of(outcome, measure))}"
    rest = QCoreApplication.translate(
        "Lab", "{0} token requests, {1} of them needless; {2} calls answered 401, {3} failed; signed out: {4}."
    ).format(
        f"{outcome.token_requests:,}",
        f"{outcome.needless_refreshes:,}",
        f"{outcome.rejected_401:,}",
        f"{outcome.failed_calls:,}",
        f"{outcome.sign_outs:,}",
    )
    name = contestant_names()[outcome.contestant]
    told = measure in (Measure.DELAY_P95, Measure.DELAY_P50, Measure.BYTES)
    return f"{name}. {first}. {rest}" if told else f"{name}: {rest}"


def needed_word() -> str:
    """Return the legend's word for refreshes that were needed."""
    return QCoreApplication.translate("Lab", "needed")


def needless_word() -> str:
    """Return the legend's word for refreshes that were not needed."""
    return QCoreApplication.translate("Lab", "needless")


def least_words(least: float) -> str:
    """Return the legend's words for the least possible."""
    return QCoreApplication.translate("Lab", "least possible: {0}").format(f"{least:,.0f}")
