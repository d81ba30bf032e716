"""What a token card shows, without a widget: pill, countdown, share of life left."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from app.token_name import TokenName
from ui.text import clock_time, countdown

if TYPE_CHECKING:
    from app.events.tokens import RefreshTokenFate

# "Lapsing" is a share of the lifetime: 30 s is little of an hour, and all of a short token.
LAPSING_SHARE = 0.2


class Tone(Enum):
    """The tint of a state; it is always shown with a word."""

    NEUTRAL = "neutral"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """One token for its card; times in epoch seconds, `leeway_s` in seconds, `ends_at` None is not stated.

    `flaw` describes a newer token that failed verification; `seems_dead`: the server refused it twice without a
    reason.
    """

    kind: str
    name: TokenName
    number: int
    fingerprint: str
    length: int
    form: str
    issued_at: float
    ends_at: float | None
    leeway_s: float = 0.0
    fate: "RefreshTokenFate | None" = None
    flaw: str = ""
    seems_dead: bool = False

    @property
    def masked(self) -> str:
        """The description that may be shown anywhere: `AT-3 · jwt · 812 chars · 9f2c`."""
        form = _form(self) if self.form == "opaque" else "jwt"
        size = f"{self.length} chars"
        return f"{self.name} · {form} · {size} · {self.fingerprint}"


@dataclass(frozen=True, slots=True)
class CardState:
    """The card's content at one moment; `share_left` is 0 to 1, or None where the end is not stated."""

    pill: str
    tone: Tone
    countdown: str
    share_left: float | None
    detail: str


def card_state(facts: TokenFacts | None, now: float) -> CardState:
    """Return the card of `facts` at `now`; before, at and after the end all look different."""
    if facts is None:
        return CardState("None", Tone.NEUTRAL, "–", None, "none in hand")
    if facts.ends_at is None:
        return _endless(facts)
    left_s = facts.ends_at - now
    life_s = max(facts.ends_at - facts.issued_at, 0.001)
    pill, tone = _pill(facts, left_s, life_s)
    issued = f"issued {clock_time(facts.issued_at)}"
    expiry = f"{'expired' if left_s <= 0 else 'expires'} {clock_time(facts.ends_at)}"
    detail = f"{issued} · {expiry} · {facts.flaw or _form(facts)}"
    return CardState(pill, tone, countdown(left_s), min(max(left_s / life_s, 0.0), 1.0), detail)


def _endless(facts: TokenFacts) -> CardState:
    """Return the state of a token whose end is not stated, with the fate of the one before it."""
    # Imported late: the first paint shows empty cards and needs no words.
    from app.events.tokens import RefreshTokenFate

    rotates = facts.fate is RefreshTokenFate.REPLACED
    pill = "Live · rotates" if rotates else "Live"
    parts = [f"issued {clock_time(facts.issued_at)} · end not stated by the server"]
    parts.append(_form(facts))
    if rotates:
        parts.append("replaced the one before")
    elif facts.fate is RefreshTokenFate.KEPT:
        parts.append("kept by the last refresh")
    if facts.seems_dead:
        pill = "Most likely dead"
        return CardState(pill, Tone.BAD, "–", None, " · ".join(parts))
    return CardState(pill, Tone.GOOD, "–", None, " · ".join(parts))


def _pill(facts: TokenFacts, left_s: float, life_s: float) -> tuple[str, Tone]:
    if facts.flaw:
        return "Newer one failed", Tone.WARNING
    if left_s <= 0:
        word = "Expired" if facts.kind == "id" else "Lapsed"
        return word, Tone.WARNING
    if left_s <= facts.leeway_s:
        return "Within leeway", Tone.WARNING
    if facts.kind == "id":
        return "Valid", Tone.GOOD
    if left_s <= life_s * LAPSING_SHARE:
        return "Lapsing", Tone.WARNING
    return "Live", Tone.GOOD


def _form(facts: TokenFacts) -> str:
    return "opaque" if facts.form == "opaque" else facts.form
