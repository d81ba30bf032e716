"""Lapse's sessions at oidc-provider, whatever it is set to: sign-in, lapse, refresh, refused replay, revocation."""

import asyncio
import json

import pytest

from app.decision import ExpirySource, Reason
from app.errors import NotSignedIn, Refusal, SignInFailed, UnusableResponse
from app.events.refresh import SkewMeasured
from app.events.session import SessionEnded
from app.events.tokens import RefreshTokenFate
from app.session.sign_out import PartResult, revoke_and_forget, sign_out
from app.session.states import Ended
from tests.e2e.oidc_provider.conftest import Serve
from tests.e2e.oidc_provider.lapse import Lapse, header, opened, status_of
from tests.e2e.oidc_provider.provider import Provider

pytestmark = [pytest.mark.e2e, pytest.mark.anyio]

TOKEN_LIFE_S = 3600 + 60  # with the tolerance that the server grants
REFRESH_TOKEN_LIFE_S = 14 * 86400


def jump(lapse: Lapse, provider: Provider, seconds: float) -> None:
    """Let time pass, here and at the server."""
    lapse.clock.jump(seconds)
    provider.turn("jump", seconds=seconds)


@pytest.mark.parametrize("switches", ["", "es256", "no-par", "par", "static", "es256 static no-par"])
async def test_a_session_from_sign_in_to_sign_out(serve: Serve, switches: str) -> None:
    provider = serve(*switches.split())
    async with opened(provider.connection()) as lapse:
        first = await lapse.sign_in()
        assert (first.display_name, first.scope.split()) == ("Ada Lovelace", lapse.connection.scopes.split())
        assert first.id is not None
        assert header(first.id.value)["alg"] == ("ES256" if "es256" in switches else "RS256")

        assert (await lapse.call()).status == 200
        assert lapse.last_decision.reason is Reason.FRESH

        for number in (2, 3):
            jump(lapse, provider, TOKEN_LIFE_S)
            assert await status_of(provider.api_url, lapse.tokens) == 401
            assert (await lapse.call()).status == 200
            assert (lapse.last_decision.reason, lapse.tokens.number) == (Reason.LAPSED, number)
        fate = RefreshTokenFate.KEPT if "static" in switches else RefreshTokenFate.REPLACED
        assert lapse.tokens.refresh_fate is fate
        assert not lapse.events(SkewMeasured)

        last = lapse.tokens
        assert await status_of(provider.api_url, last) == 200
        assert await revoke_and_forget(lapse.session, lapse.client, lapse.journal) is None
        assert await status_of(provider.api_url, last) == 401
        assert await lapse.refused(last) == "invalid_grant"


async def test_the_name_outlives_a_refresh(serve: Serve) -> None:
    """The server's ID tokens are thin: it tells the name at userinfo, and on a refresh nobody asks there again."""
    async with opened(serve().connection()) as lapse:
        assert (await lapse.sign_in()).display_name == "Ada Lovelace"
        await lapse.session.fresh_token(asked_for=True)
        assert lapse.tokens.display_name == "Ada Lovelace"


@pytest.mark.parametrize("switches", ["", "static", "terse"])
async def test_a_token_that_the_server_ended_early_is_replaced_within_the_call(serve: Serve, switches: str) -> None:
    provider = serve(*switches.split())
    async with opened(provider.connection()) as lapse:
        await lapse.sign_in()
        provider.turn("end_access_tokens")
        result = await lapse.call()
        assert (result.status, len(result.steps)) == (200, 2)
        assert "401 invalid_token → refreshed in" in result.story()
        assert (lapse.last_decision.reason, lapse.tokens.number) == (Reason.REJECTED, 2)
        assert (await lapse.call()).status == 200


async def test_a_replayed_refresh_token_ends_the_session(serve: Serve) -> None:
    provider = serve()
    async with opened(provider.connection()) as lapse:
        first = await lapse.sign_in()
        await lapse.session.fresh_token(asked_for=True)
        second = lapse.tokens
        assert second.refresh != first.refresh

        assert await lapse.refused(first) == "invalid_grant"
        assert await status_of(provider.api_url, second) == 401  # the server takes the whole family along
        result = await lapse.call()
        assert isinstance(result.error, Refusal)
        assert (result.error.code, result.error.raw) == ("invalid_grant", "invalid_grant: grant request is invalid")
        assert isinstance(lapse.session.state, Ended)
        assert len(lapse.events(SessionEnded)) == 1

        asked = len(provider.asked("token"))
        assert isinstance((await lapse.call()).error, Refusal)
        assert len(provider.asked("token")) == asked  # what has ended is not asked about again

        assert (await lapse.sign_in()).refresh is not None
        assert (await lapse.call()).status == 200


