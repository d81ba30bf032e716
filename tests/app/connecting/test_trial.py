"""Trying a connection out: no user is signed in, and what cannot be known is said to be so."""

import json
import socket
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.connecting.trial import try_out
from app.connecting.trial_step import TrialStep
from app.connecting.trial_verdict import TrialOutcome
from app.connection import DEMO_CLIENT_ID, Connection
from app.demo.org import DemoOrg
from app.errors import BadInput
from tests.app.connecting.conftest import Server

pytestmark = pytest.mark.anyio


def to(issuer: str, **more: object) -> Connection:
    return replace(Connection(name="x", issuer=issuer, client_id=DEMO_CLIENT_ID), **more)  # type: ignore[arg-type]


async def steps(connection: Connection, http: httpx.AsyncClient) -> list[TrialStep]:
    return [step async for step in try_out(connection, http)]


async def last(connection: Connection, http: httpx.AsyncClient) -> TrialStep:
    return (await steps(connection, http))[-1]


async def test_a_connection_to_the_demo_org_is_good_all_along(to_org: httpx.AsyncClient, org: DemoOrg) -> None:
    found = await steps(to(org.issuer), to_org)
    assert [step.name for step in found] == ["Metadata", "Keys", "Scopes", "Redirect port", "Client and redirect URI"]
    assert {step.outcome for step in found} == {TrialOutcome.GOOD}


async def test_a_client_nobody_knows(to_org: httpx.AsyncClient, org: DemoOrg) -> None:
    step = await last(to(org.issuer, client_id="nobody"), to_org)
    assert step.outcome is TrialOutcome.BAD
    assert "does not know this client" in step.words


async def test_a_redirect_uri_that_is_not_registered(to_org: httpx.AsyncClient, org: DemoOrg) -> None:
    org.turn(exact_redirect_uris=True)
    uri = "http://127.0.0.1:8765/elsewhere"
    step = await last(to(org.issuer, redirect_uris=(uri,)), to_org)
    assert (step.name, step.outcome) == (f"Client and {uri}", TrialOutcome.BAD)
    assert f"Register exactly {uri}" in step.cure
    assert "the port included" in step.cure
    step = await last(to(org.issuer), to_org)
    assert "Choose a fixed redirect URI" in step.cure


