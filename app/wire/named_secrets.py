"""Finds the values of named secrets in any text: JSON, forms, XML, header parameters, lines, whole or broken."""

import json
import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_plus

from app.secret import MaskedSpan, masks_in
from app.spellings import View

_NAMES = frozenset(
    """
    accesstoken actortoken apikey apitoken assertion authorization bindingcode clientassertion clientsecret code
    codeverifier cookie devicecode devicesecret dpop idtoken idtokenhint logouttoken mfatoken oobcode otp passcode
    password proxyauthorization refreshtoken registrationaccesstoken sessiontoken setcookie statetoken subjecttoken
    token usercode verificationuricomplete
    """.split()  # noqa: SIM905 - the quotes would hide the words
)
"""Matched with and without `_` and `-`, in any case, and with `X-` before it."""

_WORDS_TOO = frozenset({"assertion", "authorization", "code", "cookie", "otp", "passcode", "password", "token"})
_WITH_SCHEME = frozenset({"authorization", "proxyauthorization"})
# Every name contains one of them, and few ordinary words do.
_STEMS = tuple(
    "token code assertion secret otp password complete authorization cookie dpop apikey api_key api-key".split()  # noqa: SIM905
)
_LONGEST_NAME = 60
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
_NAME = re.compile(r"[A-Za-z0-9_-]*")
_COLON = re.compile(r"""(?:\[[^\]\[=&\s]{0,20}\])?(["'`]?)[ \t\r\n]*(=>|[:=])[ \t]*""")
_LINE = re.compile(r"[^\r\n]*")
_STRING = {sign: re.compile(rf"[^{sign}\\]*(?:\\.[^{sign}\\]*)*", re.DOTALL) for sign in ('"', "'", "`")}
_ENDS = ('"', "'", "`")
_SPACE = re.compile(r"[ \t\r\n]*")
_NESTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_LITERAL = re.compile(r"""[^\s,\]}"'&<>;]+""")
_IN_FORM = re.compile(r"[^&\r\n]*")
# Elsewhere a value may be one of several in a line; a backslash belongs to it unless it escapes what ends it.
_BARE = re.compile(r"""(?:[^&\s"'`<>,;\\]|\\(?!["'\\/bfnrtu&])|[,;](?=[^\s,;&"'<>=]+(?:[&\s"'<>,;]|\Z)))*""")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9-]*[ \t]+(?=\S)")
_TAG_BEGINS = re.compile(r"<(?:[A-Za-z0-9_.-]{1,40}:)?\Z")
_TAG_ENDS = re.compile(r"(?:[ \t\r\n][^<>]*)?>")
_PART_BEGINS = re.compile(r"""name=["']?\Z""", re.IGNORECASE)
_PART_ENDS = re.compile(r"""["']?[^\r\n]{0,500}\r?\n(?:[^\r\n]{1,500}\r?\n){0,9}\r?\n""")
_FIELD = re.compile(r"""\bvalue[ \t\r\n]*=[ \t\r\n]*(?:"([^"]*)|'([^']*)|([^\s"'>]+))""", re.IGNORECASE)
_LONGEST_TAG, _LONGEST_INDENT = 500, 80
_PAIRED = re.compile(r"""["'][ \t\r\n]*,[ \t\r\n]*["']?value["']?[ \t\r\n]*:[ \t\r\n]*""", re.IGNORECASE)
_NOTHING = frozenset({"null", "none", "nil", "undefined", ""})


def named_in(text: str, seen: Iterable[View], *, is_form: bool = False) -> list[MaskedSpan]:
    """Return the spans of the values of named secrets in a text, of which `seen` are the views.

    In a form, and in a URL's query, a value goes on until the next `&`. `code` is a secret there and in JSON as a text,
    but no number is: many APIs' errors have one. Linear in the length of the text.
    """
    spans: list[MaskedSpan] = []
    for view in seen:
        # Where a text ended at its own quotes, undoing its escapes must not make it longer.
        ended = sorted((span.start, span.end) for span in spans if text[span.end : span.end + 1] in _ENDS)
        spans += [span for span in _named_in(view, is_form=is_form) if not _is_within(ended, span.start)]
    return spans


