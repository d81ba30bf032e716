"""An inspection as JSON and as lines of text: the window's content for programs and terminals."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.inspection.expiry_sources import Testimony
from app.inspection.inspector import Inspection
from app.inspection.reading import TextForm
from app.oauth.claims import MEANINGS, MOMENTS
from app.oauth.rules import RuleOutcome, RuleVerdict
from app.oauth.verify import JwtKind
from app.text import duration

_MARKS = {
    RuleOutcome.PASSED: "ok",
    RuleOutcome.FAILED: "NO",
    RuleOutcome.NOT_APPLICABLE: "–",
    RuleOutcome.CANNOT_BE_CHECKED: "?",
}
_LARGEST_MOMENT = 253_402_300_799  # the last second of the year 9999, where dates end
_LONGEST_VALUE = 300


def as_json(inspection: Inspection) -> dict[str, Any]:
    """Return everything but the token itself; times in epoch seconds."""
    reading, verification = inspection.reading, inspection.verification
    return {
        "title": inspection.title,
        "kind": inspection.kind.value,
        "form": reading.form.value,
        "length": reading.length,
        "conclusion": inspection.conclusion.value,
        "sentence": inspection.sentence(),
        "remark": inspection.remark,
        "header": reading.header,
        "claims": reading.claims,
        "rules": [_rule(each) for each in verification.verdicts] if verification else [],
        "expiry": [_testimony(each) for each in inspection.truth],
        "introspection": None if inspection.introspection is None else dict(inspection.introspection),
    }


def as_lines(inspection: Inspection, now: float) -> list[str]:
    """Return the inspection as lines for a terminal; `now` in epoch seconds."""
    reading = inspection.reading
    is_pasted = inspection.name is None
    is_named = (
        is_pasted and inspection.kind.value in (inspection.label, JwtKind.ANY.value)
    ) or reading.form is TextForm.OPAQUE
    kind = "" if is_named else f" · {inspection.kind}"
    lines = [f"{inspection.title}{kind} · {reading.form}, {reading.length} characters"]
    lines += [f"{inspection.conclusion.upper()}: {inspection.sentence()}"]
    lines += [line for line in (inspection.remark, _problem(inspection)) if line]
    for name, content in (("Header", inspection.reading.header), ("Claims", inspection.reading.claims)):
        if content is not None:
            lines += ["", name, *_table(content, now)]
    if inspection.verification is not None:
        lines += ["", "Rules", *(_rule_line(each) for each in inspection.verification.verdicts)]
    lines += ["", "When it ends", *(_truth_line(each, now) for each in inspection.truth)]
    return lines


def moment_text(moment: float, now: float) -> str:
    """Return a time as relative, absolute and epoch: `in 4 min 12 s · 2026-09-22 14:03:10 UTC · 1790085900`."""
    apart = moment - now
    relative = f"in {duration(apart)}" if apart > 0 else f"{duration(apart)} ago"
    if not 0 <= moment <= _LARGEST_MOMENT:
        return f"{relative} · {moment:.0f}"
    return f"{relative} · {datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S} UTC · {moment:.0f}"


def _rule(verdict: RuleVerdict) -> dict[str, str]:
    return {
        "rule": verdict.rule,
        "outcome": verdict.outcome.value,
        "expected": verdict.expected,
        "found": verdict.found,
        "why": verdict.why,
        "source": verdict.source,
    }


def _testimony(row: Testimony) -> dict[str, Any]:
    return {
        "witness": row.witness.value,
        "ends_at": row.ends_at,
        "acted_on": row.is_acted_on,
        "apart_s": row.apart_s,
        "sentence": row.sentence(),
        "source": row.source,
    }


def _problem(inspection: Inspection) -> str:
    return inspection.reading.remark if any(part.problem for part in inspection.reading.parts) else ""


def _table(content: Mapping[str, Any], now: float) -> list[str]:
    width = min(max((len(name) for name in content), default=0), 24)
    return [f"  {_printable(name):<{width}}  {_value(name, value, now)}" for name, value in content.items()]


def _value(name: str, value: Any, now: float) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = _printable(str(value))
    meaning = MEANINGS.get(name, "")
    if name in MOMENTS and is_number and abs(value) < _LARGEST_MOMENT:
        text = moment_text(float(value), now)
    return f"{text}  ({meaning})" if meaning else text


def _rule_line(verdict: RuleVerdict) -> str:
    explanation = verdict.why if verdict.outcome is not RuleOutcome.PASSED or not verdict.found else verdict.found
    return f"  {_MARKS[verdict.outcome]:<2}  {verdict.rule:<22}{_printable(explanation)}  [{verdict.source}]"


def _truth_line(row: Testimony, now: float) -> str:
    end = "–" if row.ends_at is None else moment_text(row.ends_at, now)
    return f"  {row.witness.value:<34}{end}  {row.sentence()}"


def _printable(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else "�" for letter in text[:_LONGEST_VALUE])
    return shown if len(text) <= _LONGEST_VALUE else f"{shown}…"
