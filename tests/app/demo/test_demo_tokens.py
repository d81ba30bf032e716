"""Codes, refreshes, rotation, and the tokens themselves."""

from typing import Any

import jwt
import pytest

from app.demo import dialect
from app.demo.applications import Application, Grant
from app.demo.dialect import OktaError, listed
from app.demo.org import DemoOrg
from app.sim_loop import SimClock
from tests.app.demo.somebody import REDIRECT_URI, V1, Somebody

pytestmark = pytest.mark.anyio

HOUR_S = 3600
DAY_S = 24 * HOUR_S


def assert_refused(answer: Any, row: OktaError) -> None:
    assert (answer.status_code, answer.json()) == (
        row.status,
        {"error": row.error, "error_description": row.description},
    )
    assert answer.headers["cache-control"] == "no-cache, no-store"


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


async def test_sign_in_gives_okta_shaped_tokens(ada: Somebody, clock: SimClock) -> None:
    tokens = await ada.tokens()
    assert set(tokens) == {"token_type", "expires_in", "access_token", "scope", "refresh_token", "id_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 30)
    assert tokens["scope"].split() == ["openid", "profile", "email", "offline_access"]
    access, now = claims(tokens["access_token"]), int(clock.now())
    jti, family = access.pop("jti").rsplit(".", 1)
    assert jti.startswith("AT.")
    assert family.startswith("oar")
    assert access == {
        "ver": 1,
        "iss": "http://127.0.0.1:8899/oauth2/default",
        "aud": "api://default",
        "iat": now,
        "exp": now + 30,
        "cid": "0oa-demo-native",
        "uid": "00u-demo-ada",
        "scp": ["openid", "profile", "email", "offline_access"],
        "auth_time": now,
        "sub": "ada@example.com",
    }
    assert set(jwt.get_unverified_header(tokens["access_token"])) == {"alg", "kid"}


async def test_id_token_claims_and_signature(ada: Somebody) -> None:
    tokens = await ada.tokens()
    published = jwt.PyJWKSet.from_dict((await ada.http.get(f"{V1}/keys")).json())
    kid = jwt.get_unverified_header(tokens["id_token"])["kid"]
    found = jwt.decode(
        tokens["id_token"],
        published[kid].key,
        algorithms=["RS256"],
        audience="0oa-demo-native",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert found["jti"].startswith("ID.")
    assert {name: found[name] for name in ("sub", "nonce", "amr", "name", "email", "preferred_username", "ver")} == {
        "sub": "00u-demo-ada",
        "nonce": "nonce-1",
        "amr": ["pwd"],
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "preferred_username": "ada@example.com",
        "ver": 1,
    }
    assert found["exp"] - found["iat"] == HOUR_S
    assert {"at_hash", "idp", "auth_time"} <= found.keys()


async def test_scopes_decide_what_comes(ada: Somebody) -> None:
    tokens = await ada.tokens(scope="openid", nonce=None)
    assert "refresh_token" not in tokens
    assert not {"name", "email", "nonce"} & claims(tokens["id_token"]).keys()
    assert claims(tokens["access_token"])["jti"].count(".") == 1


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ({"code": None}, dialect.MISSING_PARAMETER.about("code")),
        ({"redirect_uri": None}, dialect.MISSING_PARAMETER.about("redirect_uri")),
        ({"code_verifier": None}, dialect.MISSING_VERIFIER),
        ({"code_verifier": "another-verifier-of-at-least-43-characters-xxx"}, dialect.PKCE_FAILED),
        ({"redirect_uri": "http://127.0.0.1:45455/callback"}, dialect.MISMATCHED_REDIRECT_URI),
        ({"code": "not-a-code"}, dialect.INVALID_CODE),
        ({"client_id": None}, dialect.NO_CREDENTIALS),
        ({"client_id": "nobody"}, dialect.INVALID_CLIENT_ID),
        ({"client_secret": "s3cret"}, dialect.INVALID_SECRET),
        ({"grant_type": None}, dialect.MISSING_GRANT_TYPE.about(listed(Grant))),
        ({"grant_type": "implicit"}, dialect.UNSUPPORTED_GRANT_TYPE.about(listed(Grant))),
        ({"grant_type": "refresh_token"}, dialect.MISSING_PARAMETER.about("refresh_token")),
    ],
)
async def test_code_request_refused(ada: Somebody, changes: dict[str, str | None], row: OktaError) -> None:
    code = await ada.code()
    assert_refused(await ada.exchange(**{"code": code, **changes}), row)


