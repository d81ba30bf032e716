"""Looking oidc-provider up and trying connections out at it: what it says of client and redirect URI is understood."""

import httpx
import pytest

from app.connecting.lookup import look_up
from app.connecting.trial import try_out
from app.connecting.trial_step import TrialOutcome, TrialStep
from app.connection import Connection
from tests.e2e.oidc_provider.conftest import Serve

pytestmark = [pytest.mark.e2e, pytest.mark.anyio]
ELSEWHERE = "http://127.0.0.1:8765/somewhere-else"


async def steps(connection: Connection) -> list[TrialStep]:
    async with httpx.AsyncClient(trust_env=False) as http:
        return [step async for step in try_out(connection, http)]


@pytest.mark.parametrize("switches", ["no-par", "par"])
async def test_a_connection_is_found_good_and_what_is_wrong_is_named(serve: Serve, switches: str) -> None:
    provider = serve(*switches.split())
    good = await steps(provider.connection())
    assert [(step.name, step.outcome) for step in good if step.outcome is not TrialOutcome.GOOD] == []
    unknown = (await steps(Connection(name="x", issuer=provider.issuer, client_id="nobody")))[-1]
    assert unknown.outcome is TrialOutcome.BAD
    assert "does not know this client" in unknown.words
    elsewhere = (await steps(provider.connection(redirect_uris=(ELSEWHERE,))))[-1]
    assert elsewhere.outcome is TrialOutcome.BAD
    assert "does not accept the redirect URI" in elsewhere.words
    assert f"Register exactly {ELSEWHERE}" in elsewhere.cure


async def test_what_it_offers_is_told(serve: Serve) -> None:
    provider = serve()
    async with httpx.AsyncClient(trust_env=False) as http:
        found = await look_up(http, f"{provider.issuer}/.well-known/openid-configuration")
    facts = {fact.name: fact.value for fact in found.offer.facts}
    assert found.issuer == provider.issuer
    assert facts["PKCE"] == "S256"
    assert "refresh_token" in facts["Grants"]
    assert found.others == ()
