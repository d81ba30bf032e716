"""The words, shapes and tones of findings, without Qt."""

from dataclasses import dataclass

from app.doctor.records import Certainty, Finding


@dataclass(frozen=True, slots=True)
class CertaintyPill:
    """A certainty by shape and word; the tone only repeats it."""

    shape: str
    tone: str


VERDICTS = {
    Certainty.SURE: CertaintyPill("●", "bad"),
    Certainty.LIKELY: CertaintyPill("▲", "warning"),
    Certainty.CANNOT_KNOW: CertaintyPill("○", "neutral"),
}


def copied(findings: tuple[Finding, ...]) -> str:
    """Return findings as text for the clipboard, best first; journal entries by number."""
    return "\n\n".join(each.text() for each in findings)


def spoken(word: str, finding: Finding) -> str:
    """Return the text for screen readers."""
    return f"{word}: {finding.what}"