async def test_every_redirect_uri_is_asked_about_and_the_first_free_port_named(
    to_org: httpx.AsyncClient, org: DemoOrg
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as soon_free:
        ports = [each.getsockname()[1] for each in (taken, soon_free)]
        soon_free.close()
        uris = tuple(f"http://127.0.0.1:{port}/callback" for port in ports)
        found = await steps(to(org.issuer, redirect_uris=uris), to_org)
        port_step = next(step for step in found if step.name == "Redirect port")
        assert port_step.words == f"{ports[1]} is free. In use: {ports[0]}."
        assert [step.name for step in found[-2:]] == [f"Client and {uri}" for uri in uris]
        found = await steps(to(org.issuer, redirect_uris=uris[:1]), to_org)
        assert next(step for step in found if step.name == "Redirect port").outcome is TrialOutcome.BAD


async def test_scopes_that_bring_no_refresh_token_or_are_not_listed(to_org: httpx.AsyncClient, org: DemoOrg) -> None:
    for scopes, said in (("openid", "no refresh token"), ("openid offline_access what", "what")):
        found = await steps(to(org.issuer, scopes=scopes), to_org)
        step = next(step for step in found if step.name == "Scopes")
        assert step.outcome is TrialOutcome.UNKNOWN
        assert said in step.words
    assert found[-1].outcome is TrialOutcome.BAD
    assert "invalid_scope" in found[-1].words


async def test_nothing_more_is_asked_where_there_is_no_metadata(http: httpx.AsyncClient, server: Server) -> None:
    found = await steps(to(server.url), http)
    assert [(step.name, step.outcome) for step in found] == [("Metadata", TrialOutcome.BAD)]
    assert all("/authorize" not in each for each in server.asked)


async def test_an_issuer_written_otherwise_is_refused(http: httpx.AsyncClient, server: Server) -> None:
    server.metadata("/.well-known/openid-configuration", f"{server.url}/")
    step = await last(to(server.url), http)
    assert (step.outcome, step.cure) == (TrialOutcome.BAD, f"Use {server.url}/ as the issuer.")


Page = tuple[int, str, str]


@pytest.mark.parametrize(
    ("page", "outcome", "said"),
    [
        ((200, "text/html", "<h1>Sign in</h1>"), TrialOutcome.UNKNOWN, "Only a sign-in can tell"),
        ((302, "text/html", "https://login.example/start"), TrialOutcome.UNKNOWN, "Only a sign-in can tell"),
        ((302, "text/html", "https://login.example/error?id=5"), TrialOutcome.UNKNOWN, "which of the two"),
        ((400, "text/html", "The &#39;redirect_uri&#39; parameter must be …"), TrialOutcome.BAD, "redirect URI"),
        ((400, "text/html", "error: invalid_client, client is invalid"), TrialOutcome.BAD, "does not know this client"),
        ((400, "text/html", "/authorize?client_id=a&redirect_uri=b went wrong"), TrialOutcome.BAD, "which of the two"),
        ((400, "text/html", "?redirect_uri=b: error: invalid_client"), TrialOutcome.BAD, "does not know this client"),
        ((400, "text/html", "client_id or redirect_uri is wrong"), TrialOutcome.BAD, "which of the two"),
        ((503, "text/html", "later"), TrialOutcome.UNKNOWN, "503"),
        ((429, "text/html", "client_id: slower"), TrialOutcome.UNKNOWN, "429"),
    ],
)
async def test_what_a_page_tells_and_what_it_does_not(
    http: httpx.AsyncClient, server: Server, page: Page, outcome: TrialOutcome, said: str
) -> None:
    server.metadata("/.well-known/openid-configuration", server.url)
    server.document("/keys", keys=[{"kty": "RSA", "alg": "RS256"}])
    server.pages["/authorize"] = page
    step = await last(to(server.url), http)
    assert step.outcome is outcome
    assert said in step.words


@pytest.mark.parametrize(
    ("query", "outcome", "said"),
    [
        ("error=consent_required&state={state}", TrialOutcome.GOOD, "knows this client"),
        ("error=unauthorized_client&error_description=No+%3Cb%3E&state={state}", TrialOutcome.BAD, "No <b>"),
        ("error=login_required&state=another", TrialOutcome.BAD, "a different state"),
    ],
)
async def test_what_the_server_sends_back_with(query: str, outcome: TrialOutcome, said: str) -> None:
    asked: list[dict[str, list[str]]] = []

    def response(request: httpx.Request) -> httpx.Response:
        path, issuer = request.url.path, "https://as.example"
        if path.endswith("openid-configuration"):
            ends = {"authorization_endpoint": f"{issuer}/a?tenant=1", "token_endpoint": f"{issuer}/t"}
            return httpx.Response(200, json={"issuer": issuer, "jwks_uri": f"{issuer}/k", **ends})
        if path == "/k":
            return httpx.Response(200, json={"keys": []})
        asked.append(parse_qs(urlsplit(str(request.url)).query))
        back = f"{asked[0]['redirect_uri'][0]}?{query.format(state=asked[0]['state'][0])}"
        return httpx.Response(302, headers={"Location": back})

    connection = to("https://as.example", audience="api://a", authorize_params=(("prompt", "consent"), ("x", "1")))
    async with httpx.AsyncClient(transport=httpx.MockTransport(response)) as http:
        found = await steps(connection, http)
    assert found[1].outcome is TrialOutcome.BAD  # no key at all
    assert found[-1].outcome is outcome
    assert said in found[-1].words
    assert (asked[0]["prompt"], asked[0]["x"], asked[0]["audience"]) == (["none"], ["1"], ["api://a"])


@pytest.mark.parametrize(("kind", "outcome"), [("device", TrialOutcome.UNKNOWN), ("password", TrialOutcome.BAD)])
async def test_other_ways_to_sign_in_ask_no_authorization_endpoint(
    http: httpx.AsyncClient, server: Server, kind: str, outcome: TrialOutcome
) -> None:
    server.metadata("/.well-known/openid-configuration", server.url, device_authorization_endpoint=f"{server.url}/d")
    step = await last(to(server.url, sign_in=kind), http)
    assert (step.name, step.outcome) == ("Sign-in", outcome)
    assert all("/authorize" not in each for each in server.asked)


async def test_a_connection_that_cannot_be_used_asks_nobody(http: httpx.AsyncClient, server: Server) -> None:
    with pytest.raises(BadInput):
        await steps(to(server.url, client_id=""), http)
    assert server.asked == []


@pytest.mark.parametrize(
    ("page", "outcome", "said"),
    [
        ((201, {"request_uri": "urn:x", "expires_in": 60}), TrialOutcome.GOOD, "taken a pushed request"),
        ((401, {"error": "invalid_client"}), TrialOutcome.BAD, "does not know this client"),
        (
            (400, {"error": "invalid_request", "error_description": "bad redirect_uri"}),
            TrialOutcome.BAD,
            "redirect URI",
        ),
        ((400, {"error": "invalid_scope"}), TrialOutcome.BAD, "refuses a pushed request"),
        ((500, {}), TrialOutcome.BAD, "500"),
    ],
)
async def test_where_requests_are_pushed_one_is(
    http: httpx.AsyncClient, server: Server, page: tuple[int, dict[str, str]], outcome: TrialOutcome, said: str
) -> None:
    more = {"pushed_authorization_request_endpoint": f"{server.url}/par"}
    server.metadata("/.well-known/openid-configuration", server.url, **more)
    server.pages["/par"] = (page[0], "application/json", json.dumps(page[1]))
    step = await last(to(server.url), http)
    assert step.outcome is outcome
    assert said in step.words
    assert all("/authorize" not in each for each in server.asked)
