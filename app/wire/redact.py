"""Redaction at birth: everything of an exchange may be written down but its secrets, which become fingerprints."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from app.secret import KnownSecrets, MaskedSpan, fitted, masked, with_masks
from app.spellings import views
from app.text import one_line
from app.wire.named_secrets import jwts_in, named_in
from app.wire.randomness import looks_random

LONGEST = 64 * 1024
"""How much of a body is kept, in characters."""

FORM = "application/x-www-form-urlencoded"
# By their last words: `X-Refresh-Token` is one, `X-Token-Expires-In` and `X-Session-Region` are not.
_SECRET_HEADER = re.compile(
    r"(?:\A|[-_])(?:(?:access|api|auth|csrf|id|refresh|session|xsrf)?token|secret|(?:api|auth)[-_]?key|authorization|"
    r"cookie2?|j?session(?:[-_]?id)?|password|passcode|otp|dpop)\Z"
)
# Values with these names are secrets whatever they look like, where the token endpoint sends them.
_ISSUED = frozenset(
    [
        *("accesstoken", "refreshtoken", "idtoken", "mfatoken", "sessiontoken", "statetoken"),
        *("registrationaccesstoken", "clientsecret", "devicesecret"),
        *("devicecode", "usercode", "verificationuricomplete", "oobcode", "bindingcode"),
    ]
)
_URL_HEADERS = frozenset({"location", "referer", "content-location", "link", "refresh", "origin", "destination"})
_MOST_RECEIVED = 50  # in one text, so that no server can make us forget what another has sent
_LONGEST_HARMLESS, _MOST_HARMLESS = 200, 500
# `Refresh: 0; url=…`, `Link: <…>; rel=…`
_IN_HEADER = re.compile(r"([^<]*<|[^=;?]*;\s*url=[\"']?)?(.*?)([>\"'].*)?", re.IGNORECASE | re.DOTALL)
_CLIENT_ID = re.compile(r"(?:\A|&)client_id=([^&]+)")
_STRINGS = re.compile(r'"([^"\\]{8,})"')


@dataclass(frozen=True, slots=True)
class ShownBody:
    """A body as it may be shown; `length` is of what was sent, in bytes, `is_cut` whether `text` is not all of it."""

    media_type: str
    text: str
    length: int
    is_cut: bool = False


def shown_headers(
    headers: Iterable[tuple[str, str]],
    secrets: KnownSecrets | None = None,
    *,
    is_ours: bool = False,
    issues: bool = True,
) -> tuple[tuple[str, str], ...]:
    """Return the headers with their secrets masked; an authorization keeps its scheme, a cookie its name.

    `secrets` are masked wherever they occur, and learn those found by name; `is_ours` means that we send them, `issues`
    that the server issues tokens.
    """
    mask = _Masking(secrets, is_ours=is_ours, issues=issues)
    return tuple((name, mask.header(name.lower(), value)) for name, value in headers)


def shown_url(url: str, secrets: KnownSecrets | None = None, *, is_ours: bool = False) -> str:
    """Return a URL with the secrets in its query and fragment masked, and without user info."""
    return _Masking(secrets, is_ours=is_ours).url(url)


def shown_body(
    media_type: str,
    raw: bytes,
    *,
    length: int | None = None,
    secrets: KnownSecrets | None = None,
    is_ours: bool = False,
    issues: bool = True,
) -> ShownBody:
    """Return a body with its secrets masked: known ones, those with a secret's name, those that look like one.

    `is_ours` means that we send it, `issues` that the server issues tokens.
    """
    size = len(raw) if length is None else length
    text = raw.decode("utf-8", "replace")
    if not _is_text(media_type, text):
        return ShownBody(media_type, "", size, is_cut=True)
    mask = _Masking(secrets, is_ours=is_ours, issues=issues, is_json=media_type.endswith("json"))
    text = mask.text(text, is_form=media_type == FORM, is_cut=size > len(raw))
    return ShownBody(media_type, text[:LONGEST], size, is_cut=len(text) > LONGEST or size > len(raw))


def shown_text(
    media_type: str, text: str, secrets: KnownSecrets | None = None, *, is_cut: bool = False, issues: bool = True
) -> str:
    """Return a body's text with its secrets masked, and every other character as it came.

    `secrets` are masked wherever they occur, and learn those found by name. Where the text `is_cut`, the beginning of
    one at its end is masked too; `issues` means that the server issues tokens.
    """
    mask = _Masking(secrets, issues=issues, is_json=media_type.endswith("json"))
    return mask.text(text, is_form=media_type == FORM, is_cut=is_cut)


def shown_line(text: str, secrets: KnownSecrets | None = None, *, longest: int = 500) -> str:
    """Return a server's text, a reason phrase for instance, on one line and with its secrets masked."""
    return one_line(_Masking(secrets, issues=False).text(text), longest=longest)


