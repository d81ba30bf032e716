"""Reads from the environment which proxy a request goes through, if any; this machine is always reached directly."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined] # missing in typeshed

import httpx

from app.wire.transport_errors import port_of

_SPOKEN = ("http", "https")
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy named by an environment variable; `url` may contain a name and password, and is never shown.

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
        """Whether the variable contains a name and password."""
        return bool(self.url.userinfo)


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies by scheme, and what NO_PROXY lists; this machine is always reached without one."""

    by_scheme: Mapping[str, Proxy]
    no_proxy: tuple[str, ...] = ()

    def proxy_for(self, url: httpx.URL) -> Proxy | None:
        """Return the proxy that a request to `url` goes through, None for none."""
        proxy = self.by_scheme.get(url.scheme) or self.by_scheme.get("all")
        return None if proxy is None or is_this_machine(url.host) or self._is_listed(url) else proxy

    def _is_listed(self, url: httpx.URL) -> bool:
        host = url.host.rstrip(".")
        if (address := _address(host)) and any(address in network for network in _networks(self.no_proxy)):
            return True
        stated = f"[{host}]" if ":" in host else host
        # Python's reading of the variable, plus what it lacks: `*` among others and `*.a.example`.
        listed = "*" if "*" in self.no_proxy else ",".join(each.removeprefix("*") for each in self.no_proxy)
        return bool(proxy_bypass_environment(f"{stated}:{port_of(url)}", {"no": listed}))


def read_proxies(environ: Mapping[str, str]) -> Proxies:
    """Read HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; the lower-case name counts where both are set."""
    proxies: dict[str, Proxy] = {}
    for scheme in ("http", "https", "all"):
        variable, value = _variable(environ, f"{scheme}_proxy")
        if value:
            proxies[scheme] = _read_proxy(variable, value)
    _, no_proxy = _variable(environ, "no_proxy")
    return Proxies(proxies, tuple(filter(None, re.split(r"[\s,]+", no_proxy))))


def is_this_machine(host: str) -> bool:
    """Return whether `host` is this machine's loopback: the demo org, the redirect, a server under development."""
    name = host.lower().rstrip(".")
    address = _address(name)
    return name == "localhost" or name.endswith(".localhost") or (address is not None and address.is_loopback)


def _variable(environ: Mapping[str, str], name: str) -> tuple[str, str]:
    # an empty lower-case variable disables the upper-case one, as with curl
    for each in (name, name.upper()):
        if each in environ:
            return each, environ[each].strip()
    return name, ""


def _read_proxy(variable: str, value: str) -> Proxy:
    try:
        url = httpx.URL(value if "://" in value else f"http://{value}")
    except (httpx.InvalidURL, ValueError):
        return Proxy(variable, httpx.URL(), "it is not a URL")  # nothing of it is shown: it may contain a password
    if url.scheme not in _SPOKEN:
        # a scheme is shown only if it is a common one: what stands before :// may be a password too
        kind = url.scheme if url.scheme.startswith("socks") else "this kind"
        return Proxy(variable, url, f"{kind} is not supported, only http and https are")
    if not url.host:
        return Proxy(variable, url, "it names no host")
    return Proxy(variable, url, "" if port_of(url) <= _LAST_PORT else "it names no port")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _networks(entries: tuple[str, ...]) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    for entry in entries:
        with suppress(ValueError):
            yield ipaddress.ip_network(entry, strict=False)
