"""What the doctor's panel shows of findings: words, shapes and tones, without Qt."""

import re
from dataclasses import dataclass

from app.doctor.records import Certainty, Finding

# URLs and names of grants are words no column is wide enough for; they may break where they have signs.
_LONG_WORD = re.compile(r"\S{20,}")
_SIGNS = re.compile(r"([/:_=&?,.-])(?=\w)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A certainty as a pill shows it: told by shape and word, the tone only repeats it."""

    shape: str
    tone: str


VERDICTS = {
    Certainty.SURE: Verdict("●", "bad"),
    Certainty.LIKELY: Verdict("▲", "warning"),
    Certainty.CANNOT_KNOW: Verdict("○", "neutral"),
}


def copied(findings: tuple[Finding, ...]) -> str:
    """Return findings as text for the clipboard, best first; journal entries by their numbers."""
    return "\n\n".join(each.text() for each in findings)


def spoken(word: str, finding: Finding) -> str:
    """Return what a screen reader says of a finding; `word` is its verdict in the window's language."""
    return f"{word}: {finding.what}"


def breakable(text: str) -> str:
    """Return `text` whose long words may be broken over lines: zero-width spaces stand behind their signs."""
    return _LONG_WORD.sub(lambda word: _SIGNS.sub("\\1\u200b", word[0]), text)
