"""The System Log API: the true cause of every refusal, found by time, filter and keyword, in pages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from okta.models import LogEvent

from app.demo.applications import Application, Grant
from app.demo.faults import Fault, FaultKind
from app.demo.management.application_json import iso
from app.demo.org import DemoOrg
from app.sim_loop import SimClock
from tests.app.demo.administrator import Administrator, Document, without_refresh
from tests.app.demo.somebody import V1, Somebody

pytestmark = pytest.mark.anyio

HOUR_S = 3600
DAY_S = 24 * HOUR_S
LOGS = "/api/v1/logs"
REFUSED = 'eventType eq "app.oauth2.as.token.grant" and outcome.reason eq "invalid_refresh_token"'


@pytest.fixture
def admin(org: DemoOrg, ada: Somebody) -> Administrator:
    return Administrator(org, ada.http)


async def last(admin: Administrator) -> Document:
    return (await admin.log(sortOrder="DESCENDING", limit=1))[0]


async def cause(admin: Administrator) -> tuple[str, str]:
    """Return reason and true cause of what happened last."""
    event = await last(admin)
    return event["outcome"]["reason"], event["debugContext"]["debugData"]["cause"]


def families(event: Document) -> list[str]:
    return [each["id"] for each in event["target"] if each["type"] == "refresh_token"]


def types(events: list[Document]) -> list[str]:
    return [each["eventType"].rpartition("as.")[2] for each in events]


# One event.


async def test_an_event_as_okta_has_it(admin: Administrator, ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    tokens = await ada.tokens()
    refreshed = await ada.refresh(tokens["refresh_token"], scope="openid")
    event = await last(admin)
    (family,) = org.ledger.families
    assert LogEvent.from_dict(event) is not None
    assert {name: event[name] for name in ("eventType", "severity", "version", "legacyEventType", "published")} == {
        "eventType": "app.oauth2.as.token.grant",
        "severity": "INFO",
        "version": "0",
        "legacyEventType": None,
        "published": iso(clock.now()),
    }
    assert event["outcome"] == {"result": "SUCCESS", "reason": None}
    assert (event["actor"]["id"], event["actor"]["type"]) == ("0oa-demo-native", "PublicClientApp")
    assert (event["client"]["id"], event["client"]["ipAddress"]) == ("0oa-demo-native", "127.0.0.1")
    assert "httpx" in event["client"]["userAgent"]["rawUserAgent"]
    assert [(each["type"], each["id"]) for each in event["target"]] == [
        ("User", "00u-demo-ada"),
        ("refresh_token", family),
    ]
    assert event["debugContext"]["debugData"] == {
        "endpoint": "token",
        "grantType": "refresh_token",
        "grantedScopes": "openid",
        "requestUri": "/oauth2/default/v1/token",
    }
    assert event["transaction"]["id"] == refreshed.headers["x-okta-request-id"]
    assert event["uuid"]


async def test_okta_s_own_model_reads_every_kind(admin: Administrator, ada: Somebody) -> None:
    await ada.token_request({"client_id": None})
    await ada.token_request({"client_id": "nobody", "grant_type": "password"})
    await ada.call((await ada.tokens())["access_token"] + "x")
    await admin.changed(without_refresh)
    await admin.http.get(LOGS)
    events = await admin.log()
    assert len({each["eventType"] for each in events}) > 4
    for event in events:
        assert LogEvent.from_dict(event) is not None


async def test_one_request_is_one_transaction(admin: Administrator, ada: Somebody, clock: SimClock) -> None:
    first = (await ada.tokens())["refresh_token"]
    await ada.refresh(first)
    clock.jump(31)
    await ada.refresh(first)
    detected, refused = (await admin.log())[-2:]
    assert types([detected, refused]) == ["token.detect_reuse", "token.grant"]
    assert detected["transaction"]["id"] == refused["transaction"]["id"]
    assert families(detected) == families(refused) != []
    assert (detected["severity"], refused["severity"]) == ("WARN", "WARN")


async def test_what_happens_outside_a_request_is_of_none(admin: Administrator, ada: Somebody, org: DemoOrg) -> None:
    await ada.refresh("made-up")
    org.log.add("lapse.test")
    event = await last(admin)
    assert event["client"]["ipAddress"] is None
    assert event["request"] == {"ipChain": []}
    assert event["transaction"]["id"] == event["uuid"]


async def test_no_token_is_in_it(admin: Administrator, ada: Somebody) -> None:
    code = await ada.code()
    tokens = (await ada.exchange(code)).json()
    await ada.exchange(code)
    await ada.refresh(tokens["refresh_token"])
    told = (await admin.ask("GET", LOGS)).text
    assert not [secret for secret in (code, tokens["refresh_token"], tokens["access_token"]) if secret in told]


# The true causes, of which the client is told one sentence.


async def test_unknown(admin: Administrator, ada: Somebody) -> None:
    await ada.refresh("made-up")
    assert await cause(admin) == (
        "invalid_refresh_token",
        "This org never issued it, or forgot it at a reset or restart.",
    )
    assert families(await last(admin)) == []


async def test_expired_and_idle(admin: Administrator, ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    token = (await ada.tokens())["refresh_token"]
    clock.jump(7 * HOUR_S + 60)
    await ada.refresh(token)
    assert await cause(admin) == ("invalid_refresh_token", "The family's lifetime ended 1 min ago.")
    org.turn(refresh_token_lifetime_s=0)
    token = (await ada.tokens())["refresh_token"]
    clock.jump(8 * DAY_S)
    await ada.refresh(token)
    assert await cause(admin) == ("invalid_refresh_token", "It was not used for 8 d; the idle limit is 7 d.")


async def test_reused_and_ended_by_it(admin: Administrator, ada: Somebody, clock: SimClock) -> None:
    first = (await ada.tokens())["refresh_token"]
    second = (await ada.refreshed(first))["refresh_token"]
    clock.jump(45)
    await ada.refresh(first)
    why = "Refresh token 1 was exchanged 45 s ago and came again; the grace period is 30 s."
    assert await cause(admin) == ("invalid_refresh_token", why)
    family = families(await last(admin))
    await ada.refresh(second)
    assert await cause(admin) == ("invalid_refresh_token", f"Its family was ended for reuse: {why}")
    assert families(await last(admin)) == family != []


async def test_revoked_by_whom(admin: Administrator, ada: Somebody, org: DemoOrg) -> None:
    token = (await ada.tokens())["refresh_token"]
    await ada.http.post(f"{V1}/revoke", data={"client_id": "0oa-demo-native", "token": token})
    await ada.refresh(token)
    assert (await cause(admin))[1] == "Its own application revoked it at the revocation endpoint."
    token = (await ada.tokens())["refresh_token"]
    org.revoke(None)
    await ada.refresh(token)
    assert (await cause(admin))[1] == "An administrator revoked it."


async def test_grant_not_enabled(admin: Administrator, ada: Somebody) -> None:
    token = (await ada.tokens())["refresh_token"]
    await admin.changed(without_refresh)
    await ada.refresh(token)
    assert await cause(admin) == (
        "unauthorized_client",
        "The refresh grant is not enabled for the application Lapse.",
    )


async def test_another_client_s_and_another_server_s(admin: Administrator, ada: Somebody, org: DemoOrg) -> None:
    org.applications["other"] = Application(id="other", label="Other")
    token = (await ada.tokens())["refresh_token"]
    await ada.refresh(token, client_id="other")
    assert await cause(admin) == ("mismatched_client", "The refresh token was issued to 0oa-demo-native.")
    assert (await last(admin))["client"]["id"] == "other"
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "0oa-demo-native"}
    await ada.http.post("/oauth2/v1/token", data=form)
    assert await cause(admin) == ("mismatched_authorization_server", f"The refresh token was issued by {org.issuer}.")
    assert (await last(admin))["eventType"] == "app.oauth2.token.grant"


async def test_scopes(admin: Administrator, ada: Somebody) -> None:
    token = (await ada.tokens())["refresh_token"]
    await ada.refresh(token, scope="openid phone")
    assert await cause(admin) == (
        "refresh_scopes_denied",
        "Granted at the sign-in: openid profile email offline_access. Denied: phone.",
    )
    await ada.refresh(token, scope="openid launch-missiles")
    assert await cause(admin) == ("no_matching_scope", "Asked for: openid launch-missiles.")


async def test_codes(admin: Administrator, ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    code = await ada.code()
    (await ada.exchange(code)).json()
    (family,) = org.ledger.families
    await ada.exchange(code)
    revoked = "The code was used before; the tokens issued for it are revoked."
    assert await cause(admin) == ("invalid_authorization_code", revoked)
    assert families(await last(admin)) == [family]
    code = await ada.code()
    clock.jump(310)
    await ada.exchange(code)
    assert (await cause(admin))[1] == "The code is past its end, by 10 s."
    await ada.exchange(await ada.code(), code_verifier="x" * 43)
    assert (await cause(admin))[0] == "pkce_verification_failed"
    assert "00u-demo-ada" in [each["id"] for each in (await last(admin))["target"]]
    org.applications["other"] = Application(id="other", label="Other")
    await ada.exchange(await ada.code(), client_id="other")
    assert (await cause(admin))[1] == "The code was issued to 0oa-demo-native."


async def test_a_fault_is_named_as_the_cause(admin: Administrator, ada: Somebody, org: DemoOrg) -> None:
    org.faults.switch_on([Fault(kind=FaultKind.REFUSE, value="invalid_refresh_token", times=1)])
    await ada.refresh("whatever")
    reason, why = await cause(admin)
    assert reason == "invalid_refresh_token"
    assert why.startswith("The fault refuse=invalid_refresh_token")


# Finding events.


async def many(ada: Somebody, org: DemoOrg, clock: SimClock) -> list[str]:
    """Let five things happen, ten seconds apart, and return when."""
    times = []
    for number in range(5):
        org.log.add("lapse.test", cause=f"Number {number}.", client_id=f"0oa-{number % 2}", succeeded=number != 3)
        times.append(iso(clock.now()))
        clock.jump(10)
    return times


def numbers(events: list[Document]) -> list[int]:
    return [int(each["debugContext"]["debugData"]["cause"][7]) for each in events]


async def test_okta_s_documented_query(admin: Administrator, ada: Somebody) -> None:
    token = (await ada.tokens())["refresh_token"]
    await ada.refresh(token)
    await ada.refresh("made-up")
    (event,) = await admin.log(filter=REFUSED)
    assert event["outcome"] == {"result": "FAILURE", "reason": "invalid_refresh_token"}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('client.id eq "0oa-1"', [1, 3]),
        ('client.id eq "0oa-1" and outcome.result eq "SUCCESS"', [1]),
        ('actor.id eq "0oa-0"', [0, 2, 4]),
        ('eventType sw "lapse" and debugContext.debugData.cause co "3"', [3]),
        ('OUTCOME.result Sw "SUCC" AND client.id Eq "0oa-0"', [0, 2, 4]),
        ('  client.id   eq"0oa-1"  ', [1, 3]),
        ('target.id eq "0oa-1"', []),
        ('outcome.reason co ""', []),
    ],
)
async def test_filters(
    admin: Administrator, ada: Somebody, org: DemoOrg, clock: SimClock, expression: str, found: list[int]
) -> None:
    await many(ada, org, clock)
    assert numbers(await admin.log(filter=expression)) == found


async def test_a_target_is_any_of_them(admin: Administrator, ada: Somebody, org: DemoOrg) -> None:
    await ada.tokens()
    (family,) = org.ledger.families
    assert types(await admin.log(filter=f'target.id eq "{family}" and target.type eq "User"')) == ["token.grant"]
    assert types(await admin.log(filter='target.id eq "00u-demo-ada"'))[-1] == "token.grant"


@pytest.mark.parametrize(
    ("expression", "summary"),
    [
        (
            'eventType eqq "x"',
            "Invalid filter 'eventType eqq ?x?': Unrecognized attribute operator 'eqq' at position 10."
            " Expected: eq,co,sw,pr,gt,ge,lt,le",
        ),
        ('some_invalid_field eq "x"', "field is not valid: some_invalid_field"),
        ('published gt "2020"', "field is not valid: published"),
        ("eventType", "Invalid filter 'eventType': Expected an operator at position 9"),
        ("eventType eq", "Invalid filter 'eventType eq': Expected a value at position 12"),
        ("eventType eq x", "Invalid filter 'eventType eq x': Invalid value at position 13"),
        ('eventType eq "x', "Invalid filter 'eventType eq ?x': Unterminated text at position 12"),
        ("eventType eq 5", "Invalid filter 'eventType eq 5': Invalid value at position 13"),
        (f"eventType eq {'[' * 900}", f"Invalid filter 'eventType eq {'[' * 87}': Invalid value at position 13"),
        ("eventType eq null", "Invalid filter 'eventType eq null': Invalid value at position 13"),
        ('eventType eq "x" and', "Invalid filter 'eventType eq ?x? and': Expected an attribute at position 20"),
        ('eventType eq "x" or', "Invalid filter 'eventType eq ?x? or': Expected 'and' or the end at position 17"),
        ('(eventType eq "x")', "field is not valid: (eventType"),
        ("x" * 2001, "Invalid filter: It can have 2000 characters."),
    ],
)
async def test_a_filter_that_is_none(admin: Administrator, expression: str, summary: str) -> None:
    response = await admin.ask("GET", LOGS, params={"filter": expression})
    body = response.json()
    assert (response.status_code, body["errorCode"], body["errorSummary"]) == (400, "E0000053", summary)


WORDS = st.sampled_from(["eventType", "eq", "and", "sw", "co", "(", '"x"', "pr", '"', "\\", "null", "{", "1e9", "é"])


@given(expression=st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=30))
async def test_no_filter_breaks_it(admin: Administrator, expression: str) -> None:
    response = await admin.ask("GET", LOGS, params={"filter": expression})
    assert response.status_code in (200, 400), response.text


async def test_since_and_until(admin: Administrator, ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    times = await many(ada, org, clock)
    assert numbers(await admin.log(since=times[2])) == [2, 3, 4]
    assert numbers(await admin.log(until=times[1])) == [0, 1]
    assert numbers(await admin.log(since=times[1], until=times[3], sortOrder="DESCENDING")) == [3, 2, 1]
    assert numbers(await admin.log(since=times[4].replace("Z", "+00:00"))) == [4]
    clock.jump(7 * DAY_S - 20)
    assert numbers(await admin.log()) == [3, 4], "a week before now, where nothing else is asked"


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("value", ["foobar", "0001-01-01T00:00:00+14:0x", "20", "9999999999999999"])
async def test_a_time_that_is_none(admin: Administrator, name: str, value: str) -> None:
    body = (await admin.ask("GET", LOGS, params={name: value})).json()
    what = "The date format in your query is not recognized. Please enter dates using ISO8601 string format."
    must = "must be a valid date-time or empty."
    assert body["errorSummary"] == f"Api validation failed: '{name}': {what} '{name}': {must}"
    assert [each["errorSummary"] for each in body["errorCauses"]] == [f"{name}: {what}", f"{name}: {must}"]


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2020-01-01"])
async def test_a_time_far_away(admin: Administrator, value: str) -> None:
    assert (await admin.ask("GET", LOGS, params={"since": value, "until": value})).status_code == 200


@pytest.mark.parametrize(
    ("keywords", "found"),
    [
        ("number", [0, 1, 2, 3, 4]),
        ("NUMBER 3", [3]),
        ("0oa-1", [1, 3]),
        ("0oa", [0, 1, 2, 3, 4]),
        ("numb", []),
        ("failure", [3]),
    ],
)
async def test_keywords(
    admin: Administrator, ada: Somebody, org: DemoOrg, clock: SimClock, keywords: str, found: list[int]
) -> None:
    await many(ada, org, clock)
    assert numbers(await admin.log(q=keywords)) == found


async def test_keywords_too_long_and_too_many(admin: Administrator) -> None:
    body = (await admin.ask("GET", LOGS, params={"q": "x" * 41})).json()
    assert body["errorSummary"] == (
        "Api validation failed: 'q': Freeform search cannot contain items longer than 40 characters. "
        "Please shorten the items in your search or use an advanced filter to query by specific fields."
    )
    assert (await admin.ask("GET", LOGS, params={"q": "x " * 11})).status_code == 400


# Pages.


async def test_polling_goes_on_for_ever(admin: Administrator, ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    await many(ada, org, clock)
    seen: list[int] = []
    url = f"{LOGS}?limit=2&q=number"
    for _ in range(4):
        response = await admin.ask("GET", url)
        seen += numbers(response.json())
        url = response.links["next"]["url"]
    assert seen == [0, 1, 2, 3, 4]
    org.log.add("lapse.test", cause="Number 5.")
    assert numbers((await admin.ask("GET", url)).json()) == [5]
    assert response.links["self"]["url"].startswith(f"{org.issuer_base}{LOGS}?limit=2&q=number")


@pytest.mark.parametrize("order", ["ASCENDING", "DESCENDING"])
async def test_a_bounded_query_ends(
    admin: Administrator, ada: Somebody, org: DemoOrg, clock: SimClock, order: str
) -> None:
    times = await many(ada, org, clock)
    query: dict[str, Any] = {"since": times[0], "until": times[4], "limit": 2, "sortOrder": order}
    response = await admin.ask("GET", LOGS, params=query)
    pages = [numbers(response.json())]
    while "next" in response.links:
        response = await admin.ask("GET", response.links["next"]["url"])
        pages.append(numbers(response.json()))
    expected = [[0, 1], [2, 3], [4]]
    assert pages == (expected if order == "ASCENDING" else [[4, 3], [2, 1], [0]])


async def test_a_full_last_page_ends_too(admin: Administrator, ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    await many(ada, org, clock)
    response = await admin.ask("GET", LOGS, params={"sortOrder": "DESCENDING", "limit": 5})
    assert (len(response.json()), "next" in response.links) == (5, False)


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "1001"}, {"limit": "x"}, {"after": "x"}, {"after": "9" * 99}, {"sortOrder": "UP"}],
)
async def test_a_page_that_is_none(admin: Administrator, query: dict[str, str]) -> None:
    response = await admin.ask("GET", LOGS, params=query)
    assert (response.status_code, response.json()["errorCode"]) == (400, "E0000001")


async def test_a_parameter_given_twice(admin: Administrator) -> None:
    response = await admin.ask("GET", f"{LOGS}?limit=1&limit=2")
    assert (response.status_code, response.json()["errorCode"]) == (400, "E0000001")


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_only_the_api_token_opens(admin: Administrator, token: str) -> None:
    response = await admin.http.get(LOGS, headers={"Authorization": f"SSWS {token}"})
    assert (response.status_code, response.json()["errorCode"]) == (401, "E0000011")
    assert response.headers["x-rate-limit-limit"] == "120"


async def test_a_thousand_events_in_a_page(admin: Administrator, org: DemoOrg) -> None:
    for _ in range(1500):
        org.log.add("lapse.test", grant=Grant.REFRESH.short)
    assert len(await admin.log(limit=1000)) == 1000
    assert len(await admin.log()) == 100
