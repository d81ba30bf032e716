"""Metadata, keys, userinfo, the API, and what holds for every response."""

import asyncio
import re
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo.asgi import asgi
from app.demo.dialect import BEARER_EXPIRED, BEARER_INVALID, BEARER_MISSING, BEARER_REVOKED
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from app.sim_loop import SimClock
from tests.app.demo.somebody import V1, Somebody

pytestmark = pytest.mark.anyio

ISSUER = "http://127.0.0.1:8899/oauth2/default"
ODD = ("\x00", "\ud7ff\U0001f600", "é" * 50, "%", "9" * 5000)
RESPONSES_OF = {
    "GET": ["/api/me", "/api/orders", f"{V1}/keys", f"{V1}/userinfo", f"{V1}/authorize", "/demo/identity", "/nowhere"],
    "POST": [f"{V1}/token", f"{V1}/revoke", f"{V1}/authorize", "/demo/reset", "/api/me"],
}


@pytest.mark.parametrize(
    "path",
    [
        "/oauth2/default/.well-known/openid-configuration",
        "/oauth2/default/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/oauth2/default",
    ],
)
async def test_metadata(ada: Somebody, path: str) -> None:
    found = (await ada.http.get(path)).json()
    assert found["issuer"] == ISSUER
    for name in ("authorization", "token", "userinfo", "revocation"):
        assert found[f"{name}_endpoint"].startswith(f"{ISSUER}/v1/")
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert "refresh_token" in found["grant_types_supported"]


async def test_keys_are_public_and_cached_briefly(ada: Somebody) -> None:
    response = await ada.http.get(f"{V1}/keys")
    (found,) = response.json()["keys"]
    assert found.keys() == {"kty", "alg", "kid", "use", "e", "n"}
    assert response.headers["cache-control"] == "max-age=60, must-revalidate"
    assert "pragma" not in response.headers


async def test_userinfo_follows_the_scopes(ada: Somebody) -> None:
    full = (await ada.call((await ada.tokens())["access_token"], f"{V1}/userinfo")).json()
    assert (full["sub"], full["name"], full["email_verified"]) == ("00u-demo-ada", "Ada Lovelace", True)
    narrow = (await ada.call((await ada.tokens(scope="openid email"))["access_token"], f"{V1}/userinfo")).json()
    assert narrow.keys() == {"sub", "email", "email_verified"}


async def test_userinfo_refuses_in_its_own_words(ada: Somebody) -> None:
    response = await ada.call("nonsense", f"{V1}/userinfo")
    assert response.headers["www-authenticate"] == (
        'Bearer error="invalid_token", error_description="The access token is invalid"'
    )
    poor = await ada.call((await ada.tokens(scope="openid"))["access_token"], f"{V1}/userinfo")
    assert (poor.status_code, 'error="insufficient_scope"' in poor.headers["www-authenticate"]) == (403, True)


async def test_api_responses_a_good_token(ada: Somebody) -> None:
    token = (await ada.tokens())["access_token"]
    me = (await ada.call(token)).json()
    assert (me["id"], me["login"], me["name"]) == ("00u-demo-ada", "ada@example.com", "Ada Lovelace")
    orders = (await ada.call(token, "/api/orders")).json()["orders"]
    for order in orders:
        total = sum(item["quantity"] * round(float(item["price"]) * 100) for item in order["items"])
        assert total == round(float(order["total"]) * 100)


