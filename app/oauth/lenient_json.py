"""Lenient reading of a response: for what must not be lost or missed because of how it was written.

Servers answer in dialects: another media type or status, a form instead of JSON, a wrapper around the object, names in
camel case, a body that breaks off. A refresh token may come only once, and a refusal must be understood; so both are
read from whatever came. The rest of a response is judged elsewhere, and strictly.
"""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from app.oauth.broken_json import pieces_in
from app.oauth.error_codes import POLLING, is_reason_phrase, plain_code
from app.wire.fetch import FetchedResponse

_ERRORS = frozenset({"error", "errors", "errorcode"})
_TELLING = frozenset({"accesstoken", "refreshtoken", "idtoken", *_ERRORS})
_MOST_LOOKED_AT = 100_000
_LONGEST_CODE = 100
_MOST_DIGITS = 400
_NOT_THE_ENDPOINT = frozenset({404, 405})
_FORM_BEGINS = re.compile(r"[A-Za-z0-9_.%+~-]{1,100}=")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{2,99}")
# A parameter of a challenge (RFC 9110 §11.6.1); some servers quote it with apostrophes, or not at all.
_CHALLENGE_ERROR = re.compile(r"""\berror\s*=\s*["']?([A-Za-z0-9_.-]{2,99})""", re.IGNORECASE)
_CODE_NAMES = ("errorcode", "code", "status", "type", "name")
_WORDS_NAMES = ("errordescription", "message", "errorsummary", "errormessage", "description", "detail", "title")


@dataclass(frozen=True, slots=True)
class Members:
    """The members of a response's object; without `is_whole` only pieces of a broken text could be read."""

    found: dict[str, Any]
    is_whole: bool

    def get(self, name: str) -> Any:
        """Return a member by its name, else by one that differs only in case, `_` and `-`; None if absent or empty."""
        value = self.found.get(name)
        if not _is_empty(value):
            return value
        return _member(self.found, _plain(name))


def read_members(response: FetchedResponse) -> Members:
    """Return the members of a response; none for a web page, an image or an empty body. Never raises."""
    text = _text(response.body)
    found = _object_in(_json(text), errors_first=not response.is_success)
    if found is not None:
        return Members(found, is_whole=not response.truncated)
    form = _form(text)
    if form is not None:
        return Members(form, is_whole=not response.truncated)
    return Members(pieces_in(text), is_whole=False)


def token_text(value: Any) -> str | None:
    """Return a refresh token by any sensible reading of a member, None where there is none.

    It is only ever sent back in a form, so any text will do; a number is taken for its digits, a list or an object of
    one text for that text.
    """
    if isinstance(value, list | dict) and len(value) == 1:
        value = next(iter(value.values() if isinstance(value, dict) else value))
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and value.strip() and _is_encodable(value) else None


def said_error(response: FetchedResponse, members: Members) -> tuple[str, str] | None:
    """Return the `error` and `error_description` of a response in any dialect, as they came; None where it has none.

    Besides RFC 6749 §5.2: an object as `error`, a list of `errors`, Okta's `errorCode` with its `errorSummary`; outside
    2xx also `code` or `status` with a `message`, a body that is only a code, and the `error` of a challenge (RFC 6750
    §3). In a 2xx, `code` and `status` count only where they are the errors of a poll. An `error` that merely repeats
    the status in words, as web frameworks write by default, is none.
    """
    for code, words in _errors_said(response, members):
        if response.is_success or not is_reason_phrase(code):
            return code or "error", words or _first_text(members.found, _WORDS_NAMES)
    return None


def challenge_errors(response: FetchedResponse) -> list[str]:
    """Return the `error` of every challenge in a response, whatever its scheme (RFC 6750 §3)."""
    headers = response.headers.get_list("www-authenticate")
    return [error for header in headers for error in _CHALLENGE_ERROR.findall(header)]


def _errors_said(response: FetchedResponse, members: Members) -> Iterator[tuple[str, str]]:
    """Yield code and description wherever a response may state an error; an empty code where there is only text."""
    yield from _error_members(members, takes_code=response.status not in _NOT_THE_ENDPOINT)
    if response.is_success:
        yield from _polling_code(members)
    elif response.status not in _NOT_THE_ENDPOINT:
        yield from _error_elsewhere(response, members)


