"""What the chart shows of a report for one measure: a line of numbers and words per strategy."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from app.lab.report import Report, StrategyResult
from ui.lab import words
from ui.lab.layout import ChartBar
from ui.lab.measures import Measure, value_of

_ROLES = {
    Measure.TOKEN_REQUESTS: "refresh",
    Measure.NEEDLESS: "warning",
    Measure.REJECTED: "warning",
    Measure.FAILED: "bad",
    Measure.SIGN_OUTS: "bad",
    Measure.FAMILIES: "bad",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One strategy: name, bar, number in words, note, and all of it as a sentence."""

    name: str
    bar: ChartBar
    text: str
    note: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Plot:
    """What a chart shows; `role` is the bars' colour, `least` the least possible or None."""

    title: str
    role: str
    lines: tuple[Line, ...]
    least: float | None
    tick_text: Callable[[float], str]


def plot_of(report: Report, measure: Measure) -> Plot:
    """Return the plot of one measure, in the report's order."""
    return Plot(
        title=words.MEASURE_NAMES[measure],
        role=_ROLES.get(measure, "access"),
        lines=tuple(_line(outcome, measure) for outcome in report.outcomes),
        least=float(report.least_refreshes) if measure is Measure.TOKEN_REQUESTS else None,
        tick_text=partial(words.value_text, measure),
    )


def _line(outcome: StrategyResult, measure: Measure) -> Line:
    value, is_main = value_of(outcome, measure), measure is Measure.TOKEN_REQUESTS
    note = words.signed_out(outcome.sign_outs) if is_main and outcome.sign_outs else ""
    return Line(
        name=words.CONTESTANT_NAMES[outcome.contestant],
        bar=ChartBar(value, float(outcome.needless_refreshes) if is_main else 0.0, bool(note)),
        text=words.value_text(measure, value),
        note=note,
        sentence=words.outcome_sentence(outcome, measure),
    )
