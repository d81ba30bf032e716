"""A report to take along: as JSON, as CSV, and as a table to read."""

import csv
import io
import json
from typing import Any

from app.lab.report import Report, StrategyResult
from app.lab.scenario import Scenario
from app.text import duration, seconds

_COLUMNS = (
    "strategy",
    "token requests",
    "needless",
    "401s",
    "failed",
    "delay p50",
    "delay p95",
    "sign-outs",
    "families killed",
    "kB",
)


def as_plain(report: Report) -> dict[str, Any]:
    """Return the report as plain values, for JSON; times are in seconds."""
    return {
        "scenario": report.scenario.plain(),
        "least_refreshes": report.least_refreshes,
        "outcomes": [outcome.plain() for outcome in report.outcomes],
    }


def to_json(report: Report) -> str:
    return json.dumps(as_plain(report), indent=2) + "\n"


def to_csv(report: Report) -> str:
    """Return the report as CSV (RFC 4180): one row per strategy with its scenario, so that files can be joined."""
    rows = [
        {**report.scenario.plain(), "least_refreshes": report.least_refreshes, **outcome.plain()}
        for outcome in report.outcomes
    ]
    # Scenario and outcome both have `calls`, and they are the same.
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def to_table(report: Report) -> str:
    """Return the report as text: the scenario, one row per strategy, and the theoretical minimum."""
    rows = [_COLUMNS, *map(_row, report.outcomes)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_aligned(row, widths) for row in rows]
    return "\n".join([_heading(report), "", *lines, "", _minimum(report)])


def _row(outcome: StrategyResult) -> tuple[str, ...]:
    return (
        outcome.contestant.value,
        str(outcome.token_requests),
        str(outcome.needless_refreshes),
        str(outcome.rejected_401),
        str(outcome.failed_calls),
        duration(outcome.delay_p50_s),
        duration(outcome.delay_p95_s),
        str(outcome.sign_outs),
        str(outcome.families_killed),
        str(round(outcome.bytes / 1000)),
    )


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    name, *numbers = (
        text.ljust(width) if place == 0 else text.rjust(width)
        for place, (text, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join((name, *numbers))


def _heading(report: Report) -> str:
    found = report.scenario
    ends = [
        f"access tokens of {duration(found.access_token_lifetime_s)}",
        f"rotation {found.rotation}" + (f" with a grace period of {found.grace_s} s" if found.rotates else ""),
    ]
    if found.refresh_token_lifetime_s:
        ends.append(f"refresh tokens of {duration(found.refresh_token_lifetime_s)}")
    if found.refresh_idle_s:
        ends.append(f"idle limit {duration(found.refresh_idle_s)}")
    if found.leeway_s != Scenario().leeway_s:
        ends.append(f"leeway {seconds(found.leeway_s)}")
    if found.skew_s:
        ends.append(f"our clock {duration(found.skew_s)} {'ahead' if found.skew_s > 0 else 'behind'}")
    what = f"{found.calls} calls, {found.pattern}, weather {found.weather}, seed {found.seed}"
    return f"{what}: {', '.join(ends)}."


def _minimum(report: Report) -> str:
    return f"The least with which all calls could have worked on a perfect network: {report.least_refreshes} refreshes."
