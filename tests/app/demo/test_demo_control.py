"""The control API: what it turns takes effect, what it cannot do changes nothing, and only its token opens it."""

from typing import Any

import httpx
import pytest

from app.demo.addresses import MOVED_HEADER
from app.demo.ledger import FileLedger, hashed
from app.demo.org import DemoOrg
from app.demo.policy import Policy
from app.demo.presets import PRESETS
from app.demo.scenarios import SCENARIOS
from app.secret import Secret
from app.sim_loop import SimClock
from tests.app.demo.somebody import V1, Somebody

pytestmark = pytest.mark.anyio


class Controller:
    """Somebody with the control token."""

    def __init__(self, ada: Somebody) -> None:
        self._http = ada.http
        self._headers = {"Authorization": f"Bearer {ada.org.control_token}"}

    async def ask(self, method: str, path: str = "", body: object = None) -> httpx.Response:
        return await self._http.request(method, f"/demo/control{path}", json=body, headers=self._headers)

    async def done(self, method: str, path: str = "", body: object = None) -> Any:
        answer = await self.ask(method, path, body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def control(ada: Somebody) -> Controller:
    return Controller(ada)


async def test_knobs_take_effect_on_the_next_request(ada: Somebody, control: Controller) -> None:
    found = await control.done("PATCH", "/policy", {"access_token_lifetime_s": 7, "rotation_type": "STATIC"})
    assert (found["access_token_lifetime_s"], found["rotation_type"]) == (7, "STATIC")
    tokens = await ada.tokens()
    assert tokens["expires_in"] == 7
    assert (await ada.refreshed(tokens["refresh_token"]))["refresh_token"] == tokens["refresh_token"]


async def test_the_grant_switch(ada: Somebody, control: Controller) -> None:
    token = (await ada.tokens())["refresh_token"]
    await control.done("PATCH", "/policy", {"refresh_grant_enabled": False})
    assert (await ada.refresh(token)).json()["error"] == "unauthorized_client"
    await control.done("PATCH", "/policy", {"refresh_grant_enabled": True})
    assert (await ada.refresh(token)).status_code == 200


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"grace_s": 61}, "grace period must lie between 0 and 60"),
        ({"grace_s": 5, "access_token_lifetime_s": 0}, "access_token_lifetime_s must lie between 1 and"),
        ({"grace_s": 5, "nonsense": 1}, "There is no knob 'nonsense'."),
        ({"grace_s": "5"}, "grace_s must be a whole number"),
        ({"grace_s": True}, "grace_s must be a whole number"),
        ({"is_active": 1}, "is_active must be true or false"),
        ({"rotation_type": "rotate"}, "rotation_type must be one of ROTATE, STATIC"),
        ({"preset": "okta-spa", "grace_s": 99}, "grace period"),
        ({"preset": "nonsense"}, "There is no preset 'nonsense'."),
        ({"preset": 5}, "'preset' must be a text"),
        ({"self": 1}, "There is no knob 'self'."),
    ],
)
async def test_bad_knobs_change_nothing(org: DemoOrg, control: Controller, body: object, said: str) -> None:
    before = org.knobs()
    answer = await control.ask("PATCH", "/policy", body)
    assert (answer.status_code, said in answer.json()["error_description"]) == (400, True), answer.text
    assert org.knobs() == before


async def test_faults_are_switched_counted_and_switched_off(ada: Somebody, control: Controller) -> None:
    token = (await ada.tokens())["refresh_token"]
    on = await control.done("POST", "/faults", {"faults": ["503=5@token*1", "delay=0@api"]})
    assert [(each["fault"], each["struck"]) for each in on] == [("503=5@token*1", 0), ("delay=0@api", 0)]
    answer = await ada.refresh(token)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await ada.refresh(token)).status_code == 200
    (first, second) = await control.done("GET", "/faults")
    assert (first["struck"], first["is_over"], second["is_over"]) == (1, True, False)
    assert [each["number"] for each in await control.done("DELETE", "/faults", {"number": first["number"]})] == [
        second["number"]
    ]
    assert await control.done("DELETE", "/faults") == []