async def test_api_says_why_not(ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    token = (await ada.tokens())["access_token"]
    missing = await ada.http.get("/api/me")
    assert (missing.status_code, missing.headers["www-authenticate"]) == (401, "Bearer")
    assert missing.json()["error_description"] == BEARER_MISSING.description
    org.ledger.access.clear()
    await assert_bearer_refused(ada, token, BEARER_REVOKED.description)
    clock.jump(29)
    await assert_bearer_refused(ada, token, BEARER_REVOKED.description)
    clock.jump(1)
    await assert_bearer_refused(ada, token, BEARER_EXPIRED.description)


@pytest.mark.parametrize("change", ["aud", "key", "alg", "kid", "cut", "claims", "long"])
async def test_api_refuses_forgeries(ada: Somebody, org: DemoOrg, change: str) -> None:
    token = (await ada.tokens())["access_token"]
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    real, kid = org.ledger.keys[0].private, org.ledger.keys[0].kid
    forged = {
        "aud": lambda: jwt.encode({**claims, "aud": "else"}, real, "RS256", {"kid": kid}),
        "key": lambda: jwt.encode(claims, SigningKey.generate().private, "RS256", {"kid": kid}),
        "alg": lambda: jwt.encode(claims, "", "none", {"kid": kid}),
        "kid": lambda: jwt.encode(claims, real, "RS256", {"kid": "other"}),
        "cut": lambda: token[:-8],
        "claims": lambda: jwt.encode({"aud": "api://default"}, real, "RS256", {"kid": kid}),
        "long": lambda: token + "A" * 9000,
    }[change]()
    await assert_bearer_refused(ada, forged, BEARER_INVALID.description)


async def assert_bearer_refused(ada: Somebody, token: str, description: str) -> None:
    response = await ada.call(token)
    assert (response.status_code, response.json()) == (
        401,
        {"error": "invalid_token", "error_description": description},
    )
    expected = f'Bearer error="invalid_token", error_description="{description}"'
    assert response.headers["www-authenticate"] == expected


async def test_every_response_carries_the_orgs_date_and_a_request_id(ada: Somebody, clock: SimClock) -> None:
    ids = set()
    for path in ("/api/me", f"{V1}/keys", "/nowhere", f"{V1}/authorize"):
        clock.jump(1000)
        response = await ada.http.get(path)
        assert parsedate_to_datetime(response.headers["date"]).timestamp() == int(clock.now())
        assert "server" not in response.headers
        ids.add(response.headers["x-okta-request-id"])
    assert len(ids) == 4


@pytest.mark.parametrize("host", ["evil.example", "localhost:8899", "127.0.0.1", "127.0.0.1:8898", "[::1]:8899"])
async def test_foreign_host_is_refused(ada: Somebody, host: str) -> None:
    response = await ada.http.get(f"{V1}/keys", headers={"Host": host})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


async def test_unknown_places_in_okta_words(ada: Somebody) -> None:
    found = (await ada.http.get("/oauth2/aus1/.well-known/openid-configuration")).json()
    assert found["errorCode"] == "E0000007"
    assert found["errorSummary"] == "Not found: Resource not found: aus1 (AuthorizationServer)"
    wrong_method = await ada.http.get(f"{V1}/token")
    assert (wrong_method.status_code, wrong_method.json()["errorCode"]) == (405, "E0000022")
    assert wrong_method.headers["allow"] == "POST"


async def test_a_bug_shows_nothing_of_itself(ada: Somebody, org: DemoOrg, monkeypatch: pytest.MonkeyPatch) -> None:
    token = (await ada.tokens())["refresh_token"]
    monkeypatch.setattr(org.ledger, "refresh", None)
    response = await ada.refresh(token)
    assert (response.status_code, response.json()["error"]) == (500, "server_error")
    assert token not in response.text


async def test_requests_are_counted(ada: Somebody, org: DemoOrg) -> None:
    tokens = await ada.tokens()
    await ada.refreshed(tokens["refresh_token"])
    await ada.call(tokens["access_token"])
    assert dict(org.counters) == {"sign_in": 1, "token": 2, "api": 1}


def test_no_request_makes_a_500(key: SigningKey, anyio_backend: tuple[str, dict[str, Any]]) -> None:
    names = st.sampled_from(
        [
            "grant_type",
            "client_id",
            "code",
            "redirect_uri",
            "code_verifier",
            "refresh_token",
            "scope",
            "token",
            "nonce",
            "state",
            "prompt",
            "max_age",
            "response_type",
            "code_challenge",
            "code_challenge_method",
            "username",
        ]
    )
    values = st.sampled_from(
        [
            *[
                "authorization_code",
                "refresh_token",
                "0oa-demo-native",
                "http://127.0.0.1:1/callback",
                "openid",
                "S256",
                "code",
            ],
            *ODD,
        ]
    )
    pairs = st.lists(st.tuples(names, values | st.text(max_size=20)), max_size=8)
    raw = st.binary(max_size=60)
    where = st.sampled_from([(method, path) for method, paths in RESPONSES_OF.items() for path in paths])
    header = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
    bearer = header | st.sampled_from(["Bearer a.b.c", "Basic !!!!", "Basic AAAA", "bearer eyJhbGciOiJub25lIn0.e30."])

    @given(where, pairs, pairs, raw, bearer, st.booleans())
    def attack(where: tuple[str, str], query: Any, form: Any, body: bytes, authorization: str, as_form: bool) -> None:
        async def once() -> httpx.Response:
            org = DemoOrg(SimClock(), ledger=MemoryLedger(key))
            async with httpx.AsyncClient(transport=httpx.ASGITransport(asgi(org)), base_url=org.issuer_base) as http:
                content = str(httpx.QueryParams([tuple(pair) for pair in form])).encode() if as_form else body
                return await http.request(
                    where[0],
                    where[1],
                    params=query,
                    content=content,
                    headers={"Authorization": authorization, "Content-Type": "application/x-www-form-urlencoded"},
                )

        with asyncio.Runner(loop_factory=anyio_backend[1]["loop_factory"]) as runner:
            response = runner.run(once())
        assert response.status_code < 500
        assert "Traceback" not in response.text
        assert re.fullmatch(r"[\x20-\x7e]*", response.headers.get("www-authenticate", ""))

    attack()
