"""The rows of the inspector's tables: claims, rules, expiry, changes; without Qt."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.inspection.difference import Change, Difference
from app.inspection.expiry_sources import Testimony
from app.inspection.inspector import Conclusion, Inspection
from app.oauth.claims import MEANINGS, MOMENTS
from app.oauth.rules import RuleOutcome, RuleVerdict
from app.text import duration
from ui.text import moment_with_zone
from ui.widgets.table import TextRow

_LONGEST_VALUE = 400
_FIRST = ("iss", "aud", "sub", "cid", "scp", "iat", "exp", "jti", "ver", "uid")
_LARGEST_MOMENT = 253_402_300_799  # the last second of year 9999, the last that datetime can hold
MARKS = {
    RuleOutcome.PASSED: "✓",
    RuleOutcome.FAILED: "✗",
    RuleOutcome.NOT_APPLICABLE: "–",
    RuleOutcome.CANNOT_BE_CHECKED: "?",
}
TONES = {
    RuleOutcome.PASSED: "good",
    RuleOutcome.FAILED: "bad",
    RuleOutcome.NOT_APPLICABLE: "neutral",
    RuleOutcome.CANNOT_BE_CHECKED: "warning",
}
CONCLUSION_TONES = {
    Conclusion.VALID: "good",
    Conclusion.NOT_VALID: "bad",
    Conclusion.NOT_VERIFIED: "warning",
    Conclusion.OPAQUE: "neutral",
}


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim; `moment` is its epoch seconds if it is a time, `outcome` the result of its rule."""

    name: str
    value: str
    meaning: str
    moment: float | None = None
    outcome: RuleOutcome | None = None


def rows_of(claims: Mapping[str, Any], verdicts: Mapping[str, RuleVerdict] | None = None) -> tuple[ClaimRow, ...]:
    """Return the claims as rows, the most important first, with the outcome of the rule of the same name."""
    first = [name for name in _FIRST if name in claims]
    names = [*first, *(name for name in claims if name not in _FIRST)]
    known = verdicts or {}
    return tuple(_row(name, claims[name], known.get(name)) for name in names)


def meaning_at(row: ClaimRow, now: float) -> str:
    """Return the row's meaning; a time as relative, absolute with zone, and epoch."""
    if row.moment is None:
        return row.meaning
    return f"{row.meaning} · {when(row.moment, now)}"


def when(moment: float, now: float) -> str:
    """Return a moment as relative and absolute with zone: `3 s ago · 14:05:00 UTC+2`."""
    apart = moment - now
    relative = f"in {duration(apart)}" if apart > 0 else f"{duration(apart)} ago"
    return f"{relative} · {moment_with_zone(moment, now)}" if 0 <= moment <= _LARGEST_MOMENT else relative


def word_at(row: ClaimRow, now: float) -> str:
    """Return a word for a claim whose time matters (passed or not yet), else ""."""
    if row.name == "exp" and row.moment is not None and row.moment <= now:
        return "lapsed"
    if row.name == "nbf" and row.moment is not None and row.moment > now:
        return "not yet"
    return ""


def mark_at(row: ClaimRow, now: float) -> str:
    """Return a word or shape for a claim: whether its time has come, or the outcome of its rule."""
    word = word_at(row, now)
    if word:
        return word
    return "" if row.outcome in (None, RuleOutcome.NOT_APPLICABLE) else MARKS[row.outcome]


def rule_rows(inspection: Inspection) -> tuple[TextRow, ...]:
    """Return a row for every rule: outcome, rule, finding, expectation, source."""
    verdicts = inspection.verification.verdicts if inspection.verification else ()
    return tuple(
        TextRow(
            (
                f"{MARKS[each.outcome]} {each.outcome}",
                each.rule,
                printable(each.why or each.found),
                printable(each.expected),
                each.source,
            ),
            TONES[each.outcome],
            f"{each.rule}: {each.outcome}. {each.why}",
        )
        for each in verdicts
    )


def truth_rows(truth: tuple[Testimony, ...], now: float) -> tuple[TextRow, ...]:
    """Return a row for every source of the expiry: source, relative, absolute and epoch, meaning, reference."""
    return tuple(
        TextRow(
            (
                each.witness.value,
                "" if each.ends_at is None else f"{when(each.ends_at, now)} · {each.ends_at:.0f}",
                each.sentence(),
                each.source,
            ),
            "good" if each.is_acted_on else "",
        )
        for each in truth
    )


def change_rows(found: Difference, *, with_expected: bool) -> tuple[TextRow, ...]:
    """Return a row for every change, unexpected ones first: kind, claim, before, after, remark."""
    rows = [_change_row(each, "bad") for each in found.unexpected]
    return (*rows, *(_change_row(each, "neutral") for each in found.expected if with_expected))


def printable(text: str) -> str:
    """Return a text on one line, cut to a readable length; without control or bidi characters."""
    shown = "".join(letter if letter.isprintable() else "�" for letter in text[: _LONGEST_VALUE + 1])
    return shown if len(shown) <= _LONGEST_VALUE else shown[:_LONGEST_VALUE] + "…"


def _change_row(change: Change, tone: str) -> TextRow:
    expected = "new in every generation"
    remark = change.remark or (expected if change.is_expected else "")
    cells = (change.how.value, change.name, _text(change.before), _text(change.after), remark)
    return TextRow(cells, tone, f"{change.name} {change.how}. {remark}")


def _row(name: str, value: Any, verdict: RuleVerdict | None) -> ClaimRow:
    moment = None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in MOMENTS and is_number and 0 <= value <= _LARGEST_MOMENT:
        moment = float(value)
    return ClaimRow(name, _text(value), MEANINGS.get(name, ""), moment, verdict.outcome if verdict else None)


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        text = value
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        text = " ".join(value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    return printable(text)
