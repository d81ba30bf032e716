"""Introspection, row by row of Okta's, and the org's own authorization server."""

from typing import Any

import jwt
import pytest

from app.demo import dialect
from app.demo.applications import Application
from app.demo.org import DemoOrg
from app.sim_loop import SimClock
from tests.app.demo.somebody import V1, VERIFIER, Somebody

pytestmark = pytest.mark.anyio

HOUR_S = 3600
DAY_S = 24 * HOUR_S
ORG_V1 = "/oauth2/v1"


async def introspect(ada: Somebody, token: str, v1: str = V1, **more: str) -> dict[str, Any]:
    answer = await ada.http.post(f"{v1}/introspect", data={"client_id": "0oa-demo-native", "token": token, **more})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_an_access_token(ada: Somebody, clock: SimClock, org: DemoOrg) -> None:
    tokens = await ada.tokens()
    found = await introspect(ada, tokens["access_token"])
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert found == {
        "active": True,
        "token_type": "Bearer",
        "scope": tokens["scope"],
        "client_id": "0oa-demo-native",
        "username": "ada@example.com",
        "sub": "ada@example.com",
        "exp": claims["exp"],
        "iat": int(clock.now()),
        "aud": "api://default",
        "iss": org.issuer,
        "jti": claims["jti"],
        "uid": "00u-demo-ada",
    }


async def test_a_refresh_token_has_no_iat_jti_iss_aud(ada: Somebody, clock: SimClock) -> None:
    tokens = await ada.tokens()
    found = await introspect(ada, tokens["refresh_token"], token_type_hint="refresh_token")
    assert found == {
        "active": True,
        "token_type": "Bearer",
        "scope": tokens["scope"],
        "client_id": "0oa-demo-native",
        "username": "ada@example.com",
        "sub": "ada@example.com",
        "exp": int(clock.now() + 7 * HOUR_S),
    }


async def test_a_refresh_token_ends_with_its_idle_window_where_that_is_sooner(
    ada: Somebody, clock: SimClock, org: DemoOrg
) -> None:
    org.turn(refresh_token_lifetime_s=0, refresh_idle_s=60)
    tokens = await ada.tokens()
    assert (await introspect(ada, tokens["refresh_token"]))["exp"] == int(clock.now() + 60)
    org.turn(refresh_idle_s=0)
    assert "exp" not in await introspect(ada, tokens["refresh_token"])


async def test_an_id_token(ada: Somebody, org: DemoOrg) -> None:
    tokens = await ada.tokens()
    found = await introspect(ada, tokens["id_token"], token_type_hint="id_token")
    assert (found["active"], found["sub"], found["iss"]) == (True, "00u-demo-ada", org.issuer)


@pytest.mark.parametrize("kind", ["access_token", "refresh_token", "id_token"])
async def test_what_has_expired_is_inactive_and_nothing_else(ada: Somebody, clock: SimClock, kind: str) -> None:
    tokens = await ada.tokens()
    clock.jump(30 * DAY_S)
    assert await introspect(ada, tokens[kind]) == {"active": False}


async def test_what_was_revoked_or_rotated_away_is_inactive(ada: Somebody, clock: SimClock) -> None:
    first = await ada.tokens()
    second = await ada.refreshed(first["refresh_token"])
    assert (await introspect(ada, first["refresh_token"]))["active"], "inside the grace period it is still good"
    clock.jump(30)
    assert await introspect(ada, first["refresh_token"]) == {"active": False}
    await ada.http.post(f"{V1}/revoke", data={"client_id": "0oa-demo-native", "token": second["refresh_token"]})
    for token in (second["refresh_token"], second["access_token"]):
        assert await introspect(ada, token) == {"active": False}


@pytest.mark.parametrize("token", ["x", "a.b.c", "é" * 5000])
async def test_nonsense_is_inactive(ada: Somebody, token: str) -> None:
    assert await introspect(ada, token) == {"active": False}


async def test_another_applications_token_is_inactive(ada: Somebody, org: DemoOrg) -> None:
    tokens = await ada.tokens()
    org.applications["other"] = Application(id="other", label="Other")
    for kind in ("access_token", "refresh_token", "id_token"):
        assert await introspect(ada, tokens[kind], client_id="other") == {"active": False}


async def test_the_client_may_be_named_in_the_query(ada: Somebody) -> None:
    tokens = await ada.tokens()
    answer = await ada.http.post(
        f"{V1}/introspect", params={"client_id": "0oa-demo-native"}, data={"token": tokens["access_token"]}
    )
    assert answer.json()["active"] is True


@pytest.mark.parametrize(
    ("form", "row"),
    [
        ({"client_id": "0oa-demo-native"}, dialect.MISSING_TOKEN),
        ({"token": "x"}, dialect.NO_CREDENTIALS),
        ({"token": "x", "client_id": "nobody"}, dialect.INVALID_CLIENT_ID),
    ],
)
async def test_malformed_requests(ada: Somebody, form: dict[str, str], row: dialect.OktaError) -> None:
    answer = await ada.http.post(f"{V1}/introspect", data=form)
    assert (answer.status_code, answer.json()["error_description"]) == (row.status, row.description)