async def test_a_refresh_token_may_be_used_again_where_it_does_not_rotate(serve: Serve) -> None:
    async with opened(serve("static").connection()) as lapse:
        first = await lapse.sign_in()
        assert first.refresh is not None
        await lapse.session.fresh_token(asked_for=True)
        await lapse.client.refresh(first.refresh.value, cause=None)
        assert (await lapse.call()).status == 200


async def test_a_refresh_token_that_lay_too_long_ends_the_session(serve: Serve) -> None:
    provider = serve()
    async with opened(provider.connection()) as lapse:
        await lapse.sign_in()
        jump(lapse, provider, REFRESH_TOKEN_LIFE_S)
        assert isinstance((await lapse.call()).error, Refusal)
        assert isinstance(lapse.session.state, Ended)


async def test_without_the_grant_a_session_lasts_as_long_as_its_access_token(serve: Serve) -> None:
    provider = serve("no-refresh-token")
    async with opened(provider.connection()) as lapse:
        tokens = await lapse.sign_in()
        assert (tokens.refresh, tokens.refresh_fate) == (None, RefreshTokenFate.ABSENT)
        assert "offline_access" not in tokens.scope
        assert (await lapse.call()).status == 200

        jump(lapse, provider, TOKEN_LIFE_S)
        result = await lapse.call()
        assert isinstance(result.error, NotSignedIn)
        assert result.error.what == "The access token is used up and the server gave no refresh token."
        assert [each.grant for each in provider.asked("token")] == ["authorization_code"]

        anew = await lapse.sign_in()
        assert await revoke_and_forget(lapse.session, lapse.client, lapse.journal) is None
        assert await status_of(provider.api_url, anew) == 401  # RFC 7009: there was only the access token to revoke


async def test_a_server_that_omits_lifetime_and_scope(serve: Serve) -> None:
    provider = serve("terse")
    async with opened(provider.connection()) as lapse:
        tokens = await lapse.sign_in()
        assert (tokens.expires_at, tokens.expiry.source) == (None, ExpirySource.NOT_STATED)
        # RFC 6749 §5.1: not stated means the same as asked for
        assert tokens.scope == lapse.connection.scopes
        jump(lapse, provider, TOKEN_LIFE_S)
        assert (await lapse.call()).status == 200
        assert [each.grant for each in provider.asked("token")] == ["authorization_code", "refresh_token"]
        assert lapse.tokens.scope == lapse.connection.scopes


async def test_an_api_named_as_resource_gets_a_token_of_its_own(serve: Serve) -> None:
    provider = serve()
    scopes = "openid profile offline_access orders"
    async with opened(provider.connection(resource=provider.resource, scopes=scopes)) as lapse:
        tokens = await lapse.sign_in()
        for _ in range(2):
            assert tokens.access is not None
            assert header(tokens.access.value)["typ"] == "at+jwt"
            result = await lapse.call()
            assert result.response is not None
            assert json.loads(result.response.body) == {"sub": "ada", "scope": "orders", "aud": provider.resource}
            jump(lapse, provider, TOKEN_LIFE_S)
            await lapse.session.fresh_token()
            tokens = lapse.tokens


async def test_userinfo_is_believed_only_about_the_same_person(serve: Serve) -> None:
    async with opened(serve().connection()) as lapse:
        access = (await lapse.sign_in()).access
        assert access is not None
        found = await lapse.client.userinfo(access.value, subject="ada", cause=None)
        assert found["email"] == "ada@example.com"
        with pytest.raises(UnusableResponse, match="another user"):
            await lapse.client.userinfo(access.value, subject="eve", cause=None)


async def test_a_declined_sign_in_says_so_and_leaves_the_session_before(serve: Serve) -> None:
    async with opened(serve().connection()) as lapse:
        before = await lapse.sign_in()
        with pytest.raises(SignInFailed, match="The sign-in was declined") as declined:
            await lapse.sign_in(decline=True)
        assert declined.value.raw == "access_denied: End-User aborted interaction"
        assert lapse.tokens == before


