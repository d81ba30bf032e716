"""Whether a value that a server calls a token looks like one: long and random, unlike ordinary text."""

import re
from urllib.parse import unquote

_SHORTEST = 16
_CHUNK = re.compile(r"[A-Za-z0-9]+")
_TURN = re.compile(r"[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])")
_MIXED_FROM = 2  # changes between letters and digits: `east1` and `v2` have one
_LONG_CHUNK = 16
# Values with letters and digits that are public all the same.
_SPEAKING = re.compile(
    r"""
    [A-Za-z][A-Za-z0-9+.-]*://.*                                    # a URL
    | [^@\s]+@[^@\s]+\.[A-Za-z]+                                    # an email address
    | (?:[a-z0-9-]+\.)+[a-z]{2,24}\.?(?::[0-9]+)?(?:/.*)?           # a host
    | [0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*                      # an address of IPv6, a time, a hardware address
    | [0-9]{4}-?[0-9]{2}-?[0-9]{2}(?:[T_][0-9:.,]*)?(?:Z|[+-][0-9:]+)?  # a date (ISO 8601)
    | (?:0o|00|au)[a-z][A-Za-z0-9]{11,17}                           # an ID of Okta's: an app, a user, a server
    """,
    re.VERBOSE | re.DOTALL,
)


def looks_random(value: str) -> bool:
    """Return whether it is at least 16 characters of letters and digits well mixed, or of upper and lower case.

    Never a number, a date, a host, an email address, a URL, nor words however they are joined.
    """
    if len(value) < _SHORTEST or not value.isascii() or any(map(str.isspace, value)):
        return False
    if _SPEAKING.fullmatch(unquote(value)):
        return False
    return any(_is_random(chunk) for chunk in _CHUNK.findall(value))


def _is_random(chunk: str) -> bool:
    if len(_TURN.findall(chunk)) >= _MIXED_FROM:
        return True
    # `TheQuickBrownFoxJumps` mixes case as well, but seldom has two capitals side by side
    ups, capitals = len(re.findall("[a-z](?=[A-Z])", chunk)), len(re.findall("[A-Z](?=[A-Z])", chunk))
    return len(chunk) >= _LONG_CHUNK and ups > 2 and capitals > 1  # noqa: PLR2004
