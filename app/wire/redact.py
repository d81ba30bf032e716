"""What may be written down of an exchange: everything but the secrets, which become their fingerprint at birth."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from app.secret import KnownSecrets, Span, masked, with_masks
from app.spellings import views
from app.text import one_line
from app.wire.named import jwts_in, named_in

LONGEST = 64 * 1024
"""How much of a body is kept, in characters."""

FORM = "application/x-www-form-urlencoded"
_SECRET_HEADER = re.compile(r"token|secret|api-?key|authorization|cookie|session|password|passcode|\bdpop\Z|\botp\b")
_URL_HEADERS = frozenset({"location", "referer", "content-location", "link", "refresh", "origin", "destination"})
_ABOUT_HEADERS = ("access-control-", "content-security-")  # they list names, and hold no value
_SHORTEST_COOKIE = 8
_MOST_RECEIVED = 50  # of one text, so that no server can make us forget what another has sent
_STRINGS = re.compile(r'"([^"\\]{8,})"')


@dataclass(frozen=True, slots=True)
class ShownBody:
    """A body as it may be shown; `length` is of what was sent, in bytes, `is_cut` whether `text` is not all of it."""

    media_type: str
    text: str
    length: int
    is_cut: bool = False


def shown_headers(
    headers: Iterable[tuple[str, str]], secrets: KnownSecrets | None = None
) -> tuple[tuple[str, str], ...]:
    """Return the headers with their secrets masked; an authorization keeps its scheme, a cookie its name.

    `secrets` are masked wherever they stand, and learn of those that are told by their names.
    """
    known = secrets or KnownSecrets()
    return tuple((name, known.clean(_header(name.lower(), value, known))) for name, value in headers)


def shown_url(url: str, secrets: KnownSecrets | None = None) -> str:
    """Return a URL with the secrets in its query and fragment masked, and without a user part."""
    known = secrets or KnownSecrets()
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return _masked(url.partition("?")[0].partition("#")[0], known)
    _receive_user(parts.netloc, known)
    query, fragment = (_masked(each, known, is_form=True) for each in (parts.query, parts.fragment))
    return known.clean(urlunsplit((parts.scheme, host, _masked(parts.path, known), query, fragment)))


def shown_body(
    media_type: str, raw: bytes, *, length: int | None = None, secrets: KnownSecrets | None = None
) -> ShownBody:
    """Return a body as it came, with its secrets masked: those that are known, by their names, by the looks of them."""
    size = len(raw) if length is None else length
    text = raw.decode("utf-8", "replace")
    if not _is_text(media_type, text):
        return ShownBody(media_type, "", size, is_cut=True)
    text = shown_text(media_type, text, secrets, is_cut=size > len(raw))
    return ShownBody(media_type, text[:LONGEST], size, is_cut=len(text) > LONGEST or size > len(raw))


def shown_text(media_type: str, text: str, secrets: KnownSecrets | None = None, *, is_cut: bool = False) -> str:
    """Return a body's text with its secrets masked, and every other character as it came.

    `secrets` are masked wherever they stand, and learn of those that are told by their names. Where the text `is_cut`,
    the beginning of one at its end is masked too.
    """
    return _masked(text, secrets or KnownSecrets(), is_form=media_type == FORM, is_cut=is_cut)


def shown_line(text: str, secrets: KnownSecrets | None = None, *, longest: int = 500) -> str:
    """Return words of a server's, a reason phrase say, on one line and with their secrets masked."""
    return one_line(_masked(text, secrets or KnownSecrets()), longest=longest)


def _masked(text: str, secrets: KnownSecrets, *, is_form: bool = False, is_cut: bool = False) -> str:
    seen = list(views(text))
    spans = named_in(text, seen, is_form=is_form)
    _receive(spans, secrets)
    spans += [span for view in seen for span in jwts_in(view)]
    return with_masks(text, [*spans, *secrets.spans(text, is_cut=is_cut)])


def _receive(spans: list[Span], secrets: KnownSecrets) -> None:
    """Know from now on what stood by the name of a secret; of lists and objects the texts in them."""
    for span in spans[:_MOST_RECEIVED]:
        if span.value[:1] in ("[", "{"):
            secrets.receive(*_STRINGS.findall(span.value)[:_MOST_RECEIVED])
        else:
            secrets.receive(span.value)


def _header(name: str, value: str, secrets: KnownSecrets) -> str:
    if name in _URL_HEADERS:
        return _url_header(value, secrets)
    if _SECRET_HEADER.search(name) is None or name.startswith(_ABOUT_HEADERS):
        return _masked(value, secrets)
    if "cookie" in name:
        return "; ".join(_cookie(part, index, secrets) for index, part in enumerate(value.split("; ")))
    scheme, _, rest = value.partition(" ") if "authorization" in name else ("", "", value)
    told = rest if rest else scheme
    secrets.receive(told)
    _receive_basic(scheme, rest, secrets)
    return f"{scheme} {masked(rest)}" if scheme and rest else masked(told)


def _url_header(value: str, secrets: KnownSecrets) -> str:
    """Mask a header that is a URL, or has URLs in it: `Refresh: 0; url=…`, `Link: <…>; rel=…`."""
    match = re.fullmatch(r"([^<]*<|[^=;?]*;\s*url=[\"']?)?(.*?)([>\"'].*)?", value, re.IGNORECASE | re.DOTALL)
    if match is None or (match[1] is None and match[3] is None):
        return shown_url(value, secrets)
    return f"{match[1] or ''}{shown_url(match[2], secrets)}{_masked(match[3] or '', secrets)}"


def _cookie(part: str, index: int, secrets: KnownSecrets) -> str:
    name, equals, value = part.partition("=")
    is_attribute = index > 0 and name.lower() in ("path", "max-age", "expires", "domain", "samesite")
    if is_attribute or not equals:
        return part
    if len(value) >= _SHORTEST_COOKIE:
        secrets.receive(value)
    return f"{name}={masked(value)}"


def _receive_basic(scheme: str, credentials: str, secrets: KnownSecrets) -> None:
    """Know the password of HTTP's Basic authentication (RFC 7617), which stands there in base64."""
    if scheme.lower() == "basic":
        try:
            secrets.receive(base64.b64decode(credentials, validate=True).decode().partition(":")[2])
        except (binascii.Error, ValueError):
            return


def _receive_user(netloc: str, secrets: KnownSecrets) -> None:
    user, at, _ = netloc.rpartition("@")
    if at:
        secrets.receive(unquote(user.partition(":")[2]))


def _is_text(media_type: str, text: str) -> bool:
    known = media_type.startswith("text/") or media_type.endswith(("json", "xml", "urlencoded", "javascript"))
    return known or "\ufffd" not in text[:1000]