async def test_no_token_enters_the_journal(serve: Serve) -> None:
    provider = serve()
    async with opened(provider.connection()) as lapse:
        secrets = [await lapse.sign_in()]
        await lapse.session.fresh_token(asked_for=True)
        secrets.append(lapse.tokens)
        await revoke_and_forget(lapse.session, lapse.client, lapse.journal)
        told = repr(lapse.told) + "".join(entry.sentence() for entry in lapse.told)
        held = [token for each in secrets for token in (each.access, each.refresh, each.id)]
        assert len([token for token in held if token is not None]) == 6
        assert not [token.name for token in held if token is not None and token.value.reveal() in told]


async def test_how_a_refresh_token_is_asked_for(serve: Serve) -> None:
    """OIDC Core §11: offline_access counts only with prompt=consent, which the server takes at its word."""
    provider = serve("no-par")
    async with opened(provider.connection()) as lapse:
        assert (await lapse.sign_in()).refresh is not None
        assert provider.asked("authorization")[0].prompt == "consent"
    async with opened(provider.connection(scopes="openid profile")) as lapse:
        assert (await lapse.sign_in()).refresh is None
        assert provider.asked("authorization")[-1].prompt is None


@pytest.mark.parametrize("switches", ["", "par"])
async def test_requests_are_pushed_where_that_is_offered(serve: Serve, switches: str) -> None:
    """RFC 9126: the browser carries nothing but a reference."""
    provider = serve(*switches.split())
    async with opened(provider.connection()) as lapse:
        assert (await lapse.sign_in()).refresh is not None
    [pushed] = provider.asked("pushed_authorization_request")
    assert (pushed.status, pushed.prompt) == (201, "consent")
    assert {"code_challenge", "nonce", "state", "scope"} <= set(pushed.params)
    assert provider.asked("authorization")[0].params == ("client_id", "request_uri")


async def test_a_server_that_answers_by_form_post(serve: Serve) -> None:
    """OAuth 2.0 Form Post Response Mode: the response comes in the body of a POST, asked for or not."""
    async with opened(serve("form-post", "no-par").connection()) as lapse:
        await lapse.sign_in()
        assert (await lapse.call()).status == 200


async def test_signing_out_ends_the_browsers_session_too(serve: Serve) -> None:
    """OpenID Connect RP-Initiated Logout 1.0: the server knows the browser until then, and not after."""
    provider = serve()
    async with opened(provider.connection()) as lapse:
        await lapse.sign_in()
        await lapse.sign_in()
        assert lapse.browser.prompts == ["login", "consent", "consent"]

        how = await sign_out(lapse.session, lapse.client, lapse.journal, open_browser=lapse.browse)
        assert (how.revoked, how.browser, how.forgotten) == (PartResult.DONE, PartResult.DONE, PartResult.DONE), how
        await lapse.walked()
        assert provider.asked("end_session")[0].params == ("client_id", "id_token_hint")

        await lapse.sign_in()
        assert lapse.browser.prompts[3:] == ["login", "consent"]


async def test_many_calls_at_once_make_one_refresh(serve: Serve) -> None:
    """A second one would send a refresh token that is used up, and the server would end the session for it."""
    provider = serve()
    async with opened(provider.connection()) as lapse:
        await lapse.sign_in()
        for _ in range(2):
            jump(lapse, provider, TOKEN_LIFE_S)
            results = await asyncio.gather(*(lapse.call() for _ in range(8)))
            assert [result.status for result in results] == [200] * 8
        grants = [each.grant for each in provider.asked("token")]
        assert grants == ["authorization_code", "refresh_token", "refresh_token"]


@pytest.mark.parametrize("seconds", [-120, 120])
async def test_a_server_whose_clock_differs(serve: Serve, seconds: int) -> None:
    provider = serve()
    provider.turn("jump", seconds=seconds)
    async with opened(provider.connection()) as lapse:
        await lapse.sign_in()
        assert abs(lapse.events(SkewMeasured)[0].skew_s - seconds) < 5
        jump(lapse, provider, TOKEN_LIFE_S)
        assert (await lapse.call()).status == 200
        assert lapse.tokens.number == 2
