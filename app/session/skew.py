"""Whether a wrong clock of ours explains what an ID token did not pass."""

from app.session import words

_BY_CLOCK = frozenset({"exp", "nbf", "iat"})
_TO_BLAME_S = 60.0


def clock_to_blame(rule: str, skew_s: float | None) -> str:
    """Return a sentence that names our clock where it is what a token failed `rule` by, else an empty text.

    `skew_s` is the server's Date minus our time, in seconds; None where it is not known.
    """
    if rule not in _BY_CLOCK or skew_s is None or abs(skew_s) < _TO_BLAME_S:
        return ""
    return words.clock_wrong(skew_s)