@pytest.mark.parametrize(
    ("method", "body", "said"),
    [
        ("POST", {"fault": "nonsense@token"}, "There is no fault"),
        ("POST", {"faults": ["503@token", "503@nowhere"]}, "There is no endpoint"),
        ("POST", {}, "Give 'fault'"),
        ("POST", {"faults": "503"}, "Give 'fault'"),
        ("POST", {"fault": 5}, "must be a text"),
        ("POST", {"scenario": "nonsense"}, "no scenario"),
        ("DELETE", {"number": 99}, "No fault has the number 99"),
        ("DELETE", {"number": "1"}, "No fault has the number '1'"),
    ],
)
async def test_bad_faults_change_nothing(
    org: DemoOrg, control: Controller, method: str, body: object, said: str
) -> None:
    answer = await control.ask(method, "/faults", body)
    assert (answer.status_code, said in answer.json()["error_description"]) == (400, True), answer.text
    assert org.faults.switched == ()


async def test_a_scenario_replaces_what_was_on(org: DemoOrg, control: Controller) -> None:
    listed = await control.done("GET", "/scenarios")
    assert {each["name"] for each in listed} == set(SCENARIOS)
    await control.done("POST", "/faults", {"fault": "500@api"})
    on = await control.done("POST", "/faults", {"scenario": "invalid-iss"})
    assert [each["fault"] for each in on] == ["wrong-iss@token.code"]


async def test_moving_the_clock_lets_tokens_end(ada: Somebody, control: Controller, clock: SimClock) -> None:
    tokens = await ada.tokens()
    found = await control.done("POST", "/clock", {"jump_s": 30})
    assert found == {"now": clock.now() + 30, "moved_s": 30, "skew_s": 0}
    answer = await ada.call(tokens["access_token"])
    assert answer.json()["error_description"] == "The token has expired."
    fresh = await ada.refreshed(tokens["refresh_token"])
    assert (await ada.call(fresh["access_token"])).status_code == 200


async def test_skew_shows_in_the_date_header_and_can_be_taken_back(
    ada: Somebody, control: Controller, clock: SimClock
) -> None:
    await control.done("POST", "/clock", {"jump_s": 10})
    await control.done("POST", "/clock", {"skew_s": -3600})
    found = await control.done("POST", "/clock", {"jump_s": 10})
    assert found == {"now": clock.now() - 3580, "moved_s": 20, "skew_s": -3600}
    from email.utils import parsedate_to_datetime

    answer = await ada.http.get(f"{V1}/keys")
    assert parsedate_to_datetime(answer.headers["date"]).timestamp() == int(clock.now()) - 3580
    assert (await control.done("POST", "/clock", {"skew_s": 0}))["now"] == clock.now() + 20


@pytest.mark.parametrize(
    "body", [{}, {"jump_s": "1"}, {"jump_s": 1e12}, {"jump": 1}, {"skew_s": True}, {"skew_s": None}]
)
async def test_a_bad_move_moves_nothing(org: DemoOrg, control: Controller, body: object, clock: SimClock) -> None:
    assert (await control.ask("POST", "/clock", body)).status_code == 400
    assert org.clock.now() == clock.now()


async def test_revoking_now(ada: Somebody, control: Controller) -> None:
    first, second = await ada.tokens(), await ada.tokens()
    (one, _two) = (await control.done("GET"))["families"]
    await control.done("POST", "/revoke", {"family": one["id"], "what": "access_tokens"})
    assert (await ada.call(first["access_token"])).json()["error_description"] == "The access token has been revoked."
    first = await ada.refreshed(first["refresh_token"])
    await control.done("POST", "/revoke", {"family": one["id"]})
    assert (await ada.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await ada.call(second["access_token"])).status_code == 200
    assert await control.done("POST", "/revoke") == []
    assert (await ada.call(second["access_token"])).status_code == 401


@pytest.mark.parametrize("body", [{"family": "nobody"}, {"what": "everything"}, {"family": ["x"]}, {"family": {}}])
async def test_revoking_what_is_not_there(ada: Somebody, control: Controller, body: object) -> None:
    tokens = await ada.tokens()
    assert (await control.ask("POST", "/revoke", body)).status_code == 400
    assert (await ada.call(tokens["access_token"])).status_code == 200


@pytest.mark.parametrize("overlap", [True, False])
async def test_rotating_keys(ada: Somebody, control: Controller, *, overlap: bool) -> None:
    (old,) = (await control.done("GET"))["keys"]
    kids = await control.done("POST", "/keys/rotate", {"overlap": overlap})
    published = [key["kid"] for key in (await ada.http.get(f"{V1}/keys")).json()["keys"]]
    assert kids == published
    assert (old in published, len(published)) == (overlap, 2 if overlap else 1)


