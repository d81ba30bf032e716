"""The way out: certificates against real TLS servers, and a real proxy on loopback that counts, asks and refuses."""

import asyncio
import base64
import logging
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.clock import SystemClock
from app.demo.org import DemoOrg
from app.demo.policy import Policy
from app.demo.serve import ServedOrg
from app.errors import Unreachable
from app.errors.reasons import FailureKind
from app.events.wire import Exchange, ExchangeKind
from app.events.words import failure as failure_words
from app.journal import Journal
from app.wire.certificate import flaw_of
from app.wire.fetch import FetchedResponse, fetch
from app.wire.network import Network, _Opening
from app.wire.proxies import read_proxies
from app.wire.recorder import RecordingTransport
from app.wire.transport_errors import unreachable
from tests.app.wire.certificates import Authority
from tests.patience import PATIENCE_S
from tests.ports import free_port

pytestmark = pytest.mark.anyio
SERVER = "login.example.test"
SECRET = "Pa55:w/rd"
CREDENTIALS = "ada:Pa55%3Aw%2Frd@"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # real sockets


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority("An authority of one test", tmp_path)


@pytest.fixture
def journal() -> Journal:
    return Journal(SystemClock())


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Listen on a free port of 127.0.0.1; at the end nothing of it is left."""
    at_work: list[asyncio.Task[Any] | None] = []

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at_work.append(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, OSError):
            await serve(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    asyncio.get_running_loop().set_exception_handler(_handshakes_fail_on_purpose)
    found = await asyncio.start_server(serve_one, "127.0.0.1", 0, ssl=tls)
    yield found.sockets[0].getsockname()[1]
    found.close()
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(each for each in at_work if each is not None))


def _handshakes_fail_on_purpose(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), ssl.SSLError | ConnectionError):
        loop.default_exception_handler(context)


@dataclass
class Served:
    """A server that answers every request `{}`; `requests` are the first lines it has read."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            self.requests.append(head.partition(b"\r\n")[0])
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()


@asynccontextmanager
async def server(tls: ssl.SSLContext | None = None) -> AsyncIterator[Served]:
    served = Served()
    async with listening(served.serve, tls) as served.port:
        yield served


