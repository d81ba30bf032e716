"""Direct authentication: password, one-time code and phone, alone or as factors; every refusal in Okta's words."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.connection import DEMO_CLIENT_ID
from app.demo import dialect
from app.demo.applications import LAPSE, Application, Grant
from app.demo.asgi import asgi
from app.demo.dialect import listed
from app.demo.org import GRACE, DemoOrg
from app.demo.system_log import LogEvent
from app.sim_loop import SimClock
from tests.app.demo.grace import Grace
from tests.app.demo.somebody import REDIRECT_URI
from tests.app.demo.test_demo_tokens import assert_refused, claims

pytestmark = pytest.mark.anyio

ANOTHER = Application(id="other", label="Other")


@pytest.fixture
async def grace(org: DemoOrg) -> AsyncIterator[Grace]:
    transport = httpx.ASGITransport(asgi(org))
    async with httpx.AsyncClient(transport=transport, base_url=org.issuer_base) as http:
        yield Grace(org, http)


def last(org: DemoOrg) -> LogEvent:
    return list(org.log)[-1]


def without(org: DemoOrg, *grants: Grant) -> None:
    left = tuple(grant for grant in LAPSE.grant_types if grant not in grants)
    org.applications[LAPSE.id] = replace(LAPSE, grant_types=left)


def tokens_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def amr(answer: httpx.Response) -> list[str]:
    found: list[str] = claims(tokens_of(answer)["id_token"])["amr"]
    return found


# The password.


async def test_password_is_enough_without_a_second_factor(grace: Grace, org: DemoOrg, clock: SimClock) -> None:
    tokens = tokens_of(await grace.password(username="ada@example.com", password=org.user.password))
    assert set(tokens) == {"token_type", "expires_in", "access_token", "scope", "refresh_token", "id_token"}
    found = claims(tokens["id_token"])
    assert (found["sub"], found["amr"], found["auth_time"]) == ("00u-demo-ada", ["pwd"], int(clock.now()))
    assert "nonce" not in found
    await grace.refreshed(tokens["refresh_token"])
    event = next(each for each in org.log if each.grant == "password")
    assert (event.succeeded, event.client_id, event.user_id) == (True, DEMO_CLIENT_ID, "00u-demo-ada")
    assert event.family in org.ledger.families
    assert event.scopes == ("openid", "profile", "offline_access")


async def test_password_gives_no_refresh_token_unless_offline_access_is_asked(grace: Grace, org: DemoOrg) -> None:
    tokens = tokens_of(await grace.password(username="ada", password=org.user.password, scope="openid"))
    assert "refresh_token" not in tokens


@pytest.mark.parametrize(
    ("changes", "row", "cause"),
    [
        ({"password": "wrong"}, dialect.WRONG_CREDENTIALS, "The password is wrong."),
        ({"username": "bob"}, dialect.WRONG_CREDENTIALS, "No user of this org has that login."),
        ({"username": None}, dialect.MISSING_PARAMETER.about("username"), None),
        ({"password": None}, dialect.MISSING_PARAMETER.about("password"), None),
        ({"scope": None}, dialect.NO_SCOPES, None),
        ({"scope": "openid nonsense"}, dialect.UNKNOWN_SCOPE, None),
        ({"scope": "profile"}, dialect.OPENID_REQUIRED, None),
    ],
)
async def test_password_request_refused(
    grace: Grace, org: DemoOrg, changes: dict[str, str | None], row: dialect.OktaError, cause: str | None
) -> None:
    assert_refused(await grace.password(**changes), row)
    assert last(org).cause == (cause or row.description)
    assert last(org).grant == "password"
    assert not org.ledger.families


async def test_password_of_somebody_with_a_second_factor_gives_an_mfa_token(grace: Grace, org: DemoOrg) -> None:
    answer = await grace.password()
    body = answer.json()
    assert answer.status_code == 403
    assert len(body.pop("mfa_token")) >= 20
    assert body == {
        "error": "mfa_required",
        "error_description": "Verify with an additional authenticator to complete the sign-in process.",
    }
    assert (last(org).reason, last(org).user_id) == ("mfa_required", GRACE.id)
    assert not org.ledger.families


@pytest.mark.parametrize("supported", ["password", "urn:okta:params:oauth:grant-type:otp nonsense"])
async def test_client_that_supports_no_second_factor_cannot_satisfy_the_policy(
    grace: Grace, org: DemoOrg, supported: str
) -> None:
    assert_refused(await grace.password(grant_types_supported=supported), dialect.POLICY_NOT_SATISFIED)
    assert "second factor" in last(org).cause


async def test_client_that_names_a_second_factor_it_supports_gets_an_mfa_token(grace: Grace) -> None:
    assert "mfa_token" in (await grace.password(grant_types_supported=f"password {Grant.MFA_OTP}")).json()


async def test_application_without_a_second_factor_cannot_satisfy_the_policy(grace: Grace, org: DemoOrg) -> None:
    without(org, Grant.MFA_OTP, Grant.MFA_OOB)
    assert_refused(await grace.password(), dialect.POLICY_NOT_SATISFIED)


# The one-time code.


async def test_one_time_code_is_enough_as_the_only_factor(grace: Grace) -> None:
    tokens = await grace.otp()
    assert amr(tokens) == ["otp"]
    assert claims(tokens.json()["id_token"])["sub"] == GRACE.id


async def test_password_then_one_time_code_signs_in(grace: Grace) -> None:
    answer = await grace.mfa_otp(mfa_token=await grace.mfa_token(), otp=await grace.code_shown())
    assert amr(answer) == ["pwd", "otp", "mfa"]
    assert "refresh_token" in answer.json()


async def test_one_time_code_is_good_once(grace: Grace, org: DemoOrg) -> None:
    code = await grace.code_shown()
    tokens_of(await grace.otp(otp=code))
    assert_refused(await grace.otp(otp=code), dialect.WRONG_OTP)
    assert last(org).cause == "The one-time code was used before."
    assert_refused(await grace.mfa_otp(mfa_token=await grace.mfa_token(), otp=code), dialect.WRONG_OTP)


@pytest.mark.parametrize("moved_s", [-30, 30])
async def test_one_time_code_is_good_one_step_early_and_late(grace: Grace, org: DemoOrg, moved_s: int) -> None:
    code = await grace.code_shown()
    org.set_time(moved_s=-moved_s)
    tokens_of(await grace.otp(otp=code))


@pytest.mark.parametrize("moved_s", [-60, 60])
async def test_one_time_code_is_not_good_two_steps_early_or_late(grace: Grace, org: DemoOrg, moved_s: int) -> None:
    code = await grace.code_shown()
    org.set_time(moved_s=-moved_s)
    assert_refused(await grace.otp(otp=code), dialect.WRONG_OTP)


async def test_one_time_code_follows_the_orgs_clock_and_not_the_machines(grace: Grace, org: DemoOrg) -> None:
    before = await grace.code_shown()
    org.set_time(skew_s=86400.0)
    assert await grace.code_shown() != before
    tokens_of(await grace.otp())


async def test_one_time_codes_differ_from_org_to_org(grace: Grace, org: DemoOrg) -> None:
    before = await grace.code_shown()
    org.ledger.identity = "another-identity"
    assert await grace.code_shown() != before


async def test_one_time_code_survives_a_time_before_1970(grace: Grace, org: DemoOrg) -> None:
    org.set_time(moved_s=-(100 * 365 * 86400.0))
    assert len(await grace.code_shown()) == 6


@pytest.mark.parametrize("otp", [None, "", "12345", "nonsense", "١٢٣٤٥٦"])
async def test_wrong_or_empty_one_time_code_is_refused_and_may_be_tried_again(grace: Grace, otp: str | None) -> None:
    assert_refused(await grace.otp(otp=otp), dialect.WRONG_OTP)
    mfa_token = await grace.mfa_token()
    assert_refused(await grace.mfa_otp(mfa_token=mfa_token, otp=otp), dialect.WRONG_OTP)
    tokens_of(await grace.mfa_otp(mfa_token=mfa_token, otp=await grace.code_shown()))


@pytest.mark.parametrize("login_hint", ["ada", "bob"])
async def test_one_time_code_of_who_has_none_is_refused(grace: Grace, org: DemoOrg, login_hint: str) -> None:
    assert_refused(await grace.otp(login_hint=login_hint), dialect.WRONG_OTP)
    assert last(org).cause == "No user of this org has that login and one-time codes."


async def test_one_time_code_needs_a_login(grace: Grace) -> None:
    assert_refused(await grace.otp(login_hint=None), dialect.MISSING_PARAMETER.about("login_hint"))


# The mfa_token.


async def test_mfa_token_is_good_once(grace: Grace, org: DemoOrg) -> None:
    mfa_token = await grace.mfa_token()
    tokens_of(await grace.mfa_otp(mfa_token=mfa_token, otp=await grace.code_shown()))
    org.set_time(moved_s=60)
    answer = await grace.mfa_otp(mfa_token=mfa_token, otp=await grace.code_shown())
    assert_refused(answer, dialect.HANDLE_EXPIRED.about("mfa_token"))
    assert last(org).cause == "The mfa_token was used before."


async def test_mfa_token_ends_after_five_minutes(grace: Grace, org: DemoOrg, clock: SimClock) -> None:
    mfa_token = await grace.mfa_token()
    clock.jump(299)
    assert_refused(await grace.mfa_otp(mfa_token=mfa_token, otp="000000"), dialect.WRONG_OTP)
    clock.jump(1)
    answer = await grace.mfa_otp(mfa_token=mfa_token, otp=await grace.code_shown())
    assert answer.status_code == 403
    assert answer.json() == {
        "error": "access_denied",
        "error_description": "'mfa_token' has expired. Use a new 'mfa_token' and try again.",
    }
    assert last(org).cause == "The mfa_token is past its end."
    assert last(org).user_id == ""


async def test_unknown_mfa_token_is_refused_like_an_expired_one(grace: Grace, org: DemoOrg) -> None:
    answer = await grace.mfa_otp(mfa_token="unknown", otp=await grace.code_shown())
    assert_refused(answer, dialect.HANDLE_EXPIRED.about("mfa_token"))
    assert "never issued" in last(org).cause
    assert_refused(await grace.challenge("unknown"), dialect.HANDLE_EXPIRED.about("mfa_token"))
    assert_refused(await grace.mfa_otp(otp="123456"), dialect.MISSING_PARAMETER.about("mfa_token"))


async def test_mfa_token_belongs_to_its_client_and_server(grace: Grace, org: DemoOrg) -> None:
    org.applications[ANOTHER.id] = ANOTHER
    mfa_token, otp = await grace.mfa_token(), await grace.code_shown()
    assert_refused(await grace.mfa_otp(mfa_token=mfa_token, otp=otp, client_id=ANOTHER.id), dialect.MISMATCHED_CLIENT)
    form = {"grant_type": Grant.MFA_OTP, "mfa_token": mfa_token, "otp": otp, "scope": "openid"}
    assert_refused(await grace.post("/oauth2/v1/token", form), dialect.MISMATCHED_SERVER)
    tokens_of(await grace.mfa_otp(mfa_token=mfa_token, otp=otp))


async def test_reset_forgets_what_was_handed_out(grace: Grace, org: DemoOrg) -> None:
    mfa_token = await grace.mfa_token()
    org.reset()
    answer = await grace.mfa_otp(mfa_token=mfa_token, otp=await grace.code_shown())
    assert_refused(answer, dialect.HANDLE_EXPIRED.about("mfa_token"))


# The phone.


async def test_number_challenge_is_handed_over_and_approved(grace: Grace, org: DemoOrg) -> None:
    started = tokens_of(await grace.primary())
    number = started.pop("binding_code")
    oob_code = started.pop("oob_code")
    assert started == {"channel": "push", "binding_method": "transfer", "expires_in": 300, "interval": 5}
    push = await grace.push()
    assert number in push["numbers"]
    assert len(set(push["numbers"])) == 3
    assert all(len(each) == 2 and each.isdigit() for each in push["numbers"])
    assert_refused(await grace.oob(oob_code), dialect.OOB_PENDING)
    await grace.answer("approve", number)
    assert amr(await grace.oob(oob_code)) == ["swk"]
    assert not (await grace.phone())["pushes"]
    sent, approved = (
        next(each for each in org.log if each.event_type == kind)
        for kind in ("system.push.send_factor_verify_push", "user.authentication.auth_via_mfa")
    )
    assert (sent.user_id, sent.client_id, approved.user_id) == (GRACE.id, DEMO_CLIENT_ID, GRACE.id)


async def test_push_without_number_challenge_is_approved(grace: Grace, org: DemoOrg) -> None:
    org.turn(number_challenge=False, poll_interval_s=2)
    started = tokens_of(await grace.primary())
    oob_code = started.pop("oob_code")
    assert started == {"channel": "push", "binding_method": "none", "expires_in": 300, "interval": 2}
    assert (await grace.push())["numbers"] == []
    await grace.answer("approve")
    tokens_of(await grace.oob(oob_code))


async def test_pending_push_has_oktas_words(grace: Grace, org: DemoOrg) -> None:
    answer = await grace.oob((await grace.primary()).json()["oob_code"])
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "error": "authorization_pending",
            "error_description": "No user response received on the out-of-band authenticator yet. "
            "Continue polling to wait for a response.",
        },
    )
    assert (last(org).reason, last(org).user_id) == ("authorization_pending", GRACE.id)


async def test_denied_push_is_refused_and_stays_refused(grace: Grace, org: DemoOrg) -> None:
    oob_code = (await grace.primary()).json()["oob_code"]
    await grace.answer("deny")
    for _ in range(2):
        answer = await grace.oob(oob_code)
        assert (answer.status_code, answer.json()) == (
            400,
            {"error": "invalid_grant", "error_description": "User rejected out-of-band authentication prompt."},
        )
    denied = next(each for each in org.log if each.event_type == "user.authentication.auth_via_mfa")
    assert (denied.succeeded, denied.cause) == (False, "Deny was chosen.")


async def test_wrong_number_is_a_rejection(grace: Grace, org: DemoOrg) -> None:
    started = (await grace.primary()).json()
    wrong = next(each for each in (await grace.push())["numbers"] if each != started["binding_code"])
    await grace.answer("approve", wrong)
    assert last(org).cause == "The wrong number was chosen."
    assert_refused(await grace.oob(started["oob_code"]), dialect.OOB_REJECTED)


async def test_oob_code_is_good_once(grace: Grace, org: DemoOrg) -> None:
    started = (await grace.primary()).json()
    await grace.answer("approve", started["binding_code"])
    tokens_of(await grace.oob(started["oob_code"]))
    assert_refused(await grace.oob(started["oob_code"]), dialect.HANDLE_EXPIRED.about("oob_code"))
    assert last(org).cause == "The oob_code was used before."
    assert_refused(await grace.oob("unknown"), dialect.HANDLE_EXPIRED.about("oob_code"))


async def test_oob_code_ends_after_five_minutes_even_when_approved(grace: Grace, org: DemoOrg, clock: SimClock) -> None:
    started = (await grace.primary()).json()
    await grace.answer("approve", started["binding_code"])
    clock.jump(300)
    answer = await grace.oob(started["oob_code"])
    assert (answer.status_code, answer.json()) == (
        403,
        {
            "error": "access_denied",
            "error_description": "'oob_code' has expired. Use a new 'oob_code' and try again.",
        },
    )
    assert last(org).cause == "The oob_code is past its end."
    assert not (await grace.phone())["pushes"]


async def test_oob_code_belongs_to_its_client_and_server(grace: Grace, org: DemoOrg) -> None:
    org.applications[ANOTHER.id] = ANOTHER
    started = (await grace.primary()).json()
    await grace.answer("approve", started["binding_code"])
    assert_refused(await grace.oob(started["oob_code"], client_id=ANOTHER.id), dialect.MISMATCHED_CLIENT)
    form = {"grant_type": Grant.OOB, "oob_code": started["oob_code"], "scope": "openid"}
    assert_refused(await grace.post("/oauth2/v1/token", form), dialect.MISMATCHED_SERVER)


@pytest.mark.parametrize(("channel", "used"), [("sms", "sms"), ("voice", "tel")])
async def test_sms_and_calls_need_the_code_they_told(grace: Grace, org: DemoOrg, channel: str, used: str) -> None:
    started = tokens_of(await grace.primary(channel_hint=channel))
    oob_code = started.pop("oob_code")
    assert started == {"channel": channel, "binding_method": "prompt", "expires_in": 300}
    (message,) = (await grace.phone())["messages"]
    assert (message["channel"], len(message["code"])) == (channel, 6)
    for wrong in (None, "nonsense"):
        assert_refused(await grace.oob(oob_code, binding_code=wrong), dialect.WRONG_BINDING_CODE)
    assert channel in last(org).cause
    assert amr(await grace.oob(oob_code, binding_code=message["code"])) == [used]
    assert not (await grace.phone())["messages"]


@pytest.mark.parametrize(
    ("changes", "row", "cause"),
    [
        ({"challenge_hint": None}, dialect.MISSING_PARAMETER.about("challenge_hint"), None),
        ({"channel_hint": None}, dialect.MISSING_PARAMETER.about("channel_hint"), None),
        ({"login_hint": None}, dialect.MISSING_PARAMETER.about("login_hint"), None),
        ({"challenge_hint": "password"}, dialect.UNSUPPORTED_GRANT_TYPE.about(listed([Grant.OOB])), None),
        ({"channel_hint": "carrier pigeon"}, dialect.INVALID_CHANNEL.about("[push, sms, voice]"), None),
        ({"login_hint": "bob"}, dialect.POLICY_NOT_SATISFIED, "No user of this org has that login."),
        ({"login_hint": "ada"}, dialect.POLICY_NOT_SATISFIED, "The user has no phone that could be asked."),
        ({"client_id": None}, dialect.NO_CREDENTIALS, None),
        ({"client_id": "nobody"}, dialect.INVALID_CLIENT_ID, "No application of this org has that client ID."),
    ],
)
async def test_primary_authenticate_refused(
    grace: Grace, org: DemoOrg, changes: dict[str, str | None], row: dialect.OktaError, cause: str | None
) -> None:
    assert_refused(await grace.primary(**changes), row)
    event = last(org)
    assert (event.endpoint, event.cause) == ("primary_authenticate", cause or row.description)
    assert not org.pending.out_of_band


# The second factor by phone.


async def test_password_then_push_signs_in(grace: Grace) -> None:
    mfa_token = await grace.mfa_token()
    started = tokens_of(await grace.challenge(mfa_token))
    number, oob_code = started.pop("binding_code"), started.pop("oob_code")
    assert started == {
        "challenge_type": "http://auth0.com/oauth/grant-type/mfa-oob",
        "channel": "push",
        "binding_method": "transfer",
        "expires_in": 300,
        "interval": 5,
    }
    assert_refused(await grace.mfa_oob(mfa_token, oob_code), dialect.OOB_PENDING)
    await grace.answer("approve", number)
    assert amr(await grace.mfa_oob(mfa_token, oob_code)) == ["pwd", "swk", "mfa"]
    assert_refused(await grace.mfa_oob(mfa_token, oob_code), dialect.HANDLE_EXPIRED.about("mfa_token"))


async def test_password_then_sms_signs_in(grace: Grace) -> None:
    mfa_token = await grace.mfa_token()
    oob_code = (await grace.challenge(mfa_token, channel_hint="sms")).json()["oob_code"]
    code = (await grace.phone())["messages"][0]["code"]
    assert_refused(await grace.mfa_oob(mfa_token, oob_code), dialect.WRONG_BINDING_CODE)
    assert amr(await grace.mfa_oob(mfa_token, oob_code, binding_code=code)) == ["pwd", "sms", "mfa"]


async def test_oob_code_belongs_to_its_sign_in(grace: Grace, org: DemoOrg) -> None:
    org.turn(number_challenge=False)
    mfa_token, other = await grace.mfa_token(), await grace.mfa_token()
    oob_code = (await grace.challenge(mfa_token)).json()["oob_code"]
    await grace.answer("approve")
    primary = (await grace.primary()).json()["oob_code"]
    await grace.answer("approve")
    expired = dialect.HANDLE_EXPIRED.about("oob_code")
    assert_refused(await grace.mfa_oob(other, oob_code), expired)
    assert last(org).cause == "The oob_code was given out for another sign-in."
    assert_refused(await grace.oob(oob_code), expired)
    assert_refused(await grace.mfa_oob(mfa_token, primary), expired)
    tokens_of(await grace.mfa_oob(mfa_token, oob_code))


@pytest.mark.parametrize(
    ("changes", "challenge_type"),
    [
        ({"challenge_types_supported": Grant.MFA_OTP, "channel_hint": None}, Grant.MFA_OTP),
        ({"challenge_types_supported": f"{Grant.MFA_OOB} {Grant.MFA_OTP}", "channel_hint": None}, Grant.MFA_OTP),
        ({"challenge_types_supported": f"{Grant.MFA_OTP} {Grant.MFA_OOB}"}, Grant.MFA_OOB),
        ({"challenge_types_supported": f"webauthn {Grant.MFA_OOB}", "channel_hint": None}, Grant.MFA_OOB),
    ],
)
async def test_challenge_chooses_what_the_client_supports(
    grace: Grace, changes: dict[str, str | None], challenge_type: Grant
) -> None:
    answer = tokens_of(await grace.challenge(await grace.mfa_token(), **changes))
    assert answer["challenge_type"] == challenge_type
    assert ("oob_code" in answer) is (challenge_type is Grant.MFA_OOB)


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ({"mfa_token": None}, dialect.MISSING_PARAMETER.about("mfa_token")),
        ({"challenge_types_supported": None}, dialect.MISSING_PARAMETER.about("challenge_types_supported")),
        ({"challenge_types_supported": "password"}, dialect.POLICY_NOT_SATISFIED),
        ({"channel_hint": "carrier pigeon"}, dialect.INVALID_CHANNEL.about("[push, sms, voice]")),
        ({"client_id": None}, dialect.NO_CREDENTIALS),
    ],
)
async def test_challenge_refused(
    grace: Grace, org: DemoOrg, changes: dict[str, str | None], row: dialect.OktaError
) -> None:
    form = {
        "mfa_token": await grace.mfa_token(),
        "challenge_types_supported": Grant.MFA_OOB,
        "channel_hint": "push",
        **changes,
    }
    assert_refused(await grace.post("challenge", form), row)
    assert last(org).endpoint == "challenge"
    assert not org.pending.out_of_band


async def test_challenge_with_a_spent_mfa_token_is_refused(grace: Grace) -> None:
    mfa_token = await grace.mfa_token()
    tokens_of(await grace.mfa_otp(mfa_token=mfa_token, otp=await grace.code_shown()))
    assert_refused(await grace.challenge(mfa_token), dialect.HANDLE_EXPIRED.about("mfa_token"))


# Applications and servers.


async def test_application_without_the_grant_is_refused_everywhere(grace: Grace, org: DemoOrg) -> None:
    mfa_token = await grace.mfa_token()
    without(org, Grant.PASSWORD, Grant.OTP, Grant.OOB, Grant.MFA_OTP, Grant.MFA_OOB)
    row = dialect.UNAUTHORIZED_CLIENT.about("[authorization_code, refresh_token, " + Grant.DEVICE + "]")
    asked = {
        "password": await grace.password(),
        "otp": await grace.otp(),
        "oob": await grace.oob("any"),
        "mfa-otp": await grace.mfa_otp(mfa_token=mfa_token, otp="123456"),
        "mfa-oob": await grace.mfa_oob(mfa_token, "any"),
        "primary": await grace.primary(),
        "challenge": await grace.challenge(mfa_token),
        "challenge by code": await grace.challenge(mfa_token, challenge_types_supported=Grant.MFA_OTP),
    }
    for answer in asked.values():
        assert_refused(answer, row)
    refused = [each for each in org.log if each.reason == "unauthorized_client"]
    assert [each.grant for each in refused] == [
        "password",
        "otp",
        "oob",
        "mfa-otp",
        "mfa-oob",
        "oob",
        "mfa-oob",
        "mfa-otp",
    ]


async def test_own_server_of_the_org_signs_in_directly_too(grace: Grace, org: DemoOrg) -> None:
    form = {"challenge_hint": Grant.OOB, "channel_hint": "push", "login_hint": "grace"}
    started = tokens_of(await grace.post("/oauth2/v1/primary-authenticate", form))
    await grace.answer("approve", started["binding_code"])
    answer = await grace.post(
        "/oauth2/v1/token", {"grant_type": Grant.OOB, "oob_code": started["oob_code"], "scope": "openid"}
    )
    assert claims(tokens_of(answer)["id_token"])["iss"] == org.issuer_base


async def test_endpoints_are_counted_and_not_advertised(grace: Grace, org: DemoOrg) -> None:
    await grace.primary()
    await grace.challenge(await grace.mfa_token())
    assert (org.counters["primary_authenticate"], org.counters["challenge"]) == (1, 1)
    found = (await grace.http.get("/oauth2/default/.well-known/openid-configuration")).json()
    assert not [value for value in found.values() if isinstance(value, str) and "challenge" in value]
    assert set(found["grant_types_supported"]) == set(Grant)


async def test_user_who_is_not_assigned_gets_nothing(grace: Grace, org: DemoOrg) -> None:
    org.turn(user_is_assigned=False)
    assert_refused(await grace.otp(), dialect.USER_NOT_ASSIGNED)
    assert not org.ledger.families


async def test_pending_sign_ins_are_bounded(grace: Grace, org: DemoOrg) -> None:
    first = await grace.mfa_token()
    for _ in range(1000):
        await grace.password()
    assert len(org.pending.first_factors) == 1000
    answer = await grace.mfa_otp(mfa_token=first, otp=await grace.code_shown())
    assert_refused(answer, dialect.HANDLE_EXPIRED.about("mfa_token"))


async def test_no_secret_reaches_the_system_log(grace: Grace, org: DemoOrg) -> None:
    mfa_token, otp = await grace.mfa_token(), await grace.code_shown()
    started = (await grace.challenge(mfa_token)).json()
    await grace.answer("approve", started["binding_code"])
    tokens = tokens_of(await grace.mfa_oob(mfa_token, started["oob_code"]))
    await grace.otp(otp=otp)
    await grace.otp(otp=otp)
    text = repr(list(org.log))
    for secret in (mfa_token, otp, started["oob_code"], tokens["access_token"], tokens["refresh_token"]):
        assert secret not in text


# The browser.


async def test_browser_asks_who_has_a_second_factor_for_the_code(grace: Grace, org: DemoOrg) -> None:
    ticket = await ask_for_code(grace)
    answer = await grace.submit({"action": "verify", "ticket": ticket, "otp": f" {await grace.code_shown()} "})
    code = httpx.URL(answer.headers["location"]).params["code"]
    assert answer.headers["location"].startswith(REDIRECT_URI)
    assert amr(await grace.exchange(code)) == ["pwd", "otp", "mfa"]
    # the browser is signed in from now on, with both factors
    again = await grace.open_page()
    code = httpx.URL(again.headers["location"]).params["code"]
    assert amr(await grace.exchange(code)) == ["pwd", "otp", "mfa"]


async def test_password_alone_leaves_the_browser_signed_out(grace: Grace, org: DemoOrg) -> None:
    await ask_for_code(grace)
    assert not org.pending.sessions
    assert (await grace.open_page()).status_code == 200


async def test_password_alone_allows_nothing(grace: Grace, org: DemoOrg) -> None:
    ticket = await ask_for_code(grace)
    answer = await grace.submit({"action": "allow", "ticket": ticket})
    assert (answer.status_code, "location" in answer.headers) == (200, False)
    assert not org.ledger.codes


async def test_wrong_code_in_the_browser_may_be_tried_again(grace: Grace, org: DemoOrg) -> None:
    ticket = await ask_for_code(grace)
    answer = await grace.submit({"action": "verify", "ticket": ticket, "otp": "000000"})
    assert (answer.status_code, "Invalid code. Try again." in answer.text) == (400, True)
    event = last(org)
    assert (event.event_type, event.reason, event.user_id) == (
        "user.authentication.auth_via_mfa",
        "invalid_otp",
        GRACE.id,
    )
    # the first ticket is used up; the page has a new one
    spent = await grace.submit({"action": "verify", "ticket": ticket, "otp": await grace.code_shown()})
    assert "That took too long. Sign in again." in spent.text
    good = {"action": "verify", "ticket": ticket_in(answer), "otp": await grace.code_shown()}
    assert (await grace.submit(good)).status_code == 303


async def test_code_page_is_good_for_five_minutes(grace: Grace, clock: SimClock) -> None:
    ticket = await ask_for_code(grace)
    clock.jump(300)
    answer = await grace.submit({"action": "verify", "ticket": ticket, "otp": await grace.code_shown()})
    assert (answer.status_code, "That took too long" in answer.text) == (400, True)


async def test_code_page_can_be_cancelled(grace: Grace) -> None:
    await ask_for_code(grace)
    answer = await grace.submit({"action": "cancel"})
    assert httpx.URL(answer.headers["location"]).params["error"] == "access_denied"


async def test_wrong_password_in_the_browser_is_told_to_the_system_log(grace: Grace, org: DemoOrg) -> None:
    await grace.submit({"username": "grace", "password": "wrong"})
    event = last(org)
    assert (event.event_type, event.cause, event.user_id, event.succeeded) == (
        "user.session.start",
        "The password is wrong.",
        GRACE.id,
        False,
    )


async def ask_for_code(grace: Grace) -> str:
    answer = await grace.submit({"username": "grace", "password": GRACE.password, "action": "sign-in"})
    assert (answer.status_code, "One-time code" in answer.text) == (200, True)
    return ticket_in(answer)


def ticket_in(answer: httpx.Response) -> str:
    return answer.text.partition('name="ticket" value="')[2].partition('"')[0]
