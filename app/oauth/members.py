"""What an answer says, by any sensible reading: for what must not be lost or missed because of how it was written.

Servers answer in dialects: another media type or status, a form instead of JSON, a wrapper around the object, names in
camel case, a body that breaks off. A refresh token may come once only, and a refusal must be understood; so both are
read from whatever came. How good the rest of an answer is, is judged elsewhere, and strictly.
"""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from app.wire.fetch import Answer

_TELLING = frozenset({"accesstoken", "refreshtoken", "idtoken", "error", "errors", "errorcode"})
_MOST_LOOKED_AT = 1000
_LONGEST_CODE = 100
_MOST_DIGITS = 400
_NOT_THE_ENDPOINT = frozenset({404, 405})
# Complete members of a text that is no JSON as a whole, such as one that broke off.
_PIECE = re.compile(r'"([A-Za-z_-]{2,40})"\s{0,20}:\s{0,20}("(?:[^"\\]|\\.)*"|-?[0-9]{1,30}(?=[\s,}]))')
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{2,99}")
_CHALLENGE_ERROR = re.compile(r"""\berror\s*=\s*["']?([A-Za-z0-9_.-]{2,99})""", re.IGNORECASE)
_CODE_NAMES = ("errorcode", "code", "status", "type", "name")
_WORDS_NAMES = ("errordescription", "message", "errorsummary", "errormessage", "description", "detail", "title")


@dataclass(frozen=True, slots=True)
class Members:
    """The members of an answer's object; without `is_whole` only pieces of a broken text could be read."""

    found: dict[str, Any]
    is_whole: bool

    def get(self, name: str) -> Any:
        """Return a member by its name, else by one that differs only in case, `_` and `-`; None where there is none."""
        value = self.found.get(name)
        if value is not None:
            return value
        plain = _plain(name)
        return next((each for known, each in self.found.items() if _plain(known) == plain and each is not None), None)


def read_members(answer: Answer) -> Members:
    """Return what an answer says; empty for a web page, an image, or nothing at all. Raises nothing."""
    text = _text(answer.body)
    found = _object_in(_json(text))
    if found is not None:
        return Members(found, is_whole=not answer.truncated)
    form = _form(text)
    if form is not None:
        return Members(form, is_whole=not answer.truncated)
    return Members(dict(_pieces(text)), is_whole=False)


def said_error(answer: Answer, members: Members) -> tuple[str, str] | None:
    """Return the `error` and `error_description` of an answer in any dialect, as they came; None where it says none.

    Besides RFC 6749 §5.2: an object as `error`, a list of `errors`, Okta's `errorCode` with its `errorSummary`; and of
    an answer that is no success also `code` or `status` with a `message`, a body that is nothing but a code, and the
    `error` of a challenge (RFC 6750 §3).
    """
    found = _error_member(members, takes_code=answer.status not in _NOT_THE_ENDPOINT)
    if found is None and not answer.is_success:
        found = _error_elsewhere(answer, members)
    if found is None:
        return None
    code, words = found
    return code, words or _first_text(members.found, _WORDS_NAMES)


def _error_member(members: Members, *, takes_code: bool) -> tuple[str, str] | None:
    error = members.get("error")
    if isinstance(error, str) and error.strip():
        return error.strip(), ""
    for listed in (error, *_listed(members.get("errors"))):
        if isinstance(listed, dict):
            found = _code_of(listed), _first_text(listed, _WORDS_NAMES)
            if any(found):
                return found[0] or "error", found[1]
        if isinstance(listed, str) and listed.strip():
            return listed.strip(), ""
    code = members.get("errorCode") if takes_code else None
    return (code, "") if isinstance(code, str) and code else None


def _error_elsewhere(answer: Answer, members: Members) -> tuple[str, str] | None:
    if answer.status in _NOT_THE_ENDPOINT:
        return None
    if members.is_whole and (code := _first_text(members.found, _CODE_NAMES)) and _CODE.fullmatch(code):
        return code.lower() if code.isupper() else code, ""
    text = _text(answer.body[:_LONGEST_CODE]).strip().strip('"')
    if "_" in text and _CODE.fullmatch(text):
        return text, ""
    for header in answer.headers.get_list("www-authenticate"):
        if challenge := _CHALLENGE_ERROR.search(header):
            return challenge[1], ""
    return None


def _code_of(found: dict[str, Any]) -> str:
    """Return the code in an error object; one that names a field, as `invalid` of `refresh_token`, is both."""
    code = _first_text(found, _CODE_NAMES)
    about = found.get("field")
    return f"{code}_{about}" if code and isinstance(about, str) and _CODE.fullmatch(about) else code


def _first_text(found: dict[str, Any], names: Iterable[str]) -> str:
    by_name = {_plain(name): value for name, value in found.items()}
    return next((by_name[name].strip() for name in names if isinstance(by_name.get(name), str)), "")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _text(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    if raw[1:2] == b"\0":
        return raw.decode("utf-16-le", "replace")
    if raw[:1] == b"\0":
        return raw.decode("utf-16-be", "replace")
    return raw.decode("utf-8-sig", "replace")


def _json(text: str) -> Any:
    try:
        return json.loads(text, strict=False, parse_int=_number, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def _number(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def _object_in(found: Any) -> dict[str, Any] | None:
    """Return the object that tells of tokens or of an error, also inside a wrapper; else the outermost object."""
    todo = deque([found])
    outermost: dict[str, Any] | None = None
    for _ in range(_MOST_LOOKED_AT):
        if not todo:
            break
        each = todo.popleft()
        if isinstance(each, str) and each.lstrip()[:1] in ("{", "["):
            each = _json(each)  # JSON in a JSON string
        if isinstance(each, dict):
            if any(_plain(name) in _TELLING for name in each):
                return each
            outermost = each if outermost is None else outermost
            todo.extend(each.values())
        elif isinstance(each, list):
            todo.extend(each[:_MOST_LOOKED_AT])
    return outermost


def _form(text: str) -> dict[str, Any] | None:
    if "=" not in text or any(each in text for each in '<{"'):
        return None
    try:
        found = dict(parse_qsl(text.strip(), max_num_fields=100))
    except ValueError:
        return None
    return found if any(_plain(name) in _TELLING for name in found) else None


def _pieces(text: str) -> Iterator[tuple[str, Any]]:
    for name, value in _PIECE.findall(text):
        if _plain(name) in _TELLING:
            yield name, _json(value)