async def test_the_dump_tells_everything_but_token_values(ada: Somebody, control: Controller) -> None:
    tokens = await ada.tokens()
    second = await ada.refreshed(tokens["refresh_token"])
    answer = await control.ask("GET")
    for token in (*tokens.values(), *second.values()):
        assert not (isinstance(token, str) and len(token) > 40 and token in answer.text)
    found = answer.json()
    (family,) = found["families"]
    assert (family["refreshes"], [each["generation"] for each in family["refresh_tokens"]]) == (1, [1, 2])
    shown = {each["fingerprint"] for each in family["refresh_tokens"]}
    assert shown == {Secret(each["refresh_token"]).fingerprint for each in (tokens, second)}
    assert found["counters"]["token"] == 2
    assert found["log"][-1]["event_type"] == "app.oauth2.as.token.grant"
    assert found["log"][-1]["family"] == family["id"]


async def test_counters_are_cleared_and_a_reset_forgets_everything(
    ada: Somebody, org: DemoOrg, control: Controller
) -> None:
    tokens = await ada.tokens()
    await control.done("POST", "/counters/clear")
    assert (await control.done("GET"))["counters"] == {}
    await control.done("PATCH", "/policy", {"grace_s": 1})
    await control.done("POST", "/clock", {"jump_s": 60})
    await control.done("POST", "/faults", {"fault": "500@api"})
    await control.done("POST", "/reset")
    found = await control.done("GET")
    assert (found["families"], found["faults"], found["log"]) == ([], [], [])
    assert (found["knobs"]["grace_s"], found["clock"]["moved_s"]) == (30, 0)
    assert (await ada.refresh(tokens["refresh_token"])).status_code == 400


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic eDp5", "Bearer"])
async def test_without_its_token_nothing_opens(ada: Somebody, org: DemoOrg, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for route in ("", "/policy", "/faults", "/clock", "/revoke", "/keys/rotate", "/reset", "/presets", "/scenarios"):
        for method in ("GET", "POST", "PATCH", "DELETE", "OPTIONS"):
            answer = await ada.http.request(method, f"/demo/control{route}", headers=headers)
            assert answer.status_code in (401, 405)
            assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b"5", b"[" * 60_000])