def _is_within(stretches: list[tuple[int, int]], at: int) -> bool:
    place = bisect_right(stretches, (at, sys.maxsize)) - 1
    return place >= 0 and at < stretches[place][1]


def _named_in(view: View, *, is_form: bool) -> Iterator[MaskedSpan]:
    text = view.text
    lowered = text.lower() if text.isascii() else text.replace("\u0130", "i").lower()
    masks = {start for start, _ in masks_in(text)}
    at = 0
    for start, end in _names(text, lowered):
        if start < at:
            continue
        name = _plain(lowered[start:end])
        found = _value(text, start, end, name, is_form=is_form)
        if found is None:
            continue
        first, last, value, is_quoted = found
        if first in masks or first >= last:
            continue
        at = last
        if view.is_changed(max(start - 1, 0), min(last + 1, len(text))):
            # a code in JSON may be an error's, whose name occurs in many sentences
            is_sure = name != "code" or text[first - 1] not in _ENDS
            yield MaskedSpan(*view.back(first, last), value, is_quoted and view.is_raw, is_sure, name)


def jwts_in(view: View) -> Iterator[MaskedSpan]:
    """Yield the spans of JWTs, recognised by their form: also encrypted ones, and one cut by the text's end."""
    text = view.text
    at = text.find("eyJ")
    while at >= 0:
        match = _JWT.match(text, at)
        assert match is not None
        head, end = match.end(1), match.end()
        is_jwt = match[2] is not None or (end == len(text) and end - at >= _LONG_ENOUGH)
        if is_jwt and head - at >= _SHORTEST_HEAD:
            yield MaskedSpan(*view.back(at, end), text[at:end])
            head = end
        at = text.find("eyJ", max(head, at + 3))


_JWT = re.compile(
    r"(eyJ[A-Za-z0-9_-]*)(?:(\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]{2,}){0,2}|\.(?:\.[A-Za-z0-9_-]{2,}){3})|\.[A-Za-z0-9_-]*\Z)?"
)
_SHORTEST_HEAD, _LONG_ENOUGH = 11, 20


def is_named(name: str) -> bool:
    """Return whether a value with this name is a secret."""
    return _plain(name.lower()) in _NAMES


def _plain(lowered: str) -> str:
    bare = lowered.replace("_", "").replace("-", "")
    return bare[1:] if bare[:1] == "x" and bare[1:] in _NAMES else bare


def _names(text: str, lowered: str) -> list[tuple[int, int]]:
    """Return the spans of the names of secrets, in order."""
    names = set()
    for stem in _STEMS:
        at = lowered.find(stem)
        while at >= 0:
            before = text[max(at - _LONGEST_NAME, 0) : at]
            after = _NAME.match(text, at)
            assert after is not None
            start, end = at - len(before) + len(before.rstrip(_LETTERS)), after.end()
            if end - start <= _LONGEST_NAME:
                while start < at and text[start] in "_-":
                    start += 1
                if _plain(lowered[start:end]) in _NAMES:
                    names.add((start, end))
            at = lowered.find(stem, max(end, at + 1))
    return sorted(names)


_Found = tuple[int, int, str, bool]


def _value(text: str, start: int, end: int, name: str, *, is_form: bool) -> _Found | None:
    """Return the span of the value of the name at `start` to `end`, its text, and whether a mask needs quotes."""
    colon = _COLON.match(text, end)
    if colon is not None:
        return _after_colon(text, start, colon, name, is_form=is_form)
    if _TAG_BEGINS.search(text, max(start - 50, 0), start):
        opened = _TAG_ENDS.match(text, end)
        closed = -1 if opened is None else text.find("</", opened.end())
        return None if opened is None else _stripped(text, opened.end(), closed if closed >= 0 else len(text))
    if _PART_BEGINS.search(text, max(start - 10, 0), start):
        return _part(text, start, end)
    paired = _PAIRED.match(text, end)
    return None if paired is None else _quoted_or_bare(text, paired.end(), name)


