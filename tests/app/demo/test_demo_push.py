"""Pushed authorization requests at the demo org (RFC 9126): offered, required, and every refusal."""

from dataclasses import replace

import httpx
import pytest

from app.connection import DEMO_CLIENT_ID
from app.demo import dialect
from app.demo.applications import LAPSE, Application
from app.demo.org import DemoOrg
from app.demo.system_log import LogEvent
from app.sim_loop import SimClock
from tests.app.demo.somebody import V1, Somebody
from tests.app.demo.test_demo_tokens import assert_refused

pytestmark = pytest.mark.anyio


def last(org: DemoOrg) -> LogEvent:
    return list(org.log)[-1]


async def push(somebody: Somebody, **changes: str | None) -> httpx.Response:
    return await somebody.http.post(f"{V1}/par", data=somebody.query(**changes))


async def reference(somebody: Somebody, **changes: str | None) -> dict[str, str]:
    answer = await push(somebody, **changes)
    assert answer.status_code == 201, answer.text
    return {"client_id": DEMO_CLIENT_ID, "request_uri": answer.json()["request_uri"]}


async def metadata(somebody: Somebody) -> dict[str, object]:
    found: dict[str, object] = (await somebody.http.get("/oauth2/default/.well-known/openid-configuration")).json()
    return {name: value for name, value in found.items() if "pushed" in name}


async def test_the_metadata_names_the_endpoint_only_where_it_is_wanted(ada: Somebody, org: DemoOrg) -> None:
    assert await metadata(ada) == {}
    endpoint = {"pushed_authorization_request_endpoint": f"{org.issuer}/v1/par"}
    org.turn(offers_pushed_requests=True)
    assert await metadata(ada) == endpoint
    org.turn(offers_pushed_requests=False, requires_pushed_requests=True)
    assert await metadata(ada) == {**endpoint, "require_pushed_authorization_requests": True}


async def test_a_pushed_request_is_signed_in_to_by_its_reference_alone(ada: Somebody, org: DemoOrg) -> None:
    org.turn(requires_pushed_requests=True)
    carried = await reference(ada, state="pushed-state")
    assert carried["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    page = await ada.http.get(f"{V1}/authorize", params=carried)
    assert page.status_code == 200
    form = {"username": "ada", "password": org.user.password}
    back = await ada.http.post(f"{V1}/authorize", params={**carried, "scope": "openid nonsense"}, data=form)
    assert back.status_code == 303
    params = httpx.URL(back.headers["location"]).params
    assert params["state"] == "pushed-state"
    assert (await ada.exchange(params["code"])).status_code == 200


async def test_what_is_not_pushed_is_refused_where_it_must_be(ada: Somebody, org: DemoOrg) -> None:
    org.turn(requires_pushed_requests=True)
    page = await ada.open_page()
    assert page.status_code == 400
    assert "must be pushed" in page.text
    assert last(org).reason == "push_required"


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ({"client_id": None}, dialect.NO_CREDENTIALS),
        ({"client_id": "nobody"}, dialect.INVALID_CLIENT_ID),
        ({"redirect_uri": "http://127.0.0.1:45454/other"}, dialect.ILLEGAL_REDIRECT_URI),
        ({"redirect_uri": None}, dialect.ILLEGAL_REDIRECT_URI),
        ({"request_uri": "urn:x"}, dialect.PUSHED_REFERENCE),
    ],
)
async def test_push_refused(
    ada: Somebody, org: DemoOrg, changes: dict[str, str | None], row: dialect.OktaError
) -> None:
    assert_refused(await push(ada, **changes), row)
    assert not org.pending.pushed


async def test_a_reference_is_good_for_its_application_its_server_and_its_time(
    ada: Somebody, org: DemoOrg, clock: SimClock
) -> None:
    carried = await reference(ada)
    org.applications["other"] = Application(id="other", label="Other")
    for query in ({**carried, "client_id": "other"}, {**carried, "request_uri": "urn:unknown"}):
        assert (await ada.http.get(f"{V1}/authorize", params=query)).status_code == 400
        assert last(org).reason == "invalid_request_uri"
    assert (await ada.http.get("/oauth2/v1/authorize", params=carried)).status_code == 400
    clock.jump(299)
    assert (await ada.http.get(f"{V1}/authorize", params=carried)).status_code == 200
    clock.jump(1)
    assert (await ada.http.get(f"{V1}/authorize", params=carried)).status_code == 400


async def test_a_deactivated_application_pushes_nothing(ada: Somebody, org: DemoOrg) -> None:
    org.applications[LAPSE.id] = replace(LAPSE, is_active=False)
    assert_refused(await push(ada), dialect.INVALID_CLIENT_ID)
