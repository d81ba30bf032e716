"""The network transport: the operating system's trust store, and the proxies that the environment names."""

import ssl
from collections.abc import Mapping
from typing import Any

import httpx
import truststore

from app.errors import Unreachable
from app.errors.reasons import FailureKind
from app.events.wire import ExchangeKind
from app.wire import words
from app.wire.certificate import Presented, flaw_of, printable, read_presented
from app.wire.connections_pool import ConnectionPool, tell
from app.wire.proxies import Proxies, Proxy, read_proxies
from app.wire.running_time import RunningLimit, running_limit
from app.wire.transport_errors import certificate_error, is_nameless, is_refused, port_of, unreachable

_LOOK_WITHIN_S = 5.0
_OPEN_WITHIN_S = 15.0
# To one server. However many calls an API leaves waiting, the token endpoint has connections of its own.
_CALLS_AT_ONCE, _OTHERS_AT_ONCE = 100, 20
_WANTS_SIGN_IN = 407
_TRUST_VARIABLES = (("SSL_CERT_FILE", "cafile"), ("SSL_CERT_DIR", "capath"))


class Network(httpx.AsyncBaseTransport):
    """Sends each request directly or through the proxy that `environ` names for it, with the same TLS verification.

    One transport for every route, so that a wrapper sees every exchange; this machine is never reached through a proxy.
    API calls have connections of their own, everything else others: however many calls wait, a refresh is sent. A
    failure explained by the route is raised as Unreachable, every other as httpx's. The proxy's password is never
    shown. The constructor reads the trust variables' files: keep it off the first paint.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._proxies: Proxies = read_proxies(environ)
        self._trust = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._trust.hostname_checks_common_name = False  # a name must be among the subject alternative names (RFC 9525)
        self._unread = _add_trust(self._trust, environ)
        self._ways: dict[tuple[Proxy | None, bool], ConnectionPool] = {
            (None, True): self._way(self._trust, None, _CALLS_AT_ONCE),
            (None, False): self._way(self._trust, None, _OTHERS_AT_ONCE),
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises Unreachable or httpx's TransportErrors."""
        if self._unread and request.url.scheme == "https":
            raise _no_certificates(*self._unread)
        proxy = self._proxies.proxy_for(request.url)
        try:
            if proxy is None:
                return await self._way_for(request, None).handle_async_request(request)
            return await self._send_through(proxy, request)
        except httpx.ConnectError as failure:
            if certificate_error(failure) is None:
                raise
            raise unreachable(failure, request.url, await self._look(request.url, proxy)) from None

    async def aclose(self) -> None:
        """Close the connections of every route."""
        for each in self._ways.values():
            await each.aclose()

    async def _send_through(self, proxy: Proxy, request: httpx.Request) -> httpx.Response:
        if proxy.unusable:
            raise _unusable(proxy)
        followed = request.extensions.get("trace")
        await tell(request, "lapse.proxy.started", {})
        opening = _Opening(request)
        request.extensions["trace"] = opening
        try:
            async with running_limit(_OPEN_WITHIN_S) as opening.limit:
                opening.limit.begin(None)
                response = await self._way_for(request, proxy).handle_async_request(request)
        except (httpx.TransportError, TimeoutError) as failure:
            if opening.is_open:
                raise
            raise _not_opened(proxy, request.url, failure, opening) from None
        finally:
            request.extensions["trace"] = followed
        if response.status_code == _WANTS_SIGN_IN:  # plain http is forwarded without a tunnel, and refused likewise
            await response.aclose()
            raise _wants_sign_in(proxy, response.headers.get_list("proxy-authenticate"))
        return response

    def _way_for(self, request: httpx.Request, proxy: Proxy | None) -> ConnectionPool:
        is_call = request.extensions.get("lapse_kind") is ExchangeKind.API
        if (proxy, is_call) not in self._ways:
            self._ways[proxy, is_call] = self._way(self._trust, proxy, _CALLS_AT_ONCE if is_call else _OTHERS_AT_ONCE)
        return self._ways[proxy, is_call]

    def _way(self, trust: ssl.SSLContext, proxy: Proxy | None, at_once: int) -> ConnectionPool:
        if proxy is None:
            return ConnectionPool(trust, at_once=at_once)
        # a proxy that is reached by TLS is always verified, whatever it leads to
        own = self._trust if proxy.url.scheme == "https" else None
        return ConnectionPool(trust, httpx.Proxy(proxy.url, ssl_context=own), at_once=at_once)

    async def _look(self, url: httpx.URL, proxy: Proxy | None) -> Presented | None:
        """Return the content of the certificate at `url`, to explain why it was not accepted.

        A handshake on a connection of its own, closed at once: nothing is ever sent or read on an untrusted one.
        """
        glance = _Glance(proxy)
        empty = httpx.Request("HEAD", url.copy_with(raw_path=b"/", userinfo=b"", fragment=None))
        empty.extensions["trace"] = glance
        try:
            async with running_limit(_LOOK_WITHIN_S), self._way(_unverified(), proxy, 1) as way:
                await way.handle_async_request(empty)
        except (_SeenEnough, httpx.TransportError, TimeoutError):
            pass
        return None if glance.seen is None else read_presented(glance.seen)