def _error_members(members: Members, *, takes_code: bool) -> Iterator[tuple[str, str]]:
    error = members.get("error")
    for listed in (error, *_listed(members.get("errors"))):
        if isinstance(listed, dict):
            code, words = _code_of(listed), _first_text(listed, _WORDS_NAMES)
            if code or (words and not is_reason_phrase(words)):
                yield code, words
        if isinstance(listed, str) and listed.strip():
            yield listed.strip(), ""
    other = members.get("errorCode") if takes_code else None
    if isinstance(other, str):
        yield other.strip(), ""


def _polling_code(members: Members) -> Iterator[tuple[str, str]]:
    for name in ("status", "code"):
        value = members.get(name)
        if isinstance(value, str) and plain_code(value) in POLLING:
            yield value.strip(), ""


def _error_elsewhere(response: FetchedResponse, members: Members) -> Iterator[tuple[str, str]]:
    if members.is_whole and (code := _first_text(members.found, _CODE_NAMES)) and _CODE.fullmatch(code):
        yield code.lower() if code.isupper() else code, ""
    text = _text(response.body[:_LONGEST_CODE]).strip().strip('"')
    if "_" in text and _CODE.fullmatch(text):
        yield text, ""
    yield from ((error, "") for error in challenge_errors(response))


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


def _object_in(found: Any, *, errors_first: bool) -> dict[str, Any] | None:
    """Return the object that brings tokens or an error, also inside a wrapper; else the outermost object.

    A wrapper may have an empty `error` beside it. Of several objects with tokens, one with a refresh token comes first:
    it is issued only once. In a refusal the error counts.
    """
    objects = list(_objects_in(found))
    measures = (_tells, _brings) if errors_first else (_brings, _tells)
    for measure in measures:
        best = max(objects, key=measure, default=None)  # the outermost of the best
        if best is not None and measure(best):
            return best
    return objects[0] if objects else None


def _objects_in(found: Any) -> Iterator[dict[str, Any]]:
    """Yield every object from the outermost in; each inherits an ID token from the object around it."""
    todo: deque[tuple[Any, dict[str, Any]]] = deque([(found, {})])
    for _ in range(_MOST_LOOKED_AT):
        if not todo:
            return
        each, around = todo.popleft()
        if isinstance(each, str):
            each = _json(each)  # JSON inside a JSON string
        if isinstance(each, dict):
            own = {"id_token": token} if (token := _member(each, "idtoken")) else around
            yield each if own is not around else {**each, **around}
            todo.extend((inner, own) for inner in each.values() if _may_hold(inner))
        elif isinstance(each, list):
            todo.extend((inner, around) for inner in each if _may_hold(inner))


def _may_hold(value: Any) -> bool:
    """Return whether a value may contain an object; plain values need no look."""
    return isinstance(value, dict | list) or (isinstance(value, str) and value.lstrip()[:1] in ("{", "["))


def _brings(found: dict[str, Any]) -> int:
    """Rank an object: 3 for both tokens, 2 for a refresh token, 1 for an access token, else 0."""
    access = _member(found, "accesstoken")
    has_access = isinstance(access, str) and bool(access.strip())
    return 2 * (token_text(_member(found, "refreshtoken")) is not None) + has_access


def _tells(found: dict[str, Any]) -> int:
    """Rank an object: 2 for an error, 1 for the status in words, 0 for none."""
    errors = [value for name, value in found.items() if _plain(name) in _ERRORS and value and not _is_empty(value)]
    return max((1 if isinstance(each, str) and is_reason_phrase(each) else 2 for each in errors), default=0)


def _member(found: dict[str, Any], plain: str) -> Any:
    return next((each for name, each in found.items() if _plain(name) == plain and not _is_empty(each)), None)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= each <= "\udfff" for each in text)


def _form(text: str) -> dict[str, Any] | None:
    text = text.strip()
    if not _FORM_BEGINS.match(text):
        return None
    try:
        found = dict(parse_qsl(text, max_num_fields=100))
    except ValueError:
        return None
    return found if any(_plain(name) in _TELLING for name in found) else None
