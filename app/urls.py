"""Which URLs may be asked: https, and plain http on this machine only."""

import re
from urllib.parse import urlsplit

from app.errors import BadInput

_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


def is_loopback_url(url: str) -> bool:
    """Return whether the URL's host is this machine's loopback."""
    return (urlsplit(url).hostname or "") in _LOOPBACK_HOSTS


def check_url(url: str, what: str) -> str:
    """Return `url` stripped, or raise BadInput: it must be https, or http on loopback, with a host and no user part."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as broken:
        raise BadInput(f"{what} is not a URL: {broken}.") from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise BadInput(f"{what} is not a URL; it must begin with https:// (or http:// for this machine).")
    if re.search(r"[\s\x00-\x1f\x7f]", url) or parts.username is not None or parts.password is not None:
        raise BadInput(f"{what} must not contain spaces or a user name.")
    if parts.scheme == "http" and not is_loopback_url(url):
        raise BadInput(f"{what} uses plain http; that is allowed for this machine only.", next_step="Use https://.")
    return url
