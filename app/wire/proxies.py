"""Reads from the environment which proxy a request goes through, if any; this machine is always asked directly."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from app.wire.transport_errors import port_of

_SPOKEN = ("http", "https")
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy named by an environment variable; `url` may carry a name and password, and is never shown.

    `unusable` says why it cannot be used, empty where it can.
    """

    variable: str
    url: httpx.URL = field(repr=False)
    unusable: str = ""

    def __str__(self) -> str:
        host = f"[{self.url.host}]" if ":" in self.url.host else self.url.host
        return f"{host}:{port_of(self.url)}"

    @property
    def has_credentials(self) -> bool:
        """Whether a name and password stand in the variable."""
        return bool(self.url.userinfo)


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies by scheme, and who is asked without one: what NO_PROXY lists, and always this machine."""

    by_scheme: Mapping[str, Proxy]
    without: tuple[str, ...]

    def proxy_for(self, url: httpx.URL) -> Proxy | None:
        """Return the proxy that a request to `url` goes through, None for none."""
        proxy = self.by_scheme.get(url.scheme) or self.by_scheme.get("all")
        if proxy is None or is_this_machine(url.host):
            return None
        host, port = url.host.rstrip("."), port_of(url)
        return None if any(_covers(each, host, port) for each in self.without) else proxy


def read_proxies(environ: Mapping[str, str]) -> Proxies:
    """Read HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; the lower-case name counts where both are set."""
    found: dict[str, Proxy] = {}
    for scheme in ("http", "https", "all"):
        variable, value = _variable(environ, f"{scheme}_proxy")
        if value:
            found[scheme] = _read_proxy(variable, value)
    _, without = _variable(environ, "no_proxy")
    return Proxies(found, tuple(_without_scheme(each.lower()) for each in re.split(r"[\s,]+", without) if each))


def is_this_machine(host: str) -> bool:
    """Return whether `host` is this machine's loopback: the demo org, the redirect, a server under development."""
    name = host.lower().rstrip(".")
    address = _address(name)
    return name == "localhost" or name.endswith(".localhost") or (address is not None and address.is_loopback)


def _variable(environ: Mapping[str, str], name: str) -> tuple[str, str]:
    # an empty lower-case variable takes the upper-case one away, as with curl
    for each in (name, name.upper()):
        if each in environ:
            return each, environ[each].strip()
    return name, ""


def _read_proxy(variable: str, value: str) -> Proxy:
    try:
        url = httpx.URL(value if "://" in value else f"http://{value}")
    except (httpx.InvalidURL, ValueError):
        return Proxy(variable, httpx.URL(), "it is not a URL")  # nothing of it is told: a password may stand in it
    if url.scheme not in _SPOKEN:
        # a scheme is told only where it is one that people use: what stands before :// may be a password too
        kind = url.scheme if url.scheme.startswith("socks") else "this kind"
        return Proxy(variable, url, f"{kind} is not spoken here, only http and https are")
    if not url.host:
        return Proxy(variable, url, "it names no host")
    return Proxy(variable, url, "" if port_of(url) <= _LAST_PORT else "it names no port")


def _without_scheme(entry: str) -> str:
    return entry.partition("://")[2].rstrip("/") if "://" in entry else entry


def _covers(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    address = _address(host)
    if address is not None and address in (_network(entry) or ()):
        return True
    name, stated = _split_port(entry)
    if stated is not None and stated != port:
        return False
    if address is not None:
        return address == _address(name)
    name = name.removeprefix("*").strip(".")
    return bool(name) and (host == name or host.endswith("." + name))


def _split_port(entry: str) -> tuple[str, int | None]:
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::([0-9]{1,5}))?", entry)
    plain = re.fullmatch(r"([^:]*):([0-9]{1,5})", entry)
    match = bracketed or plain
    return (match[1], int(match[2]) if match[2] else None) if match else (entry, None)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None
