"""What the doctor's panel shows of findings: words, shapes and tones, without Qt."""

from dataclasses import dataclass

from app.doctor.records import Certainty, Finding


@dataclass(frozen=True, slots=True)
class CertaintyPill:
    """A certainty as a pill shows it: told by shape and word, the tone only repeats it."""

    shape: str
    tone: str


VERDICTS = {
    Certainty.SURE: CertaintyPill("●", "bad"),
    Certainty.LIKELY: CertaintyPill("▲", "warning"),
    Certainty.CANNOT_KNOW: CertaintyPill("○", "neutral"),
}


def copied(findings: tuple[Finding, ...]) -> str:
    """Return findings as text for the clipboard, best first; journal entries by their numbers."""
    return "\n\n".join(each.text() for each in findings)


def spoken(word: str, finding: Finding) -> str:
    """Return what a screen reader says of a finding; `word` is its verdict in the window's language."""
    return f"{word}: {finding.what}"