async def test_a_body_must_be_one_object(ada: Somebody, org: DemoOrg, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {org.control_token}"}
    answer = await ada.http.patch("/demo/control/policy", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_what_was_turned_is_remembered_with_the_ledger(
    tmp_path: Any, clock: SimClock, control: Controller
) -> None:
    org = DemoOrg(clock, ledger=FileLedger(tmp_path / "org" / "ledger.json"))
    org.turn(grace_s=5, access_token_lifetime_s=75, refresh_grant_enabled=False)
    org.set_time(skew_s=90)
    org.ledger.save()
    again = DemoOrg(clock, ledger=FileLedger(tmp_path / "org" / "ledger.json"))
    assert again.knobs() == org.knobs()
    assert (again.clock.now(), again.control_token) == (clock.now() + 90, org.control_token)
    again.reset()
    again.ledger.save()
    assert DemoOrg(clock, ledger=FileLedger(tmp_path / "org" / "ledger.json")).policy == Policy()


async def test_a_ledger_that_calls_the_grace_period_leeway_is_read(clock: SimClock) -> None:
    org = DemoOrg(clock)
    org.turn(grace_s=5)
    old = org.ledger.settings["application"]
    old["leeway_s"] = old.pop("grace_s")
    assert DemoOrg(clock, ledger=org.ledger).knobs()["grace_s"] == 5


async def test_presets_are_listed_with_their_source(control: Controller) -> None:
    found = await control.done("GET", "/presets")
    assert [each["name"] for each in found] == list(PRESETS)
    assert all(each["behaviour"] and each["source"] and each["knobs"] for each in found)


class Preset:
    """Signs Ada in under a preset and refreshes."""

    def __init__(self, ada: Somebody, name: str) -> None:
        ada.org.choose_preset(name)
        self.ada = ada

    async def good(self, token: str) -> bool:
        return (await self.ada.refresh(token)).status_code == 200


async def test_okta_native(ada: Somebody, clock: SimClock) -> None:
    preset, tokens = Preset(ada, "okta-native"), await ada.tokens()
    assert tokens["expires_in"] == 3600
    for _ in range(60):
        clock.jump(6 * 86400)
        assert (await ada.refreshed(tokens["refresh_token"]))["refresh_token"] == tokens["refresh_token"]
    clock.jump(7 * 86400)
    assert not await preset.good(tokens["refresh_token"])


async def test_okta_spa(ada: Somebody, clock: SimClock) -> None:
    preset, first = Preset(ada, "okta-spa"), (await ada.tokens())["refresh_token"]
    second = (await ada.refreshed(first))["refresh_token"]
    clock.jump(29)
    assert first != second
    assert await preset.good(first)
    clock.jump(1)
    assert not await preset.good(first)
    assert not await preset.good(second), "reuse ends the family"


async def test_strict_single_use(ada: Somebody) -> None:
    preset, first = Preset(ada, "strict-single-use"), (await ada.tokens())["refresh_token"]
    second = (await ada.refreshed(first))["refresh_token"]
    assert not await preset.good(first)
    assert not await preset.good(second)


async def test_short_reuse_window(ada: Somebody, clock: SimClock) -> None:
    preset, first = Preset(ada, "short-reuse-window"), await ada.tokens()
    second = await ada.refreshed(first["refresh_token"])
    clock.jump(4)
    again = await ada.refreshed(first["refresh_token"])
    assert again["refresh_token"] == second["refresh_token"]
    assert again["access_token"] != second["access_token"]
    clock.jump(1)
    assert not await preset.good(first["refresh_token"])


async def test_no_new_refresh_token(ada: Somebody) -> None:
    preset, first = Preset(ada, "no-new-refresh-token"), (await ada.tokens())["refresh_token"]
    for _ in range(2):
        assert "refresh_token" not in await ada.refreshed(first)
    assert await preset.good(first)


async def test_sliding_with_an_absolute_cap(ada: Somebody, clock: SimClock) -> None:
    preset, token = Preset(ada, "sliding-absolute"), (await ada.tokens())["refresh_token"]
    for _ in range(35):
        clock.jump(800)
        token = (await ada.refreshed(token))["refresh_token"]
    clock.jump(800)
    assert not await preset.good(token), "8 hours after the sign-in it ends, however busy"
    token = (await ada.tokens(prompt="login"))["refresh_token"]
    clock.jump(900)
    assert not await preset.good(token), "15 idle minutes end it"


async def test_access_75s(ada: Somebody, clock: SimClock) -> None:
    Preset(ada, "access-75s")
    tokens = await ada.tokens()
    clock.jump(74)
    assert (await ada.call(tokens["access_token"])).status_code == 200
    clock.jump(1)
    assert (await ada.call(tokens["access_token"])).status_code == 401


async def test_jumps_do_not_add_up_beyond_the_years_a_date_can_name(org: DemoOrg, control: Controller) -> None:
    ten_years = 10 * 365 * 86400
    await control.done("POST", "/clock", {"jump_s": ten_years})
    answer = await control.ask("POST", "/clock", {"jump_s": ten_years})
    assert (answer.status_code, "at most ten years" in answer.json()["error_description"]) == (400, True), answer.text
    assert org.moved_s == ten_years


async def test_one_token_is_revoked_by_its_hash_and_a_refresh_token_takes_its_family_along(
    ada: Somebody, control: Controller
) -> None:
    tokens = await ada.tokens()
    await control.done("POST", "/revoke", {"token_hash": hashed(tokens["access_token"])})
    assert (await ada.call(tokens["access_token"])).json()["error_description"] == "The access token has been revoked."
    again = await ada.refreshed(tokens["refresh_token"])
    await control.done("POST", "/revoke", {"token_hash": hashed(again["refresh_token"])})
    assert (await ada.refresh(again["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await ada.call(again["access_token"])).status_code == 401
    refused = await control.ask("POST", "/revoke", {"token_hash": hashed("nobody's")})
    assert (refused.status_code, refused.json()["error_description"]) == (400, "There is no such token.")


async def test_every_answer_says_how_far_the_time_was_moved(ada: Somebody, control: Controller) -> None:
    plain = await control.ask("GET")
    assert MOVED_HEADER not in plain.headers
    moved = await control.ask("POST", "/clock", {"jump_s": 90})
    assert moved.headers[MOVED_HEADER] == "90.0"
    skewed = await control.ask("POST", "/clock", {"jump_s": -90, "skew_s": 5})
    assert MOVED_HEADER not in skewed.headers