async def test_client_of_another_grant_is_refused(ada: Somebody, org: DemoOrg) -> None:
    org.applications["other"] = Application(id="other", label="Other")
    assert_refused(await ada.exchange(await ada.code(), client_id="other"), dialect.MISMATCHED_CLIENT)
    tokens = await ada.tokens()
    assert_refused(await ada.refresh(tokens["refresh_token"], client_id="other"), dialect.MISMATCHED_CLIENT)


async def test_refused_client_is_challenged(ada: Somebody) -> None:
    answer = await ada.exchange("code", client_id="nobody")
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_code_lives_300_s(ada: Somebody, clock: SimClock) -> None:
    early, late = await ada.code(), await ada.code()
    clock.jump(299)
    assert (await ada.exchange(early)).status_code == 200
    clock.jump(1)
    assert_refused(await ada.exchange(late), dialect.INVALID_CODE)


async def test_code_used_twice_revokes_what_came_of_it(ada: Somebody) -> None:
    code = await ada.code()
    tokens = (await ada.exchange(code)).json()
    assert (await ada.call(tokens["access_token"])).status_code == 200
    assert_refused(await ada.exchange(code), dialect.INVALID_CODE)
    assert_refused(await ada.refresh(tokens["refresh_token"]), dialect.INVALID_REFRESH_TOKEN)
    refused = await ada.call(tokens["access_token"])
    assert (refused.status_code, refused.json()["error_description"]) == (401, "The access token has been revoked.")


async def test_code_that_failed_pkce_is_spent(ada: Somebody) -> None:
    code = await ada.code()
    await ada.exchange(code, code_verifier="x" * 43)
    assert_refused(await ada.exchange(code), dialect.INVALID_CODE)


