"""What may be written down of an exchange: everything but the secrets, which become their fingerprint at birth."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from app.secret import masked

LONGEST = 64 * 1024
"""How much of a body is kept, in characters."""

_SECRETS = frozenset(
    {
        "access_token",
        "actor_token",
        "assertion",
        "binding_code",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "device_code",
        "device_secret",
        "id_token",
        "id_token_hint",
        "logout_token",
        "mfa_token",
        "oob_code",
        "otp",
        "password",
        "refresh_token",
        "registration_access_token",
        "subject_token",
        "token",
        "user_code",
        "verification_uri_complete",
    }
)
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "dpop", "x-api-key"})
_URL_HEADERS = frozenset({"location", "referer", "content-location", "link"})
# A JWT is told by its looks, wherever it stands.
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*")
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class ShownBody:
    """A body as it may be shown; `length` is of what was sent, in bytes, `is_cut` whether `text` is not all of it."""

    media_type: str
    text: str
    length: int
    is_cut: bool = False


def shown_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the headers with their secrets masked; an authorization keeps its scheme, a cookie its name."""
    return tuple((name, _header(name.lower(), value)) for name, value in headers)


def shown_url(url: str) -> str:
    """Return a URL with the secrets in its query and fragment masked, and without a user part."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return _without_jwts(url.partition("?")[0].partition("#")[0])
    query, fragment = (_masked_pairs(each) for each in (parts.query, parts.fragment))
    return _without_jwts(urlunsplit((parts.scheme, host, parts.path, query, fragment)))


def shown_body(media_type: str, raw: bytes, *, length: int | None = None) -> ShownBody:
    """Return a body with its secrets masked: a form and JSON by their names, anything else by the looks of it."""
    size = len(raw) if length is None else length
    text = raw.decode("utf-8", "replace")
    if not _is_text(media_type, text):
        return ShownBody(media_type, "", size, is_cut=True)
    text = shown_text(media_type, text)
    return ShownBody(media_type, text[:LONGEST], size, is_cut=len(text) > LONGEST or size > len(raw))


def shown_text(media_type: str, text: str) -> str:
    """Return a body's text with its secrets masked; JSON that can be read is laid out over lines."""
    if media_type == "application/x-www-form-urlencoded":
        text = _masked_pairs(text)
    elif media_type.endswith("json"):
        text = _masked_json(text)
    return _without_jwts(text)


def _header(name: str, value: str) -> str:
    if name in _URL_HEADERS:
        return shown_url(value)
    if name not in _SECRET_HEADERS:
        return _without_jwts(value)
    if name in ("cookie", "set-cookie"):
        return "; ".join(_cookie(part, index) for index, part in enumerate(value.split("; ")))
    scheme, _, rest = value.partition(" ")
    return f"{scheme} {masked(rest)}" if rest else masked(scheme)


def _cookie(part: str, index: int) -> str:
    name, equals, value = part.partition("=")
    is_attribute = index > 0 and name.lower() in ("path", "max-age", "expires", "domain", "samesite")
    return part if is_attribute or not equals else f"{name}={masked(value)}"


def _masked_pairs(text: str) -> str:
    if "=" not in text:
        return text
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=500)
    except ValueError:
        return masked(text)
    return "&".join(f"{quote(name, safe='')}={_pair(name, value)}" for name, value in pairs)


def _pair(name: str, value: str) -> str:
    return masked(value) if name in _SECRETS else quote(value, safe=":/ ,").replace(" ", "+")


def _masked_json(text: str) -> str:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        # what cannot be read cannot be cleaned by name: a broken token answer keeps no value at all
        return re.sub(r'("(?:[a-z_]*token|code|password|[a-z_]*secret)"\s*:\s*")[^"]*', r"\1●●●", text)
    return json.dumps(_clean(found, 0), ensure_ascii=False, indent=2)


def _clean(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return "(nested too deeply)"
    if isinstance(value, dict):
        return {name: _member(name, each, depth) for name, each in value.items()}
    return [_clean(each, depth + 1) for each in value] if isinstance(value, list) else value


def _member(name: str, value: Any, depth: int) -> Any:
    return masked(value) if name in _SECRETS and isinstance(value, str) else _clean(value, depth + 1)


def _without_jwts(text: str) -> str:
    return _JWT.sub(lambda match: masked(match[0]), text) if "eyJ" in text else text


def _is_text(media_type: str, text: str) -> bool:
    known = media_type.startswith("text/") or media_type.endswith(("json", "xml", "urlencoded", "javascript"))
    return known or "\ufffd" not in text[:1000]