class _Masking:
    """Masks by name, by form and by value; a value with a secret's name may be known by value from then on.

    What we send is. Of what servers send, what looks like a secret is, and everything from a server that `issues`
    tokens: an API may well call a date, an address or a number of three digits a token.
    """

    def __init__(
        self,
        secrets: KnownSecrets | None = None,
        *,
        is_ours: bool = False,
        issues: bool = True,
        is_json: bool = False,
    ) -> None:
        self._secrets = KnownSecrets() if secrets is None else secrets
        self._is_ours, self._issues, self._is_json = is_ours, issues, is_json

    def text(self, text: str, *, is_form: bool = False, is_cut: bool = False) -> str:
        """Mask any text; in a form or query each value goes on until the next `&`."""
        if self._is_ours and is_form:
            for client_id in _CLIENT_ID.findall(text):
                self._secrets.publish(unquote(client_id))
        if (is_form, text) in _harmless and not (is_cut or self._is_json):  # in JSON a mask may need quotes
            return self._secrets.clean(text)
        seen = list(views(text))
        spans = named_in(text, seen, is_form=is_form)
        self._note(spans)
        spans += [span for view in seen for span in jwts_in(view)]
        if not spans and len(text) <= _LONGEST_HARMLESS:
            _note_harmless(text, is_form=is_form)
        spans += self._secrets.spans(text, is_cut=is_cut)
        return with_masks(text, fitted(text, spans, is_json=self._is_json))

    def url(self, url: str) -> str:
        """Mask a URL, and remove its user info."""
        try:
            parts = urlsplit(url)
            user, _, host = parts.netloc.rpartition("@")
        except ValueError:
            return self.text(url.partition("?")[0].partition("#")[0])
        self._learn(unquote(user.partition(":")[2]))
        query, fragment = (self.text(each, is_form=True) for each in (parts.query, parts.fragment))
        # an opaque token may contain them
        return self._secrets.clean(urlunsplit((parts.scheme, host, self.text(parts.path), query, fragment)))

    def header(self, name: str, value: str) -> str:
        """Mask the value of a header, whose name is in lower case."""
        if name in _URL_HEADERS:
            return self._url_header(value)
        if _SECRET_HEADER.search(name) is None:
            return self.text(value)
        if "cookie" in name:
            return "; ".join(self._cookie(part, index) for index, part in enumerate(value.split("; ")))
        scheme, _, rest = value.partition(" ") if "authorization" in name else ("", "", value)
        if not rest:
            scheme, rest = "", scheme
        self._learn(rest)
        self._learn(_password_in(scheme, rest))
        return f"{scheme} {masked(rest)}" if scheme else masked(rest)

    def _learn(self, *values: str) -> None:
        if self._is_ours:
            self._secrets.add_values(*values)
        else:
            self._secrets.receive(*filter(looks_random, values))

    def _note(self, spans: list[MaskedSpan]) -> None:
        """Remember the value of a secret's name; of lists and objects the texts in them."""
        for span in spans[:_MOST_RECEIVED]:
            if span.value[:1] in ("[", "{"):
                self._learn(*_STRINGS.findall(span.value)[:_MOST_RECEIVED])
            elif span.is_sure and self._issues and not self._is_ours and span.name in _ISSUED:
                self._secrets.receive(span.value)
            elif span.is_sure:
                self._learn(span.value)

    def _url_header(self, value: str) -> str:
        match = _IN_HEADER.fullmatch(value)
        if match is None or (match[1] is None and match[3] is None):
            return self.url(value)
        return f"{match[1] or ''}{self.url(match[2])}{self.text(match[3] or '')}"

    def _cookie(self, part: str, index: int) -> str:
        name, equals, value = part.partition("=")
        is_attribute = index > 0 and name.lower() in ("path", "max-age", "expires", "domain", "samesite")
        if is_attribute or not equals:
            return self.text(part)
        if looks_random(value):  # also of ours, which a server made: `user=alice@example.com`
            self._learn(value)
        return f"{name}={masked(value)}"


# Short texts without findings: headers repeat them again and again.
_harmless: dict[tuple[bool, str], None] = {}


def _note_harmless(text: str, *, is_form: bool) -> None:
    if len(_harmless) >= _MOST_HARMLESS:
        _harmless.clear()
    _harmless[is_form, text] = None


def _password_in(scheme: str, credentials: str) -> str:
    """Return the password of HTTP's Basic authentication (RFC 7617), base64-encoded in the header; "" without one."""
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _is_text(media_type: str, text: str) -> bool:
    known = media_type.startswith("text/") or media_type.endswith(("json", "xml", "urlencoded", "javascript"))
    return known or "\ufffd" not in text[:1000]