def _part(text: str, start: int, end: int) -> _Found | None:
    """Return the span of the part of a multipart form (RFC 7578), or of an HTML form field's value, with this name."""
    head = _PART_ENDS.match(text, end)
    if head is not None:
        closed = text.find("\n--", head.end())
        return _stripped(text, head.end(), closed if closed >= 0 else len(text))
    opened = text.rfind("<", max(start - _LONGEST_TAG, 0), start)
    if opened < 0:
        return None
    closed = text.find(">", end, end + _LONGEST_TAG)
    field = _FIELD.search(text, opened, closed if closed >= 0 else min(end + _LONGEST_TAG, len(text)))
    if field is None:
        return None
    place = field.lastindex or 0
    return *field.span(place), field[place], False


def _begins_line(text: str, start: int) -> bool:
    before = text[max(start - _LONGEST_INDENT, 0) : start].rstrip(" \t\"'-")
    return before[-1:] in ("\r", "\n", "{", ">", "*") if before else start < _LONGEST_INDENT


def _after_colon(text: str, start: int, colon: re.Match[str], name: str, *, is_form: bool) -> _Found | None:
    quote, sign, at = colon[1], colon[2], colon.end()
    if is_form and not quote:
        return _form_value(text, at, _IN_FORM) if sign == "=" else None
    if quote or sign == "=>":
        space = _SPACE.match(text, at)
        assert space is not None
        return _quoted_or_bare(text, space.end(), name)
    if text[at : at + 1] in _STRING:
        return _string(text, at, name)
    if sign == "=":
        found = _form_value(text, at, _BARE)
        return None if name == "code" and found[2].isdigit() and len(found[2]) < 4 else found  # noqa: PLR2004
    is_line = _begins_line(text, start)
    if name == "code" or (name in _WORDS_TOO and not is_line):
        return None  # prose: an invalid token: expired
    if text[at : at + 1] in "[{" and at < len(text):
        return _nested(text, at)
    line = _LINE.match(text, at)
    assert line is not None
    if is_line:
        return _after_scheme(_stripped(text, at, line.end()), text, name)
    return _form_value(text, at, _BARE)


def _quoted_or_bare(text: str, at: int, name: str) -> _Found | None:
    """Read a value as in JSON; anything that is neither text nor number is masked whole."""
    sign = text[at : at + 1]
    if sign in _STRING:
        return _string(text, at, name)
    if name == "code":
        return None
    if sign and sign in "[{":
        return _nested(text, at)
    literal = _LITERAL.match(text, at)
    if literal is None or literal[0].lower() in _NOTHING:
        return None
    return at, literal.end(), literal[0], True


def _string(text: str, at: int, name: str) -> _Found | None:
    match = _STRING[text[at]].match(text, at + 1)
    assert match is not None
    return _after_scheme((at + 1, match.end(), _unescaped(match[0]), False), text, name)


def _nested(text: str, at: int) -> _Found | None:
    depth, end = 0, len(text)
    for match in _NESTED.finditer(text, at):
        sign = match[0]
        depth += (sign in "[{") - (sign in "]}")
        if depth <= 0:
            end = match.end()
            break
    is_empty = not text[at + 1 : end - 1].strip()
    return None if is_empty else (at, end, text[at:end], True)


def _form_value(text: str, at: int, pattern: re.Pattern[str]) -> _Found:
    match = pattern.match(text, at)
    assert match is not None
    return at, match.end(), unquote_plus(match[0], errors="surrogateescape") if "%" in match[0] else match[0], False


def _after_scheme(found: _Found, text: str, name: str) -> _Found:
    """Exclude the scheme of an authorization from the span: `Bearer ●●●`."""
    first, last, value, is_quoted = found
    scheme = _SCHEME.match(text, first, last) if name in _WITH_SCHEME else None
    if scheme is None:
        return found
    return scheme.end(), last, value[scheme.end() - first :], is_quoted


def _stripped(text: str, start: int, end: int) -> _Found:
    inner = text[start:end]
    start += len(inner) - len(inner.lstrip())
    inner = inner.strip()
    return start, start + len(inner), inner, False


def _unescaped(written: str) -> str:
    if "\\" not in written:
        return written
    try:
        return str(json.loads(f'"{written}"', strict=False))
    except ValueError:
        return written
