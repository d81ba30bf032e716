"""Which URLs may be requested: https, and plain http on this machine only."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlencode, urlsplit

from app.connection_field import ConnectionField
from app.errors import BadInput

_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
# httpx takes 65,536 characters; well-known paths and parameters must still fit after an address.
_LONGEST = 32_000
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21\x22\x24-\x7e]+")  # printable, and no fragment (RFC 6749 §3.1.2)
_SCRIPTS = frozenset({"javascript", "data", "vbscript", "file", "about", "blob"})
_LONGEST_HOST = 253  # RFC 1035 §2.3.4, in the form that is sent


def is_loopback_url(url: str) -> bool:
    """Return whether the URL's host is this machine's loopback."""
    return (urlsplit(url).hostname or "") in _LOOPBACK_HOSTS


def check_url(url: str, what: str, field: ConnectionField | None = None) -> str:
    """Return `url` stripped, or raise BadInput: it must be https, or http on loopback, with a host and no user info.

    The result can be sent: its host can be resolved and certificates checked against it. `what` begins the sentence of
    the error, `field` is the connection's field it is about, if any.
    """
    url = url.strip()
    if len(url) > _LONGEST:
        raise BadInput(f"{what} is longer than {_LONGEST:,} characters.", field=field)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadInput(f"{what} is not a URL: its host or port cannot be read.", field=field) from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise BadInput(f"{what} is not a URL; it must begin with https:// (or http:// for this machine).", field=field)
    if re.search(r"[\s\x00-\x1f\x7f]", url) or parts.username is not None or parts.password is not None:
        raise BadInput(f"{what} must not contain spaces or a user name.", field=field)
    if not _can_be_sent(url, parts):
        raise BadInput(f"{what} is not a usable URL: no server can have such an address.", field=field)
    if parts.scheme == "http" and not is_loopback_url(url):
        raise BadInput(
            f"{what} uses plain http; that is allowed for this machine only.", next_step="Use https://.", field=field
        )
    return url


def _can_be_sent(url: str, parts: SplitResult) -> bool:
    """Return whether httpx and the resolver accept the URL: they are stricter than `urlsplit`."""
    import httpx  # imported late: it is heavy, and the window is painted before any URL is sent

    host = parts.hostname or ""
    if len(host) > _LONGEST_HOST:  # before parsing, which takes quadratic time
        return False
    try:
        sent = httpx.URL(url)
        name = sent.raw_host.decode("ascii")
        if ":" not in name:
            name.encode("idna")  # as TLS requires: no label may be empty or longer than 63
        is_same = sent.host in _LOOPBACK_HOSTS or host not in _LOOPBACK_HOSTS
    except (httpx.InvalidURL, ValueError, IndexError, OverflowError):  # ValueErrors include all of idna's and Unicode's
        return False
    return is_same and 0 < len(name) <= _LONGEST_HOST


def may_be_redirect_uri(uri: str) -> bool:
    """Return whether an app could be registered with this redirect URI, on the web or with a scheme of its own."""
    if _URI.fullmatch(uri) is None:
        return False
    try:
        parts = urlsplit(uri)
        _ = parts.port  # raises when it is invalid
    except ValueError:
        return False
    needs_host = parts.scheme in ("http", "https")
    return parts.scheme not in _SCRIPTS and (not needs_host or bool(parts.hostname))


def with_query(url: str, params: Mapping[str, str]) -> str:
    """Return the URL with `params` added to its query (RFC 6749 §3.1)."""
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(params)}"
