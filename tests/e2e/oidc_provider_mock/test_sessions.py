"""Lapse's sessions at oidc-provider-mock: no revocation, refresh responses without a refresh token or an ID token."""

import json

import httpx
import pytest

from app.connection import Connection
from app.decision import Reason
from app.errors import Refusal
from app.events.tokens import RefreshTokenFate
from app.session.sign_out import revoke_and_forget
from app.session.states import Ended, SignedOut
from tests.e2e.oidc_provider.lapse import header, opened, status_of

pytestmark = [pytest.mark.e2e, pytest.mark.anyio]

TOKEN_LIFE_S = 3600


@pytest.fixture
def connection(issuer: str) -> Connection:
    return Connection(name="mock", issuer=issuer, client_id="any-will-do", api_url=f"{issuer}/userinfo")


async def test_a_session_from_sign_in_to_sign_out(connection: Connection) -> None:
    async with opened(connection) as lapse:
        first = await lapse.sign_in(sub="ada")
        assert first.display_name == "Ada Lovelace"
        assert first.id is not None
        assert header(first.id.value)["alg"] == "RS256"

        lapse.clock.jump(TOKEN_LIFE_S + 1)
        result = await lapse.call()
        assert result.response is not None
        assert json.loads(result.response.body)["email"] == "ada@example.com"
        assert (lapse.last_decision.reason, lapse.tokens.number) == (Reason.LAPSED, 2)

        second = lapse.tokens
        assert (second.refresh, second.refresh_fate) == (first.refresh, RefreshTokenFate.KEPT)
        assert (second.id, second.display_name) == (first.id, "Ada Lovelace")
        assert await status_of(connection.api_url, first) >= 400  # a refresh ends the access token before

        assert await revoke_and_forget(lapse.session, lapse.client, lapse.journal) == "the server offers no revocation"
        assert isinstance(lapse.session.state, SignedOut)


async def test_a_session_revoked_at_the_server_ends_at_the_next_refresh(connection: Connection) -> None:
    async with opened(connection) as lapse:
        await lapse.sign_in(sub="ada")
        async with httpx.AsyncClient(trust_env=False) as administrator:
            (await administrator.post(f"{connection.issuer}/users/ada/revoke-tokens")).raise_for_status()
        lapse.clock.jump(TOKEN_LIFE_S + 1)
        assert isinstance((await lapse.call()).error, Refusal)
        assert isinstance(lapse.session.state, Ended)
