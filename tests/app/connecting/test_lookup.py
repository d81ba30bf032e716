"""Looking an issuer up: against the demo org, and against small servers that put their metadata elsewhere."""

import httpx
import pytest

from app.connecting.capabilities import Rating
from app.connecting.lookup import look_up
from app.connecting.not_found import NotFound
from app.demo.org import DemoOrg
from app.errors import BadInput
from tests.app.connecting.conftest import Server

pytestmark = pytest.mark.anyio
OIDC, OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"


@pytest.mark.parametrize(
    "suffix",
    ["/oauth2/default", f"/oauth2/default{OIDC}", f"{OAUTH}/oauth2/default", f"/oauth2/default{OAUTH}"],
)
async def test_the_demo_org_by_every_address(to_org: httpx.AsyncClient, org: DemoOrg, suffix: str) -> None:
    found = await look_up(to_org, org.issuer_base + suffix)
    assert found.issuer == org.issuer
    assert found.tried == ((f"{org.issuer}{OIDC}", "metadata of this issuer"),)
    assert found.others == ()
    assert found.metadata.token_endpoint == f"{org.issuer}/v1/token"


async def test_of_an_okta_org_both_servers_are_looked_at(to_org: httpx.AsyncClient, org: DemoOrg) -> None:
    found = await look_up(to_org, org.issuer_base)
    assert found.issuer == org.issuer
    assert [each.issuer for each in found.others] == [org.issuer_base]
    assert len(found.tried) == 2
    assert "Two servers respond" in " ".join(found.notes)


async def test_what_the_demo_org_offers(to_org: httpx.AsyncClient, org: DemoOrg) -> None:
    offer = (await look_up(to_org, org.issuer)).offer
    facts = {each.name: each for each in offer.facts}
    assert offer.why_not == {}
    assert facts["Sign-in"].value == "browser, username and password, another device"
    assert (facts["PKCE"].value, facts["PKCE"].tone) == ("S256", Rating.GOOD)
    assert facts["Refresh tokens"].tone is Rating.GOOD
    assert "device code" in facts["Grants"].value
    assert offer.missing == ()


async def test_metadata_at_the_address_of_rfc_8414(http: httpx.AsyncClient, server: Server) -> None:
    issuer = f"{server.url}/tenant/a"
    server.metadata(f"{OAUTH}/tenant/a", issuer)
    found = await look_up(http, issuer)
    assert found.issuer == issuer
    assert server.asked == [f"/tenant/a{OIDC}", f"{OAUTH}/tenant/a"]
    assert [outcome for _, outcome in found.tried] == ["404 X", "metadata of this issuer"]


async def test_metadata_appended_though_rfc_8414_wants_it_in_front(http: httpx.AsyncClient, server: Server) -> None:
    issuer = f"{server.url}/tenant/a"
    server.metadata(f"/tenant/a{OAUTH}", issuer)
    found = await look_up(http, f"{server.url}{OAUTH}/tenant/a")
    assert (found.issuer, len(found.tried)) == (issuer, 3)


async def test_what_is_not_stated_is_not_held_against_a_server(http: httpx.AsyncClient, server: Server) -> None:
    server.metadata(OIDC, server.url)
    found = await look_up(http, server.url)
    facts = {each.name: each.value for each in found.offer.facts}
    assert facts["Grants"] == "not stated"
    assert facts["Refresh tokens"].startswith("not stated")
    assert facts["PKCE"].startswith("not stated")
    assert set(found.offer.why_not) == {"password", "device"}
    assert "No revocation" in " ".join(found.offer.missing)


async def test_a_server_without_refresh_tokens_or_s256_is_told_of(http: httpx.AsyncClient, server: Server) -> None:
    server.metadata(
        OIDC,
        server.url,
        grant_types_supported=["implicit"],
        code_challenge_methods_supported=["plain"],
        scopes_supported=["x"],
    )
    offer = (await look_up(http, server.url)).offer
    tones = {each.name: each.tone for each in offer.facts}
    assert tones["Refresh tokens"] is tones["PKCE"] is Rating.WARNING
    assert "browser" in offer.why_not
    said = " ".join(offer.missing)
    for word in ("No refresh tokens", "openid is not", "S256", "RFC 9207"):
        assert word in said


async def test_a_slash_at_the_end_is_as_the_server_states_it(http: httpx.AsyncClient, server: Server) -> None:
    server.metadata(OIDC, f"{server.url}/")
    found = await look_up(http, server.url)
    assert found.issuer == f"{server.url}/"
    assert "metadata names the issuer" in " ".join(found.notes)


async def test_another_issuer_than_asked_for_is_refused(http: httpx.AsyncClient, server: Server) -> None:
    server.metadata(OAUTH, "https://evil.example")
    with pytest.raises(NotFound) as refused:
        await look_up(http, server.url)
    # not the 404 that came first: this one says what is wrong
    assert "belongs to another issuer" in refused.value.what
    assert "https://evil.example" in refused.value.next_step
    assert [each for _, each in refused.value.tried] == ["404 X", refused.value.what]
    assert refused.value.answered


async def test_a_redirect_is_not_followed_but_told(http: httpx.AsyncClient, server: Server) -> None:
    server.pages[OIDC] = (302, "text/plain", "https://portal.example/login")
    with pytest.raises(NotFound) as refused:
        await look_up(http, server.url)
    assert refused.value.tried[0][1] == "302 X, leads to https://portal.example/login"


async def test_a_server_that_does_not_answer_is_asked_once(http: httpx.AsyncClient) -> None:
    with pytest.raises(NotFound) as refused:
        await look_up(http, "http://127.0.0.1:9/x/y")
    assert [each for _, each in refused.value.tried] == ["no response"]
    assert not refused.value.answered
    assert all(refused.value.lines())


async def test_an_okta_domain_without_a_default_server() -> None:
    asked: list[str] = []

    def response(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        org = "https://example.okta.com"
        if request.url.path != OIDC:
            return httpx.Response(404, json={"errorCode": "E0000007"})
        ends = {"authorization_endpoint": f"{org}/oauth2/v1/authorize", "token_endpoint": f"{org}/oauth2/v1/token"}
        return httpx.Response(200, json={"issuer": org, "jwks_uri": f"{org}/oauth2/v1/keys", **ends})

    async with httpx.AsyncClient(transport=httpx.MockTransport(response)) as http:
        found = await look_up(http, "example-admin.okta.com")
    assert found.issuer == "https://example.okta.com"
    assert asked[0] == f"https://example.okta.com/oauth2/default{OIDC}"
    assert found.others == ()
    assert "no authorization server named default" in " ".join(found.notes)


async def test_text_that_is_no_address_asks_nobody(http: httpx.AsyncClient) -> None:
    with pytest.raises(BadInput):
        await look_up(http, "not an address")
