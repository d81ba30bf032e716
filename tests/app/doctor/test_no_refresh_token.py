"""Why a sign-in brought no refresh token: each cause is made at the real org, and must be named first."""

from dataclasses import replace

import httpx
import pytest

from app.doctor.diagnose import diagnose
from app.doctor.records import Certainty
from app.doctor.server_check import check_server
from tests.app.doctor.conftest import Ward

pytestmark = pytest.mark.anyio


async def test_a_healthy_session_has_no_finding(ward: Ward) -> None:
    await ward.sign_in()
    await ward.refresh()
    await ward.look()
    await ward.read_org()
    assert ward.diagnose() == ()


async def test_offline_access_was_not_asked_for(ward: Ward) -> None:
    await ward.sign_in("openid profile email")
    found = ward.expect("offline_not_asked", Certainty.SURE)
    assert any("openid profile email" in each.text for each in found.evidence)
    assert found.evidence[1].seq is not None
    assert not found.can_turn_on_grant


async def test_elsewhere_another_switch_may_be_meant(ward: Ward) -> None:
    await ward.sign_in("openid profile email")
    case = ward.case()
    elsewhere = replace(case, connection=replace(case.connection, issuer="https://as.example"))
    (found,) = diagnose(elsewhere)
    assert (found.rule, found.certainty) == ("offline_not_asked", Certainty.LIKELY)


async def test_the_grant_is_not_enabled_on_the_app(ward: Ward) -> None:
    ward.world.turn(refresh_grant_enabled=False)
    await ward.sign_in()
    assert ward.expect("grant_off", Certainty.LIKELY).can_turn_on_grant
    await ward.read_org()
    found = ward.expect("grant_off", Certainty.SURE)
    assert found.can_turn_on_grant
    assert "authorization_code" in found.evidence[2].text
    assert "Refresh Token" in " ".join(found.cure)


async def test_the_server_did_not_grant_it(ward: Ward) -> None:
    ward.world.turn(refresh_grant_enabled=False)
    await ward.sign_in()
    case = ward.case()
    elsewhere = replace(case, connection=replace(case.connection, issuer="https://as.example"))
    (found,) = diagnose(elsewhere)
    assert (found.rule, found.certainty) == ("offline_not_granted", Certainty.LIKELY)
    assert "prompt" in " ".join(found.cure)


async def test_granted_and_not_sent(ward: Ward) -> None:
    ward.strike("no-refresh-token@token.code")
    await ward.sign_in()
    await ward.read_org()
    assert ward.world.tokens.refresh is None
    ward.expect("granted_but_not_sent", Certainty.LIKELY)


async def test_the_server_offers_no_refresh_tokens_at_all(ward: Ward) -> None:
    ward.strike("no-refresh-token@token.code")
    await ward.sign_in()
    issuer = ward.world.org.issuer
    metadata = (await ward.world.http.get(f"{issuer}/.well-known/openid-configuration")).json()
    metadata["grant_types_supported"].remove("refresh_token")
    keys = (await ward.world.http.get(metadata["jwks_uri"])).json()

    def altered(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=keys if request.url.path.endswith("keys") else metadata)

    async with httpx.AsyncClient(transport=httpx.MockTransport(altered)) as http:
        look = await check_server(http, issuer, ward.world.clock)
    assert look.trouble is None
    ward.known = replace(ward.known, look=look)
    ward.expect("grant_not_offered", Certainty.SURE)
