"""Finds commands by typed words: in any order, by their beginnings or initials; without Qt."""

import unicodedata

_BEGINS, _WITHIN, _INITIALS = range(3)


def rank(query: str, text: str) -> int | None:
    """Return how well `text` matches `query`, 0 is best, or None if it does not.

    Every typed word has to begin a word of the text, be part of it, or be made of initials of its words in their order
    (`dat` finds "Drop access token"); case and accents do not count.
    """
    shown = folded(text)
    words = _words(shown)
    initials = "".join(word[0] for word in words)
    ranks = [_rank_of(typed, shown, words, initials) for typed in folded(query).split()]
    found = [each for each in ranks if each is not None]
    return sum(found) if len(found) == len(ranks) else None


def folded(text: str) -> str:
    """Return `text` without case and accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(each for each in parts if not unicodedata.combining(each)).casefold()


def _rank_of(typed: str, shown: str, words: list[str], initials: str) -> int | None:
    if any(word.startswith(typed) for word in words):
        return _BEGINS
    if typed in shown:
        return _WITHIN
    rest = iter(initials)
    return _INITIALS if all(letter in rest for letter in typed) else None


def _words(shown: str) -> list[str]:
    return "".join(each if each.isalnum() else " " for each in shown).split()