class _Opening:
    """Follows (by httpx's `trace` extension) a proxy opening the tunnel to the server.

    The request's own trace is passed on, except for the opening, which has a limit of its own here.
    """

    def __init__(self, request: httpx.Request) -> None:
        self.is_open = False
        self.limit: RunningLimit | None = None
        self.schemes: list[str] = []
        self._follow = request.extensions.get("trace")

    async def __call__(self, name: str, info: dict[str, Any]) -> None:
        if name == "http11.receive_response_headers.complete" and not self.is_open:
            headers = info["return_value"][3]
            self.schemes = [value.decode("latin-1") for key, value in headers if key.lower() == b"proxy-authenticate"]
        assert self.limit is not None
        if name == "lapse.waiting.complete":
            self.limit.begin(_OPEN_WITHIN_S)
        asks_server = name == "http11.send_request_headers.started" and info["request"].method != b"CONNECT"
        if (asks_server or name == "proxy.start_tls.started") and not self.is_open:
            self.is_open = True
            self.limit.begin(None)  # from here on it is the server that takes its time
        if self._follow is not None:
            await self._follow(name, info)


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
    """Trust the files that environment variables name; return a variable and value that name nothing readable."""
    for variable, argument in _TRUST_VARIABLES:
        if environ.get(variable):
            try:
                trust.load_verify_locations(**{argument: environ[variable]})
            except OSError:  # includes SSLError: the file contains no certificate
                return variable, environ[variable]
    return None


def _unverified() -> ssl.SSLContext:
    looking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    looking.check_hostname = False
    looking.verify_mode = ssl.CERT_NONE
    return looking


def _no_certificates(variable: str, value: str) -> Unreachable:
    what, step = words.no_certificates(variable, printable(value))
    brief = f"{variable} cannot be read"
    return Unreachable(what, sent=False, kind=FailureKind.CERTIFICATE, brief=brief, next_step=step)


# --- a proxy's failures -----------------------------------------------------------------------------------------------


def _unusable(proxy: Proxy) -> Unreachable:
    return _proxy_error(words.proxy_unusable(proxy.variable, proxy.unusable), "cannot be used")


def _not_opened(proxy: Proxy, url: httpx.URL, failure: Exception, opening: _Opening) -> Unreachable:
    answered = str(failure) if type(failure) is httpx.ProxyError else ""
    if answered.startswith(str(_WANTS_SIGN_IN)):
        return _wants_sign_in(proxy, opening.schemes)
    if answered:
        said = words.proxy_would_not(proxy, url.host, port_of(url), printable(answered))
        return _proxy_error(said, f"answered {answered[:3]}")
    why, brief = _why_silent(failure)
    return _proxy_error(words.proxy_silent(proxy, why, proxy.variable), brief)


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
        return "did not answer in time", "no response in time"
    if isinstance(failure, httpx.ConnectError):
        return "could not be reached", "not reached"
    return "broke off before it had opened a tunnel", "broke off"


def _wants_sign_in(proxy: Proxy, challenges: list[str]) -> Unreachable:
    schemes = [printable(each).partition(" ")[0] for each in challenges]
    kind = FailureKind.PROXY_WANTS_SIGN_IN
    if schemes and "basic" not in map(str.lower, schemes):
        return _proxy_error(words.proxy_wants_another_scheme(proxy, schemes), "407, no Basic", kind)
    if proxy.has_credentials:
        return _proxy_error(words.proxy_refused_password(proxy, proxy.variable), "407", kind)
    return _proxy_error(words.proxy_wants_password(proxy, proxy.variable, proxy.url.scheme), "407", kind)


def _proxy_error(said: tuple[str, str], brief: str, kind: FailureKind = FailureKind.PROXY) -> Unreachable:
    what, step = said
    return Unreachable(what, sent=False, kind=kind, brief=brief, next_step=step)
