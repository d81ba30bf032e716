"""What stands in the way to the server: real proxies, certificates and pages on loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from app.doctor.records import Certainty, Finding
from app.errors import Unreachable
from app.errors.reasons import FailureKind
from app.oauth.client import OAuthClient
from app.testing.network import refused, responses
from app.wire.network import Network
from app.wire.recorder import RecordingTransport
from tests.app.doctor.conftest import Ward
from tests.e2e.throwaway_ca import found_ca

pytestmark = pytest.mark.anyio

Words = Callable[[Finding], str]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # sockets take real time


def http_by(ward: Ward, transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """Return a client whose exchanges are journalled, as those of connections are."""
    return httpx.AsyncClient(transport=RecordingTransport(transport, ward.world.journal, ward.world.clock))


@asynccontextmanager
async def answering(raw: bytes, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve the same bytes to everybody on loopback; yields the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):  # who does not trust the certificate hangs up
            await reader.readuntil(b"\r\n\r\n")
            writer.write(raw)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_networks_own_page_answers_a_refresh(ward: Ward) -> None:
    await ward.sign_in()
    ward.strike("html@token.refresh")
    await ward.refresh()
    found = ward.expect("captive_portal", Certainty.LIKELY)
    assert found.evidence[0].seq is not None


async def test_a_redirect_of_a_refresh(ward: Ward) -> None:
    await ward.sign_in()
    ward.world.network.faults.append(responses(302, location="http://wifi.example/welcome"))
    await ward.refresh()
    ward.expect("captive_portal", Certainty.LIKELY)


async def test_a_real_portal_seen_by_a_look(ward: Ward) -> None:
    page = b"<h1>Free Wi-Fi</h1>"
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page)
    async with answering(raw) as port, http_by(ward, httpx.AsyncHTTPTransport()) as http:
        await ward.look(http, f"http://127.0.0.1:{port}/oauth2/default")
    ward.expect("captive_portal", Certainty.LIKELY)


async def test_a_portal_that_is_gone_is_no_finding(ward: Ward) -> None:
    await ward.sign_in()
    ward.strike("html@token.refresh*1")
    await ward.refresh()
    assert ward.diagnose()
    await ward.look()
    assert ward.diagnose() == ()


async def test_a_real_proxy_that_wants_a_password(ward: Ward, evidence: Words) -> None:
    raw = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"
    ward.environ = {"HTTPS_PROXY": "http://ada:engine-1843@proxy.example:8080", "PATH": "/bin"}
    async with answering(raw) as port:
        named = {"HTTPS_PROXY": f"http://127.0.0.1:{port}"}
        async with http_by(ward, Network(named)) as http:
            await ward.look(http, "https://as.example")
    found = ward.expect("proxy", Certainty.SURE)
    assert "The environment says https_proxy=http://proxy.example:8080" in evidence(found)
    assert "engine" not in "".join(each.text() for each in ward.diagnose())


async def test_a_certificate_nobody_here_trusts(ward: Ward, tmp_path: Path, evidence: Words) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    async with answering(raw, found_ca(tmp_path).server) as port, http_by(ward, Network({})) as http:
        await ward.look(http, f"https://127.0.0.1:{port}")
    found = ward.expect("tls_interception", Certainty.SURE)
    assert "certificate" in evidence(found)
    assert "there is no way around" in " ".join(found.cure)


async def test_nobody_answers(ward: Ward) -> None:
    await ward.sign_in()
    ward.world.network.faults.append(refused())
    await ward.refresh()
    ward.expect("unreachable", Certainty.CANNOT_KNOW)


async def test_the_metadata_is_another_issuers(ward: Ward) -> None:
    await ward.sign_in()
    ward.strike("issuer-mismatch@discovery")
    ward.world.client = OAuthClient(
        ward.world.http, ward.world.clock, issuer=ward.world.org.issuer, client_id=ward.world.client.client_id
    )
    session = ward.world.second_session()
    assert await session.restore()
    await ward.refresh(session)
    ward.expect("issuer_mismatch", Certainty.SURE, session)
    await ward.look()
    ward.expect("issuer_mismatch", Certainty.SURE, session)


async def test_nobody_is_an_authorization_server_there(ward: Ward) -> None:
    await ward.look(issuer=f"{ward.world.org.issuer_base}/sign-in")
    found = ward.expect("no_metadata", Certainty.LIKELY)
    assert "/oauth2/default" in " ".join(found.cure)


async def test_a_certificate_that_is_not_in_order(ward: Ward) -> None:
    def expired(request: httpx.Request) -> httpx.Response:
        raise Unreachable(
            "The certificate of it was not accepted: it has expired.",
            sent=False,
            kind=FailureKind.CERTIFICATE,
            brief="expired",
        )

    async with http_by(ward, httpx.MockTransport(expired)) as http:
        await ward.look(http)
    ward.expect("certificate", Certainty.SURE)