@dataclass
class Proxy:
    """A proxy that leads every CONNECT to `target`, a port of this machine; `asked` are their heads."""

    target: int
    response: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n"
    wants: str = ""
    port: int = 0
    asked: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head)
        if self.wants and base64.b64encode(self.wants.encode()) not in head:
            writer.write(b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n")
            return
        writer.write(self.response)
        if self.response.startswith(b"HTTP/1.1 200"):
            there, onwards = await asyncio.open_connection("127.0.0.1", self.target)
            await asyncio.gather(_pipe(reader, onwards), _pipe(there, writer))


async def _pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await source.read(1 << 14):
            sink.write(some)
            await sink.drain()
    sink.close()
    with suppress(OSError):
        await sink.wait_closed()


@asynccontextmanager
async def proxy(target: int, *, tls: ssl.SSLContext | None = None, **says: Any) -> AsyncIterator[Proxy]:
    found = Proxy(target, **says)
    async with listening(found.serve, tls) as found.port:
        yield found


async def ask(url: str, environ: dict[str, str], journal: Journal, *, total_s: float = 10.0) -> FetchedResponse:
    recording = RecordingTransport(Network(environ), journal, SystemClock())
    async with httpx.AsyncClient(transport=recording, trust_env=False) as http:
        return await fetch(http, httpx.Request("GET", url), kind=ExchangeKind.API, total_s=total_s)


async def trouble(url: str, environ: dict[str, str], journal: Journal) -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        await ask(url, environ, journal)
    return caught.value


def kinds(journal: Journal) -> list[FailureKind]:
    found = [each.event.failure for each in journal if isinstance(each.event, Exchange)]
    return [each.kind for each in found if each is not None]


def failures(journal: Journal) -> list[str | None]:
    found = [entry.event.failure for entry in journal if isinstance(entry.event, Exchange)]
    return [None if each is None else failure_words(each) for each in found]


# --- certificates -----------------------------------------------------------------------------------------------------


async def test_a_company_s_own_authority_is_trusted_when_a_variable_names_it(
    authority: Authority, journal: Journal
) -> None:
    async with server(authority.server("localhost")) as served:
        response = await ask(f"https://localhost:{served.port}/", {"SSL_CERT_FILE": str(authority.file)}, journal)
    assert (response.status, failures(journal)) == (200, [None])


Tls = Callable[[Authority, str], ssl.SSLContext]


def named(*names: str) -> Tls:
    return lambda own, _: own.server(*names)


def in_the_subject_alone(own: Authority, host: str) -> ssl.SSLContext:
    return own.unnamed(host)


def dated(since: int, until: int) -> Tls:
    return lambda own, host: own.server(host, days=(since, until))


def from_a_gateway(own: Authority, host: str) -> ssl.SSLContext:
    return Authority("Gateway of Example Corp", own.folder).server(host)


@pytest.mark.parametrize("host", ["localhost", SERVER], ids=["direct", "proxied"])
@pytest.mark.parametrize(
    ("tls", "brief", "said", "cure"),
    [
        (dated(-9, -2), "expired", r"it has expired on 2\d{3}-\d\d-\d\d \d\d:\d\d UTC\.", "renew it"),
        (dated(2, 9), "not yet valid", r"it is not valid yet before 2\d{3}-", "date and time"),
        (
            named("a.example", "10.1.2.3"),
            "other name",
            r"it is not for this name; it is for a\.example, 10\.1\.2\.3\.",
            "host in the URL",
        ),
        (in_the_subject_alone, "other name", r"it is not for this name; it is for no name at all\.", "host in the URL"),
        (named(*(f"{n}.example" for n in range(9))), "other name", r"4\.example and 4 more\.", "host in the URL"),
        (
            Authority.self_signed,
            "self-signed",
            "no authority vouches",
            "have it installed in the operating system",
        ),
        (
            from_a_gateway,
            "unknown authority",
            "issued by 'Gateway of Example Corp', which this computer does not trust",
            "have that authority's root certificate installed in the operating system's trust store",
        ),
    ],
    ids=["expired", "early", "name", "subject", "names", "self-signed", "unknown"],
)
async def test_a_certificate_s_reason_is_told_in_words_and_nothing_is_sent(
    authority: Authority, journal: Journal, tls: Tls, brief: str, said: str, cure: str, host: str
) -> None:
    async with server(tls(authority, host)) as served, proxy(served.port) as asked:
        environ = {"SSL_CERT_FILE": str(authority.file), "HTTPS_PROXY": f"http://127.0.0.1:{asked.port}"}
        error = await trouble(f"https://{host}:{served.port}/secret", environ, journal)
    assert error.what.startswith(f"The certificate of {host} was not accepted: it ")
    assert re.search(said, error.what)
    assert cure in error.next_step
    assert error.next_step.endswith("Lapse offers no way around it.")
    is_stranger = brief in ("self-signed", "unknown authority")
    kind = FailureKind.UNKNOWN_AUTHORITY if is_stranger else FailureKind.CERTIFICATE
    assert (error.kind, error.brief, error.sent) == (kind, brief, False)
    assert failures(journal) == [f"certificate: {brief}"]
    assert kinds(journal) == [kind]
    assert served.requests == [], "the look at the certificate must send nothing either"
    assert bool(asked.asked) is (host == SERVER)


@pytest.mark.parametrize(
    ("code", "said"), [(23, "its issuer has revoked it"), (-67843, "Something the system says"), (0, "Something")]
)
def test_what_cannot_be_provoked_here_is_told_too(code: int, said: str) -> None:
    refused = ssl.SSLCertVerificationError()
    refused.verify_code, refused.verify_message = code, "Something the\nsystem says"
    assert said in flaw_of(refused, None).words
    assert "no way around" in flaw_of(refused, None).cure


async def test_a_certificate_variable_that_names_nothing_is_told_and_this_machine_is_still_asked(
    authority: Authority, journal: Journal
) -> None:
    environ = {"SSL_CERT_FILE": "/nowhere/gone.pem"}
    error = await trouble(f"https://{SERVER}/", environ, journal)
    assert error.what == "SSL_CERT_FILE names /nowhere/gone.pem, where no certificates can be read."
    assert failures(journal) == ["certificate: SSL_CERT_FILE cannot be read"]
    async with server() as served:
        assert (await ask(f"http://127.0.0.1:{served.port}/", environ, journal)).status == 200


# --- names and ports --------------------------------------------------------------------------------------------------


async def test_a_name_without_an_address_is_told_as_such(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*asked: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    error = await trouble("https://lgoin.example.test/", {}, journal)
    assert error.what == "lgoin.example.test could not be reached: no address was found for that name."
    assert (error.kind, error.sent, failures(journal)) == (FailureKind.NAME, False, ["name: no address found"])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_refused_connection_is_told_with_its_port(journal: Journal, host: str) -> None:
    port = free_port()
    error = await trouble(f"http://{host}:{port}/", {}, journal)
    assert error.what == f"{host} could not be reached: it refused the connection to port {port}."
    assert (error.kind, error.sent, failures(journal)) == (
        FailureKind.CONNECTION_REFUSED,
        False,
        ["refused: connection refused"],
    )


def test_a_connection_refused_at_every_address_of_a_name_is_refused() -> None:
    refused = ExceptionGroup("", [OSError("no route"), ConnectionRefusedError()])  # as anyio puts it
    failure = httpx.ConnectError("All connection attempts failed")
    failure.__cause__ = OSError()
    failure.__cause__.__cause__ = refused
    assert unreachable(failure, httpx.URL("https://a.example")).kind is FailureKind.CONNECTION_REFUSED


# --- proxies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("scheme", ["http://", ""])
async def test_a_server_is_reached_through_the_proxy_and_the_exchange_is_recorded(
    authority: Authority, journal: Journal, variable: str, scheme: str
) -> None:
    async with server(authority.server(SERVER)) as served, proxy(served.port, wants="ada:Pa55:w/rd") as asked:
        environ = {
            "SSL_CERT_FILE": str(authority.file),
            variable: f"{scheme}{CREDENTIALS}127.0.0.1:{asked.port}",
        }
        response = await ask(f"https://{SERVER}/api", environ, journal)
    assert (response.status, served.requests) == (200, [b"GET /api HTTP/1.1"])
    assert [head.partition(b"\r\n")[0] for head in asked.asked] == [f"CONNECT {SERVER}:443 HTTP/1.1".encode()]
    assert failures(journal) == [None]


async def test_a_proxy_that_is_asked_by_tls_is_verified_by_the_same_trust(
    authority: Authority, journal: Journal
) -> None:
    other = Authority("Somebody else", authority.folder)
    async with server(authority.server(SERVER)) as served:
        async with proxy(served.port, tls=authority.server("127.0.0.1")) as asked:
            environ = {"SSL_CERT_FILE": str(authority.file), "HTTPS_PROXY": f"https://127.0.0.1:{asked.port}"}
            assert (await ask(f"https://{SERVER}/", environ, journal)).status == 200
        async with proxy(served.port, tls=other.server("127.0.0.1")) as asked:
            environ["HTTPS_PROXY"] = f"https://{CREDENTIALS}127.0.0.1:{asked.port}"
            error = await trouble(f"https://{SERVER}/", environ, journal)
    assert error.what.startswith(f"The proxy 127.0.0.1:{asked.port} has a certificate that was not accepted: it is")
    assert (error.kind, asked.asked) == (FailureKind.PROXY, [])


REFUSES = b"HTTP/1.1 403 Not for you\r\nContent-Length: 0\r\n\r\n"
NTLM = b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Negotiate\r\nproxy-authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    ("says", "credentials", "said", "brief"),
    [
        ({"wants": "ada:right"}, "", "wants a name and a password.", "407"),
        ({"wants": "ada:right"}, CREDENTIALS, "did not accept the name and password in HTTPS_PROXY.", "407"),
        (
            {"response": NTLM},
            CREDENTIALS,
            "wants a sign-in by Negotiate or NTLM, which Lapse does not support.",
            "407, no Basic",
        ),
        (
            {"response": REFUSES},
            CREDENTIALS,
            f"did not open a tunnel to {SERVER}:443: 403 Not for you.",
            "answered 403",
        ),
        ({"response": b""}, CREDENTIALS, "broke off before it had opened a tunnel.", "broke off"),
        ({"response": b"\x15\x03\x01\x00\x02\x02\x50"}, "", "broke off before it had opened a tunnel.", "broke off"),
    ],
    ids=["wants", "wrong", "ntlm", "refuses", "hangs-up", "no-http"],
)
async def test_a_proxy_s_trouble_is_told_as_the_proxy_s(
    journal: Journal,
    caplog: pytest.LogCaptureFixture,
    says: dict[str, Any],
    credentials: str,
    said: str,
    brief: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with server() as served, proxy(served.port, **says) as asked:
        environ = {"HTTPS_PROXY": f"http://{credentials}127.0.0.1:{asked.port}"}
        error = await trouble(f"https://{SERVER}/", environ, journal)
    assert error.what.startswith(f"The proxy 127.0.0.1:{asked.port} ")
    assert error.what.endswith(said)
    kind = FailureKind.PROXY_WANTS_SIGN_IN if brief[:3] == "407" else FailureKind.PROXY
    assert (error.kind, error.sent) == (kind, False)
    assert failures(journal) == [f"proxy: {brief}"]
    assert len(asked.asked) == 1
    told = " ".join((*error.lines(), repr(list(journal)), caplog.text))
    for secret in (SECRET, CREDENTIALS, "Pa55", base64.b64encode(f"ada:{SECRET}".encode()).decode()):
        assert secret not in told


async def test_a_proxy_that_is_not_there_is_not_taken_for_the_server(journal: Journal) -> None:
    port = free_port()
    error = await trouble(f"https://{SERVER}/", {"https_proxy": f"127.0.0.1:{port}"}, journal)
    assert error.what == f"The proxy 127.0.0.1:{port} could not be reached: it refused the connection."
    assert error.next_step.startswith("Check https_proxy and the network;")
    assert failures(journal) == ["proxy: connection refused"]


async def test_a_proxy_without_an_address_is_told_by_its_name(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*asked: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    error = await trouble(f"https://{SERVER}/", {"HTTPS_PROXY": "proxy.example.test:3128"}, journal)
    assert error.what == "The proxy proxy.example.test:3128 could not be reached: no address was found for that name."


async def test_a_proxy_that_keeps_silent_is_given_up(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.wire.network._OPEN_WITHIN_S", 0.2)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(silent) as port:
        error = await trouble(f"https://{SERVER}/", {"HTTPS_PROXY": f"127.0.0.1:{port}"}, journal)
    assert error.what == f"The proxy 127.0.0.1:{port} did not answer in time."
    assert (error.kind, error.sent) == (FailureKind.PROXY, False)


async def test_a_server_behind_a_proxy_may_take_longer_than_the_proxy_may(
    authority: Authority, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    openings: list[_Opening] = []
    limits: list[float | None] = []

    def opening(request: httpx.Request) -> _Opening:
        openings.append(_Opening(request))
        return openings[-1]

    async def responses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        limits.extend(each.limit.limit_s for each in openings if each.limit is not None)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    monkeypatch.setattr("app.wire.network._Opening", opening)
    async with listening(responses, authority.server(SERVER)) as port, proxy(port) as asked:
        environ = {"SSL_CERT_FILE": str(authority.file), "HTTPS_PROXY": f"127.0.0.1:{asked.port}"}
        assert (await ask(f"https://{SERVER}/", environ, journal)).status == 200
    assert limits == [None]  # once it is asked, the server has all the time it takes


async def test_the_server_s_trouble_behind_a_proxy_stays_the_server_s(authority: Authority, journal: Journal) -> None:
    async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async with listening(hangs_up, authority.server(SERVER)) as port, proxy(port) as asked:
        environ = {"SSL_CERT_FILE": str(authority.file), "HTTPS_PROXY": f"127.0.0.1:{asked.port}"}
        error = await trouble(f"https://{SERVER}/", environ, journal)
    assert error.what.startswith(f"The exchange with {SERVER} broke off")
    assert (error.kind, error.sent) == (FailureKind.NO_RESPONSE, True)


async def test_plain_http_that_a_proxy_refuses_is_the_proxy_s_trouble_too(journal: Journal) -> None:
    async with proxy(0, wants="ada:right") as asked:
        error = await trouble(f"http://{SERVER}/", {"HTTP_PROXY": f"127.0.0.1:{asked.port}"}, journal)
    assert error.what == f"The proxy 127.0.0.1:{asked.port} wants a name and a password."


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("socks5://u:Pa55@proxy.example.test:1080", "socks5 is not supported, only http and https are"),
        ("socks5h://proxy.example.test", "socks5h is not supported"),
        ("Pa55://proxy.example.test", "this kind is not supported"),
        ("http://u:Pa55/x@proxy:3128", "it is not a URL"),
        ("http://u:Pa55@", "it names no host"),
        ("http://u:Pa55@proxy:99999", "it "),
    ],
)
async def test_a_proxy_that_cannot_be_used_names_its_variable_and_hinders_no_demo_org(
    journal: Journal, value: str, said: str
) -> None:
    error = await trouble(f"https://{SERVER}/", {"ALL_PROXY": value}, journal)
    assert error.what.startswith(f"The proxy in ALL_PROXY cannot be used: {said}")
    assert (error.kind, error.sent) == (FailureKind.PROXY, False)
    told = " ".join((*error.lines(), repr(list(journal)), repr(read_proxies({"ALL_PROXY": value}))))
    assert "pa55" not in told.lower()
    async with server() as served:
        assert (await ask(f"http://127.0.0.1:{served.port}/", {"ALL_PROXY": value}, journal)).status == 200


async def test_the_demo_org_on_loopback_is_never_asked_through_a_proxy(journal: Journal) -> None:
    served = ServedOrg(DemoOrg(SystemClock(), Policy()))
    served.start()
    async with proxy(0) as asked:
        everything = {f"{each}_PROXY": f"127.0.0.1:{asked.port}" for each in ("HTTP", "HTTPS", "ALL")}
        url = f"{served.issuer}/.well-known/openid-configuration"
        assert (await ask(url, everything, journal)).status == 200
    served.stop()
    assert asked.asked == []


@pytest.mark.parametrize(
    ("no_proxy", "url", "direct"),
    [
        ("", "https://a.example/", False),
        ("*", "https://a.example/", True),
        ("b.example, *", "https://a.example/", True),
        ("a.example", "https://a.example/", True),
        ("A.Example", "https://a.EXAMPLE/", True),
        ("a.example", "https://a.example./", True),
        ("a.example", "https://x.a.example/", True),
        ("a.example", "https://xa.example/", False),
        (".a.example", "https://x.a.example/", True),
        (".a.example", "https://a.example/", True),
        ("*.a.example", "https://x.a.example/", True),
        (".a.example", "https://xa.example/", False),
        ("x.a.example", "https://a.example/", False),
        ("b.example,a.example", "https://a.example/", True),
        ("b.example a.example", "https://a.example/", True),
        ("a.example:443", "https://a.example/", True),
        ("a.example:8443", "https://a.example:8443/", True),
        ("a.example:8443", "https://a.example/", False),
        ("10.0.0.0/8", "https://10.1.2.3/", True),
        ("10.0.0.0/8", "https://11.1.2.3/", False),
        ("10.1.2.3", "https://10.1.2.3/", True),
        ("10.1.2.3:443", "https://10.1.2.3/", True),
        ("fd00::/8", "https://[fd00::7]/", True),
        ("fd00::7", "https://[fd00:0::7]/", True),
        ("[fd00::7]:443", "https://[fd00::7]/", True),
        ("[fd00::7]:444", "https://[fd00::7]/", False),
        (",, .,", "https://a.example/", False),
        ("", "https://127.0.0.1/", True),
        ("", "https://127.9.9.9/", True),
        ("", "https://[::1]:8443/", True),
        ("", "https://LocalHost/", True),
        ("", "https://org.localhost/", True),
        ("", "https://localhost.example/", False),
        ("", "https://127.0.0.1.example/", False),
    ],
)
def test_no_proxy_says_who_is_asked_directly(no_proxy: str, url: str, *, direct: bool) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        proxies = read_proxies({"HTTPS_PROXY": "proxy:3128", name: no_proxy})
        assert (proxies.proxy_for(httpx.URL(url)) is None) is direct


@pytest.mark.parametrize(
    ("environ", "url", "found"),
    [
        ({}, "https://a.example/", "None"),
        ({"HTTPS_PROXY": ""}, "https://a.example/", "None"),
        ({"HTTPS_PROXY": "up:1", "https_proxy": "low:2"}, "https://a.example/", "low:2"),
        ({"HTTPS_PROXY": "up:1", "https_proxy": ""}, "https://a.example/", "None"),
        ({"HTTP_PROXY": "plain:1"}, "https://a.example/", "None"),
        ({"HTTP_PROXY": "plain:1"}, "http://a.example/", "plain:1"),
        ({"HTTPS_PROXY": "tls:1", "ALL_PROXY": "all:2"}, "https://a.example/", "tls:1"),
        ({"HTTPS_PROXY": "tls:1", "ALL_PROXY": "all:2"}, "http://a.example/", "all:2"),
        ({"HTTPS_PROXY": " http://u:p@proxy "}, "https://a.example/", "proxy:80"),
        ({"HTTPS_PROXY": "https://proxy"}, "https://a.example/", "proxy:443"),
        ({"HTTPS_PROXY": "[fd00::7]:3128"}, "https://a.example/", "[fd00::7]:3128"),
    ],
)
def test_which_proxy_is_used(environ: dict[str, str], url: str, found: str) -> None:
    assert str(read_proxies(environ).proxy_for(httpx.URL(url))) == found