async def test_refresh_rotates_and_keeps_the_sign_in(ada: Somebody, clock: SimClock) -> None:
    first = await ada.tokens()
    clock.jump(100)
    second = await ada.refreshed(first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    before, after = claims(first["access_token"]), claims(second["access_token"])
    assert after["auth_time"] == before["auth_time"]
    assert after["iat"] == before["iat"] + 100
    assert after["jti"].rsplit(".", 1)[1] == before["jti"].rsplit(".", 1)[1]
    assert "nonce" not in claims(second["id_token"])
    assert (await ada.call(second["access_token"])).status_code == 200


async def test_grace_period_forgives_a_lost_answer(ada: Somebody, clock: SimClock) -> None:
    first = (await ada.tokens())["refresh_token"]
    second = (await ada.refreshed(first))["refresh_token"]
    clock.jump(29)
    third = (await ada.refreshed(first))["refresh_token"]
    assert len({first, second, third}) == 3
    assert (await ada.refresh(third)).status_code == 200


async def test_grace_counts_from_the_first_use(ada: Somebody, clock: SimClock) -> None:
    first = (await ada.tokens())["refresh_token"]
    await ada.refreshed(first)
    clock.jump(20)
    await ada.refreshed(first)
    clock.jump(20)
    assert_refused(await ada.refresh(first), dialect.INVALID_REFRESH_TOKEN)


@pytest.mark.parametrize(("grace_s", "wait_s"), [(30, 30), (0, 0)])
async def test_reuse_kills_the_family(ada: Somebody, org: DemoOrg, clock: SimClock, grace_s: int, wait_s: int) -> None:
    org.turn(grace_s=grace_s, access_token_lifetime_s=HOUR_S)
    first = await ada.tokens()
    second = await ada.refreshed(first["refresh_token"])
    clock.jump(wait_s)
    assert_refused(await ada.refresh(first["refresh_token"]), dialect.INVALID_REFRESH_TOKEN)
    assert_refused(await ada.refresh(second["refresh_token"]), dialect.INVALID_REFRESH_TOKEN)
    for generation in (first, second):
        assert (await ada.call(generation["access_token"])).status_code == 401


async def test_reuse_leaves_other_sign_ins_alone(ada: Somebody, clock: SimClock) -> None:
    other = await ada.tokens()
    first = (await ada.tokens())["refresh_token"]
    await ada.refreshed(first)
    clock.jump(31)
    await ada.refresh(first)
    assert (await ada.refresh(other["refresh_token"])).status_code == 200


async def test_static_refresh_token_stays(ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    org.turn(rotation_type="STATIC")
    first = (await ada.tokens())["refresh_token"]
    for _ in range(3):
        clock.jump(60)
        assert (await ada.refreshed(first))["refresh_token"] == first


@pytest.mark.parametrize("rotate", [True, False])
async def test_lifetime_counts_from_the_sign_in(ada: Somebody, org: DemoOrg, clock: SimClock, *, rotate: bool) -> None:
    org.turn(rotation_type="ROTATE" if rotate else "STATIC")
    token = (await ada.tokens())["refresh_token"]
    for _ in range(6):
        clock.jump(HOUR_S)
        token = (await ada.refreshed(token))["refresh_token"]
    clock.jump(HOUR_S - 1)
    token = (await ada.refreshed(token))["refresh_token"]
    clock.jump(1)
    assert_refused(await ada.refresh(token), dialect.INVALID_REFRESH_TOKEN)


@pytest.mark.parametrize("rotate", [True, False])
async def test_idle_limit_counts_from_the_last_use(
    ada: Somebody, org: DemoOrg, clock: SimClock, *, rotate: bool
) -> None:
    org.turn(rotation_type="ROTATE" if rotate else "STATIC", refresh_token_lifetime_s=0)
    token = (await ada.tokens())["refresh_token"]
    for _ in range(3):
        clock.jump(7 * DAY_S - 1)
        token = (await ada.refreshed(token))["refresh_token"]
    clock.jump(7 * DAY_S)
    assert_refused(await ada.refresh(token), dialect.INVALID_REFRESH_TOKEN)


async def test_scope_may_be_narrowed_for_one_refresh(ada: Somebody) -> None:
    token = (await ada.tokens())["refresh_token"]
    narrow = await ada.refreshed(token, scope="profile")
    assert narrow["scope"] == "profile"
    assert "id_token" not in narrow
    assert claims(narrow["access_token"])["scp"] == ["profile"]
    wide = await ada.refreshed(narrow["refresh_token"])
    assert wide["scope"] == "openid profile email offline_access"


@pytest.mark.parametrize(
    ("scope", "row"),
    [
        ("openid phone address", dialect.REFRESH_SCOPES_DENIED.about("phone, address")),
        ("openid launch-missiles", dialect.UNKNOWN_SCOPE),
        ("  ", dialect.UNKNOWN_SCOPE),
    ],
)
async def test_scope_may_not_be_widened(ada: Somebody, scope: str, row: OktaError) -> None:
    token = (await ada.tokens())["refresh_token"]
    assert_refused(await ada.refresh(token, scope=scope), row)
    assert (await ada.refresh(token)).status_code == 200, "a refused request must not use the token up"


async def test_refresh_grant_not_ticked(ada: Somebody, org: DemoOrg) -> None:
    token = (await ada.tokens())["refresh_token"]
    org.turn(refresh_grant_enabled=False)
    assert_refused(await ada.refresh(token), dialect.UNAUTHORIZED_CLIENT.about(listed(org.application.grant_types)))
    assert "refresh_token" not in await ada.tokens()


async def test_token_of_another_issuer(ada: Somebody, org: DemoOrg) -> None:
    tokens = await ada.tokens()
    org.issuer_base = "http://127.0.0.1:9999"
    ada.http.base_url = org.issuer_base  # type: ignore[assignment]
    assert_refused(await ada.refresh(tokens["refresh_token"]), dialect.MISMATCHED_SERVER)
    answer = await ada.call(tokens["access_token"])
    assert answer.json()["error_description"] == dialect.BEARER_WRONG_ISSUER.description


async def test_credentials_in_the_query(ada: Somebody) -> None:
    answer = await ada.token_request({"grant_type": "refresh_token"}, params={"client_id": "x"})
    assert_refused(answer, dialect.CREDENTIALS_IN_QUERY)


async def test_two_kinds_of_credentials(ada: Somebody) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_secret": "s"}
    assert_refused(await ada.token_request(form, auth=("0oa-demo-native", "s")), dialect.MULTIPLE_CREDENTIALS)
    basic_only = {"grant_type": "refresh_token", "client_id": None}
    assert_refused(await ada.token_request(basic_only, auth=("0oa-demo-native", "s")), dialect.INVALID_SECRET)


async def test_parameter_given_twice(ada: Somebody) -> None:
    answer = await ada.http.post(
        f"{V1}/token",
        content="grant_type=refresh_token&client_id=0oa-demo-native&refresh_token=a&refresh_token=",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert_refused(answer, dialect.DUPLICATE_PARAMETERS)


async def test_body_that_is_no_form(ada: Somebody) -> None:
    answer = await ada.http.post(f"{V1}/token", json={"grant_type": "refresh_token"})
    assert_refused(answer, dialect.MISSING_GRANT_TYPE.about(listed(Grant)))


async def test_body_too_large(ada: Somebody) -> None:
    answer = await ada.token_request({"grant_type": "refresh_token", "refresh_token": "x" * 70_000})
    assert answer.status_code == 413


async def test_disk_that_refuses_lets_no_token_leave(
    ada: Somebody, org: DemoOrg, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await ada.tokens())["refresh_token"]

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(org.ledger, "save", full)
    assert_refused(await ada.refresh(token), dialect.UNAVAILABLE)
    monkeypatch.undo()
    assert (await ada.refresh(token)).status_code == 200, "within the grace period the client may try again"


async def test_revoked_refresh_token_takes_its_access_tokens_along(ada: Somebody) -> None:
    tokens = await ada.tokens()
    answer = await revoke(ada, tokens["refresh_token"])
    assert (answer.status_code, answer.content) == (200, b"")
    assert_refused(await ada.refresh(tokens["refresh_token"]), dialect.INVALID_REFRESH_TOKEN)
    assert (await ada.call(tokens["access_token"])).status_code == 401


async def test_revoked_access_token_leaves_the_refresh_token(ada: Somebody) -> None:
    tokens = await ada.tokens()
    await revoke(ada, tokens["access_token"])
    assert (await ada.call(tokens["access_token"])).status_code == 401
    assert (await ada.refresh(tokens["refresh_token"])).status_code == 200


async def test_revocation_answers_200_for_unknown_tokens_and_needs_one(ada: Somebody) -> None:
    assert (await revoke(ada, "unknown")).status_code == 200
    answer = await ada.http.post(f"{V1}/revoke", data={"client_id": "0oa-demo-native"})
    assert_refused(answer, dialect.MISSING_TOKEN)


async def test_a_client_revokes_only_its_own(ada: Somebody, org: DemoOrg) -> None:
    org.applications["other"] = Application(id="other", label="Other")
    tokens = await ada.tokens()
    assert (await revoke(ada, tokens["refresh_token"], client_id="other")).status_code == 200
    assert (await ada.refresh(tokens["refresh_token"])).status_code == 200


async def revoke(ada: Somebody, token: str, client_id: str = "0oa-demo-native") -> Any:
    return await ada.http.post(f"{V1}/revoke", data={"client_id": client_id, "token": token})


async def test_ledger_forgets_what_cannot_count(ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    await ada.tokens(scope="openid")
    await ada.tokens()
    clock.jump(8 * HOUR_S)
    token = (await ada.tokens())["refresh_token"]
    assert (len(org.ledger.families), len(org.ledger.refresh), len(org.ledger.access)) == (1, 1, 1)
    assert len(org.ledger.codes) == 1
    assert token not in str(vars(org.ledger))


async def test_lifetimes_follow_the_policy(ada: Somebody, org: DemoOrg) -> None:
    org.turn(access_token_lifetime_s=5, id_token_lifetime_s=7)
    tokens = await ada.tokens()
    access, identity = claims(tokens["access_token"]), claims(tokens["id_token"])
    assert (tokens["expires_in"], access["exp"] - access["iat"], identity["exp"] - identity["iat"]) == (5, 5, 7)
    assert REDIRECT_URI not in str(access)
