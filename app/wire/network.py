"""The way out to servers: the operating system's trust store, and the proxies that the environment names."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any

import httpx
import truststore

from app.errors import Hitch, Unreachable
from app.wire.certificate import Presented, flaw_of, printable, read_presented
from app.wire.hitch import certificate_error, is_nameless, is_refused, port_of, unreachable
from app.wire.proxies import Proxies, Proxy, read_proxies

_LOOK_WITHIN_S = 5.0
_OPEN_WITHIN_S = 15.0
_WANTS_SIGN_IN = 407
_TRUST_VARIABLES = (("SSL_CERT_FILE", "cafile"), ("SSL_CERT_DIR", "capath"))


class Network(httpx.AsyncBaseTransport):
    """Sends each request directly or through the proxy that `environ` names for it, and verifies TLS alike on both.

    One transport for every way, so that whoever wraps it sees every exchange; this machine is never asked through a
    proxy. A failure whose trouble is known by the way that was taken is raised as Unreachable, every other as httpx's.
    Of the proxy's password nothing is ever told. Building it reads the trust variables' files: off the first paint.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._proxies: Proxies = read_proxies(environ)
        self._trust = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._unread = _add_trust(self._trust, environ)
        self._direct = self._way(self._trust, None)
        self._through: dict[Proxy, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; see httpx's transport interface. Raises Unreachable or httpx's TransportErrors."""
        if self._unread and request.url.scheme == "https":
            raise _no_certificates(*self._unread)
        proxy = self._proxies.proxy_for(request.url)
        try:
            if proxy is None:
                return await self._direct.handle_async_request(request)
            return await self._send_through(proxy, request)
        except httpx.ConnectError as failure:
            if certificate_error(failure) is None:
                raise
            raise unreachable(failure, request.url, await self._look(request.url, proxy)) from None

    async def aclose(self) -> None:
        """Close the connections of every way."""
        for each in (self._direct, *self._through.values()):
            await each.aclose()

    async def _send_through(self, proxy: Proxy, request: httpx.Request) -> httpx.Response:
        if proxy.unusable:
            raise _unusable(proxy)
        opening = _Opening()
        request.extensions["trace"] = opening
        try:
            async with asyncio.timeout(_OPEN_WITHIN_S) as opening.limit:
                response = await self._to(proxy).handle_async_request(request)
        except (httpx.TransportError, TimeoutError) as failure:
            if opening.is_open:
                raise
            raise _not_opened(proxy, request.url, failure, opening) from None
        if response.status_code == _WANTS_SIGN_IN:  # plain http is passed on without a tunnel, refused so too
            await response.aclose()
            raise _wants_sign_in(proxy, response.headers.get_list("proxy-authenticate"))
        return response

    def _to(self, proxy: Proxy) -> httpx.AsyncHTTPTransport:
        if proxy not in self._through:
            self._through[proxy] = self._way(self._trust, proxy)
        return self._through[proxy]

    def _way(self, trust: ssl.SSLContext, proxy: Proxy | None) -> httpx.AsyncHTTPTransport:
        if proxy is None:
            return httpx.AsyncHTTPTransport(verify=trust, trust_env=False)
        # a proxy that is asked by TLS itself is always verified, whatever it leads to
        own = self._trust if proxy.url.scheme == "https" else None
        return httpx.AsyncHTTPTransport(verify=trust, trust_env=False, proxy=httpx.Proxy(proxy.url, ssl_context=own))

    async def _look(self, url: httpx.URL, proxy: Proxy | None) -> Presented | None:
        """Return what the certificate at `url` says of itself, to explain why it was not accepted.

        A handshake on a connection of its own, closed at once: nothing is ever sent or read on one that is not trusted.
        """
        glance = _Glance(proxy)
        empty = httpx.Request("HEAD", url.copy_with(raw_path=b"/", userinfo=b"", fragment=None))
        empty.extensions["trace"] = glance
        try:
            async with asyncio.timeout(_LOOK_WITHIN_S), self._way(_unverified(), proxy) as way:
                await way.handle_async_request(empty)
        except (_SeenEnough, httpx.TransportError, TimeoutError):
            pass
        return None if glance.seen is None else read_presented(glance.seen)


class _Opening:
    """Follows (by httpx's `trace` extension) how far a proxy has come with opening the way to the server."""

    def __init__(self) -> None:
        self.is_open = False
        self.limit: asyncio.Timeout | None = None
        self.schemes: list[str] = []

    async def __call__(self, name: str, info: dict[str, Any]) -> None:
        if name == "http11.receive_response_headers.complete" and not self.is_open:
            headers = info["return_value"][3]
            self.schemes = [value.decode("latin-1") for key, value in headers if key.lower() == b"proxy-authenticate"]
        asks_server = name == "http11.send_request_headers.started" and info["request"].method != b"CONNECT"
        if (asks_server or name == "proxy.start_tls.started") and not self.is_open:
            self.is_open = True
            assert self.limit is not None
            self.limit.reschedule(None)  # from here on it is the server that takes its time


class _SeenEnough(Exception):
    """The handshake is done; nothing may follow on this connection."""


class _Glance:
    """Keeps the certificate of the first handshake with the server, and closes the connection."""

    def __init__(self, proxy: Proxy | None) -> None:
        self.seen: bytes | None = None
        self._awaited = "connection.start_tls.complete" if proxy is None else "proxy.start_tls.complete"

    async def __call__(self, name: str, info: dict[str, Any]) -> None:
        if name == self._awaited:
            stream = info["return_value"]
            self.seen = stream.get_extra_info("ssl_object").getpeercert(binary_form=True)
            await stream.aclose()
            raise _SeenEnough


def _add_trust(trust: ssl.SSLContext, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Trust what the environment's variables name; return a variable, with its value, that names nothing readable."""
    for variable, argument in _TRUST_VARIABLES:
        if environ.get(variable):
            try:
                trust.load_verify_locations(**{argument: environ[variable]})
            except OSError:  # an SSLError is one too: no certificate is in the file
                return variable, environ[variable]
    return None


def _unverified() -> ssl.SSLContext:
    looking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    looking.check_hostname = False
    looking.verify_mode = ssl.CERT_NONE
    return looking


def _no_certificates(variable: str, value: str) -> Unreachable:
    return Unreachable(
        f"{variable} names {printable(value)}, where no certificates can be read.",
        sent=False,
        hitch=Hitch.CERTIFICATE,
        brief=f"{variable} cannot be read",
        next_step=f"Correct {variable}, or unset it to use the operating system's trust store; then start Lapse again.",
    )


# --- a proxy's trouble, in words --------------------------------------------------------------------------------------


def _unusable(proxy: Proxy) -> Unreachable:
    what = f"The proxy in {proxy.variable} cannot be used: {proxy.unusable}."
    return _trouble(what, "cannot be used", f"Correct {proxy.variable} or unset it, then start Lapse again.")


def _not_opened(proxy: Proxy, url: httpx.URL, failure: Exception, opening: _Opening) -> Unreachable:
    answered = str(failure) if type(failure) is httpx.ProxyError else ""
    if answered.startswith(str(_WANTS_SIGN_IN)):
        return _wants_sign_in(proxy, opening.schemes)
    if answered:
        what = f"The proxy {proxy} would not open a way to {url.host}:{port_of(url)}: {printable(answered)}."
        return _trouble(what, f"answered {answered[:3]}", _allowed(proxy))
    why, brief = _why_silent(failure)
    return _trouble(f"The proxy {proxy} {why}.", brief, f"Check {proxy.variable} and the network; {_allowed(proxy)}")


def _why_silent(failure: Exception) -> tuple[str, str]:
    refused = certificate_error(failure)
    if refused is not None:
        flaw = flaw_of(refused, None)
        return f"has a certificate that was not accepted: {flaw.words}", f"certificate {flaw.brief}"
    if is_nameless(failure):
        return "could not be reached: no address was found for that name", "no address found"
    if is_refused(failure):
        return "could not be reached: it refused the connection", "connection refused"
    if isinstance(failure, httpx.TimeoutException | TimeoutError):
        return "did not answer in time", "no answer in time"
    if isinstance(failure, httpx.ConnectError):
        return "could not be reached", "not reached"
    return "broke off before it had opened a way", "broke off"


def _wants_sign_in(proxy: Proxy, challenges: list[str]) -> Unreachable:
    schemes = [printable(each).partition(" ")[0] for each in challenges]
    if schemes and "basic" not in map(str.lower, schemes):
        what = f"The proxy {proxy} wants a sign-in by {' or '.join(schemes)}, which Lapse does not speak."
        return _trouble(what, "407, no Basic", "Ask your network's operators for a way that takes name and password.")
    if proxy.has_credentials:
        what = f"The proxy {proxy} did not accept the name and password in {proxy.variable}."
        return _trouble(what, "407", f"Correct them in {proxy.variable}, with %-escapes; then start Lapse again.")
    what = f"The proxy {proxy} wants a name and a password."
    return _trouble(
        what, "407", f"Put them into {proxy.variable} as {proxy.url.scheme}://name:password@{proxy}; start Lapse again."
    )


def _allowed(proxy: Proxy) -> str:
    return f"ask your network's operators about {proxy}, or list the server in NO_PROXY if it needs no proxy."


def _trouble(what: str, brief: str, next_step: str) -> Unreachable:
    step = next_step[:1].upper() + next_step[1:]
    return Unreachable(what, sent=False, hitch=Hitch.PROXY, brief=brief, next_step=step)