class OrgServer:
    """Ada at the org's own authorization server."""

    def __init__(self, ada: Somebody) -> None:
        self.ada = ada

    async def tokens(self) -> dict[str, Any]:
        form = {"username": "ada", "password": self.ada.org.user.password}
        answer = await self.ada.http.post(f"{ORG_V1}/authorize", params=self.ada.query(), data=form)
        back = dict(self.ada.http.base_url.join(answer.headers["location"]).params)
        assert back["iss"] == self.ada.org.issuer_base
        answer = await self.posted(
            "token",
            grant_type="authorization_code",
            code=back["code"],
            code_verifier=VERIFIER,
            redirect_uri=self.ada.query()["redirect_uri"],
        )
        found: dict[str, Any] = answer.json()
        return found

    async def posted(self, name: str, **form: str) -> Any:
        return await self.ada.http.post(f"{ORG_V1}/{name}", data={"client_id": "0oa-demo-native", **form})


async def test_the_orgs_own_server_has_fixed_lifetimes(ada: Somebody, clock: SimClock, org: DemoOrg) -> None:
    org.turn(access_token_lifetime_s=5, refresh_token_lifetime_s=60, refresh_idle_s=10)
    server = OrgServer(ada)
    tokens = await server.tokens()
    assert tokens["expires_in"] == HOUR_S
    clock.jump(90 * DAY_S - 1)
    answer = await server.posted("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert answer.status_code == 200, "90 days without an idle limit"
    clock.jump(1)
    answer = await server.posted("token", grant_type="refresh_token", refresh_token=answer.json()["refresh_token"])
    assert answer.json()["error"] == "invalid_grant"


async def test_the_orgs_own_access_tokens_cannot_be_verified_by_clients(ada: Somebody, org: DemoOrg) -> None:
    tokens = await OrgServer(ada).tokens()
    published = {key["kid"] for key in (await ada.http.get(f"{ORG_V1}/keys")).json()["keys"]}
    assert jwt.get_unverified_header(tokens["access_token"])["kid"] not in published
    assert jwt.get_unverified_header(tokens["id_token"])["kid"] in published
    assert jwt.decode(tokens["access_token"], options={"verify_signature": False})["aud"] == org.issuer_base
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await ada.http.get(f"{ORG_V1}/userinfo", headers=bearer)).json()["name"] == "Ada Lovelace"
    answer = await ada.call(tokens["access_token"])
    assert answer.json()["error_description"] == dialect.BEARER_WRONG_ISSUER.description


async def test_the_orgs_own_server_publishes_both_documents(ada: Somebody, org: DemoOrg) -> None:
    for name in ("openid-configuration", "oauth-authorization-server"):
        found = (await ada.http.get(f"/.well-known/{name}")).json()
        assert found["issuer"] == org.issuer_base
        assert found["token_endpoint"] == f"{org.issuer_base}{ORG_V1}/token"
        assert "groups" in found["scopes_supported"]


async def test_grants_of_one_server_are_no_good_at_the_other(ada: Somebody) -> None:
    tokens = await ada.tokens()
    answer = await OrgServer(ada).posted("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert answer.json() == {
        "error": "invalid_request",
        "error_description": "The grant was issued for another authorization server.",
    }
    answer = await ada.http.post(
        f"{ORG_V1}/token",
        data={
            "grant_type": "authorization_code",
            "client_id": "0oa-demo-native",
            "code": await ada.code(),
            "redirect_uri": ada.query()["redirect_uri"],
            "code_verifier": VERIFIER,
        },
    )
    assert answer.json()["error_description"] == dialect.MISMATCHED_SERVER.description
    assert await introspect(ada, tokens["access_token"], ORG_V1) == {"active": False}
    await OrgServer(ada).posted("revoke", token=tokens["refresh_token"])
    assert (await ada.refresh(tokens["refresh_token"])).status_code == 200


async def test_opaque_access_tokens_on_request(ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    org.turn(access_token_format="opaque")
    tokens = await ada.tokens()
    token = tokens["access_token"]
    assert token.count(".") == 0
    assert (await ada.call(token)).status_code == 200
    found = await introspect(ada, token)
    assert (found["active"], found["exp"]) == (True, int(clock.now()) + 30)
    clock.jump(30)
    assert (await ada.call(token)).json()["error_description"] == "The token has expired."
    fresh = (await ada.refreshed(tokens["refresh_token"]))["access_token"]
    await ada.http.post(f"{V1}/revoke", data={"client_id": "0oa-demo-native", "token": fresh})
    assert (await ada.call(fresh)).json()["error_description"] == "The access token has been revoked."
    assert (await ada.call("never-seen")).json()["error_description"] == "The access token is invalid."
