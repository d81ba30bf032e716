"""Every fault does what it says, as often as it says, where it says; over real HTTP and in process."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from app.clock import SystemClock
from app.demo.applications import Grant
from app.demo.asgi import asgi
from app.demo.dialect import ROWS
from app.demo.endpoint_routes import ActiveFaults
from app.demo.faults import ENDPOINTS, Fault, FaultKind
from app.demo.forging import forge_claims
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from app.demo.serve import ServedOrg
from app.demo.transport import OrgTransport
from app.errors import BadInput
from app.sim_loop import SimClock
from tests.app.demo.doors import doors
from tests.app.demo.somebody import V1, Somebody
from tests.app.demo.test_demo_authorize import returned
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


ANOTHER_RESPONSE: list[tuple[str, int, dict[str, str | None]]] = [
    ("500@token", 500, {}),
    ("503@token", 503, {"retry-after": None}),
    ("503=5@token", 503, {"retry-after": "5"}),
    ("429@token", 429, {"retry-after": None, "x-rate-limit-remaining": "0"}),
    ("429=7@token", 429, {"retry-after": "7", "x-rate-limit-remaining": "0"}),
    ("refuse@token", 500, {}),
    ("html@token", 200, {"content-type": "text/html; charset=utf-8"}),
    ("oversized=1@token", 200, {"content-type": "application/json"}),
    ("garbage@token", 200, {"content-type": "application/json"}),
]


def switch_on(somebody: Somebody, *faults: str) -> None:
    somebody.org.faults.clear()
    somebody.org.faults.switch_on(Fault.parse(text) for text in faults)


async def check_another_response(
    somebody: Somebody, fault: str, status: int, headers: dict[str, str | None]
) -> httpx.Response:
    token = (await somebody.tokens())["refresh_token"]
    switch_on(somebody, fault)
    response = await somebody.refresh(token)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in headers} == headers
    assert somebody.org.ledger.families.popitem()[1].refreshes == 0, "the request must not be acted on"
    return response


def check_refusal(somebody: Somebody, response: httpx.Response, reason: str) -> None:
    row = ROWS[reason]
    told = {"error": row.error, "error_description": row.description}
    assert (response.status_code, response.json()) == (row.status, told)
    assert list(somebody.org.log)[-1].cause == f"The fault refuse={reason}@token was on."


@pytest.fixture
async def inside(org: DemoOrg) -> AsyncIterator[Somebody]:
    """Ada at an org in the same process, on simulated time."""
    async with httpx.AsyncClient(transport=OrgTransport(org), base_url=org.issuer_base) as http:
        yield Somebody(org, http)


class TestOverHttp:
    """The connection itself: a real server, a real client."""

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @pytest.fixture
    async def outside(self, key: SigningKey) -> AsyncIterator[Somebody]:
        served = ServedOrg(DemoOrg(SystemClock(), ledger=MemoryLedger(key)))
        await asyncio.to_thread(served.start)
        async with httpx.AsyncClient(base_url=served.base_url, trust_env=False, timeout=PATIENCE_S) as http:
            yield Somebody(served.org, http)
        await asyncio.to_thread(served.stop)

    async def test_hanging_up_before_does_nothing(self, outside: Somebody) -> None:
        token = (await outside.tokens())["refresh_token"]
        switch_on(outside, "close-before@token*1")
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            await outside.refresh(token)
        assert outside.org.ledger.families.popitem()[1].refreshes == 0

    async def test_hanging_up_afterwards_has_committed_the_rotation(self, outside: Somebody) -> None:
        token = (await outside.tokens())["refresh_token"]
        switch_on(outside, "close-after@token*1")
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            await outside.refresh(token)
        assert outside.org.ledger.families.popitem()[1].refreshes == 1

    async def test_hanging_up_midway_leaves_half_a_body(self, outside: Somebody) -> None:
        token = (await outside.tokens())["refresh_token"]
        switch_on(outside, "close-midway@token*1")
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "0oa-demo-native"}
        got: list[int] = []
        async with outside.http.stream("POST", f"{V1}/token", data=form) as response:
            chunks = response.aiter_raw()
            with pytest.raises(httpx.RemoteProtocolError, match="closed connection without sending complete"):
                got.extend([len(chunk) async for chunk in _counted(chunks, got)])
        assert (response.status_code, sum(got)) == (200, int(response.headers["content-length"]) // 2)

    async def test_after_a_hang_up_the_next_request_is_answered(self, outside: Somebody) -> None:
        token = (await outside.tokens())["refresh_token"]
        for kind in ("close-before", "close-after", "close-midway"):
            switch_on(outside, f"{kind}@token*1")
            with pytest.raises(httpx.RemoteProtocolError):
                await outside.refresh(token)
            token = (await outside.refreshed(token))["refresh_token"]

    async def test_a_response_without_a_body_cannot_be_cut_so_none_comes(self, outside: Somebody) -> None:
        switch_on(outside, "close-midway@revoke")
        form = {"client_id": "0oa-demo-native", "token": "x"}
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            await outside.http.post(f"{V1}/revoke", data=form)

    @pytest.mark.parametrize("kind", ["close-before", "close-after", "close-midway"])
    async def test_no_drip_hides_a_hang_up(self, outside: Somebody, kind: str) -> None:
        token = (await outside.tokens())["refresh_token"]
        switch_on(outside, "drip=0@token", f"{kind}@token*1")
        with pytest.raises(httpx.RemoteProtocolError):
            await outside.refresh(token)
        assert (await outside.refresh(token)).status_code == 200

    @pytest.mark.parametrize(("fault", "status", "headers"), ANOTHER_RESPONSE)
    async def test_another_response_than_the_orgs(
        self, outside: Somebody, fault: str, status: int, headers: dict[str, str | None]
    ) -> None:
        response = await check_another_response(outside, fault, status, headers)
        assert int(response.headers["content-length"]) == len(response.content)

    async def test_any_of_oktas_errors_can_be_answered(self, outside: Somebody) -> None:
        for reason in ROWS:
            switch_on(outside, f"refuse={reason}@token")
            check_refusal(outside, await outside.refresh("x"), reason)

    async def test_a_delay_is_waited_for(self, outside: Somebody) -> None:
        switch_on(outside, "delay=0.05@keys", "503@keys")
        clock = SystemClock()
        began = clock.elapsed()
        assert (await outside.http.get(f"{V1}/keys")).status_code == 503
        assert clock.elapsed() - began >= 0.05

    async def test_a_dripping_response_comes_whole(self, outside: Somebody) -> None:
        switch_on(outside, "drip=0@keys")  # in how many pieces is not the org's to say over HTTP
        assert (await outside.http.get(f"{V1}/keys")).json()["keys"]


async def _counted(chunks: AsyncIterator[bytes], got: list[int]) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        got.append(len(chunk))
        yield b""


async def test_delays_and_drips_pass_in_the_orgs_time(inside: Somebody, clock: SimClock) -> None:
    switch_on(inside, "delay=7@api")
    before = clock.now()
    await inside.call("x")
    assert clock.now() - before == pytest.approx(7)
    switch_on(inside, "drip=0.5@keys")
    before = clock.now()
    response = await inside.http.get(f"{V1}/keys")
    assert clock.now() - before == pytest.approx(0.5 * len(response.content))


@pytest.mark.parametrize("kind", ["close-before", "close-after", "close-midway"])
async def test_hang_ups_reach_a_client_in_the_same_process_too(inside: Somebody, kind: str) -> None:
    token = (await inside.tokens())["refresh_token"]
    switch_on(inside, f"{kind}@token*1")
    with pytest.raises(httpx.RemoteProtocolError):
        await inside.refresh(token)
    assert (await inside.refresh(token)).status_code == 200


async def test_without_a_value_each_has_its_own(inside: Somebody, clock: SimClock) -> None:
    switch_on(inside, "delay@api", "drip@api")
    before = clock.now()
    response = await inside.call("x")
    assert clock.now() - before == pytest.approx(1 + 0.3 * len(response.content))
    switch_on(inside, "oversized@keys")
    assert len((await inside.http.get(f"{V1}/keys")).content) > 2 << 20


async def test_a_drip_ends_when_nobody_takes_it(org: DemoOrg, clock: SimClock) -> None:
    org.faults.switch_on([Fault.parse("drip=5@keys")])
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await clock.sleep_until(began + 12)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    began = clock.now()
    host = (b"host", org.issuer_base.removeprefix("http://").encode())
    scope = {"type": "http", "method": "GET", "path": f"{V1}/keys", "query_string": b"", "headers": [host]}
    await asgi(org)(scope, receive, send)
    assert clock.now() - began == pytest.approx(12)
    assert [len(message["body"]) for message in sent if "body" in message] == [1, 1, 1]


@pytest.mark.parametrize(("fault", "status", "headers"), ANOTHER_RESPONSE)
async def test_another_response_than_the_orgs(
    inside: Somebody, fault: str, status: int, headers: dict[str, str | None]
) -> None:
    await check_another_response(inside, fault, status, headers)


async def test_what_is_in_those_responses(inside: Somebody) -> None:
    switch_on(inside, "oversized=1@token")
    assert len((await inside.refresh("x")).content) > 1 << 20
    switch_on(inside, "garbage@token")
    with pytest.raises(json.JSONDecodeError):
        (await inside.refresh("x")).json()
    switch_on(inside, "429@token", "429@api")
    assert (await inside.refresh("x")).json()["error_description"] == ROWS["user_rate_limited"].description
    assert (await inside.call("x")).json()["errorCode"] == "E0000047"


@pytest.mark.parametrize("reason", sorted(ROWS))
async def test_any_of_oktas_errors_can_be_answered(inside: Somebody, reason: str) -> None:
    switch_on(inside, f"refuse={reason}@token")
    check_refusal(inside, await inside.refresh("x"), reason)


@pytest.mark.parametrize("also", ["delay=0", "drip=0"])
async def test_each_endpoint_refuses_in_its_own_words(inside: Somebody, also: str) -> None:
    switch_on(inside, "refuse=expired_access_token@*", f"{also}@*")
    for path in ("/api/me", f"{V1}/userinfo"):
        challenge = 'Bearer error="invalid_token", error_description="The token has expired."'
        assert (await inside.http.get(path)).headers["www-authenticate"] == challenge
    assert (await inside.http.get("/api/v1/logs")).json()["errorCode"] == "E0000011"
    for path in (f"{V1}/authorize", f"{V1}/logout", "/activate"):
        response = await inside.http.get(path)
        assert (response.status_code, response.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert "www-authenticate" not in (await inside.refresh("x")).headers


async def test_how_often_a_fault_strikes(inside: Somebody) -> None:
    switch_on(inside, "503@api*2+1")
    statuses = [(await inside.call("x")).status_code for _ in range(5)]
    assert statuses == [401, 503, 503, 401, 401]
    (switched,) = inside.org.faults.switched
    assert (switched.struck, switched.passed, switched.is_over) == (2, 1, True)
    switch_on(inside, "503@api")
    assert [(await inside.call("x")).status_code for _ in range(4)] == [503] * 4


async def test_where_a_fault_strikes(inside: Somebody) -> None:
    tokens = await inside.tokens()
    switch_on(inside, "503@token.refresh")
    assert (await inside.refresh(tokens["refresh_token"])).status_code == 503
    assert (await inside.exchange(await inside.code())).status_code == 200
    switch_on(inside, "503@*")
    for path in (f"{V1}/keys", "/api/me", f"{V1}/userinfo", "/.well-known/openid-configuration", "/api/v1/apps"):
        assert (await inside.http.get(path)).status_code == 503
    switch_on(inside)
    assert (await inside.refresh(tokens["refresh_token"])).status_code == 200


async def test_faults_meet_but_only_one_decides_the_response(inside: Somebody, clock: SimClock) -> None:
    switch_on(inside, "delay=3@api", "503@api*1", "429@api*1")
    before = clock.now()
    assert [(await inside.call("x")).status_code for _ in range(3)] == [503, 429, 401]
    assert clock.now() - before == pytest.approx(9)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_every_endpoint_has_a_door_of_that_name(inside: Somebody, endpoint: str) -> None:
    switch_on(inside, f"429@{endpoint}")
    responses = [await inside.http.request(method, path) for method, path in doors(inside.org)]
    assert 429 in [response.status_code for response in responses]


async def test_nothing_strikes_what_turns_the_org(inside: Somebody) -> None:
    switch_on(inside, "429@*")
    spared = set()
    for method, path in doors(inside.org):
        if (await inside.http.request(method, path)).status_code != 429:
            spared.add("/".join(path.split("/")[:3]))
    assert spared == {"/demo/control", "/demo/identity", "/phone"}


async def test_faults_are_switched_off_by_number(inside: Somebody) -> None:
    one, other = inside.org.faults.switch_on([Fault.parse("500@api"), Fault.parse("500@keys")])
    assert inside.org.faults.switch_off(one)
    assert not inside.org.faults.switch_off(one)
    assert [each.number for each in inside.org.faults.switched] == [other]
    assert (await inside.call("x")).status_code == 401


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


BENT_CLAIMS = {
    "wrong-iss": ("iss", "https://stranger.example"),
    "wrong-sub": ("sub", "00u-demo-stranger"),
    "wrong-aud": ("aud", "0oa-stranger"),
    "wrong-nonce": ("nonce", "another-nonce"),
    "wrong-at-hash": ("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
    "aud-array": ("aud", ["0oa-demo-native"]),
    "extra-aud": ("aud", ["0oa-demo-native", "0oa-stranger"]),
    **{
        f"no-{name.replace('_', '-')}": (name, None) for name in ("iss", "sub", "aud", "iat", "exp", "nonce", "at_hash")
    },
}


@pytest.mark.parametrize("kind", BENT_CLAIMS)
async def test_bent_claims(inside: Somebody, kind: str) -> None:
    name, value = BENT_CLAIMS[kind]
    switch_on(inside, f"{kind}@token")
    assert claims((await inside.tokens())["id_token"]).get(name) == value


@pytest.mark.parametrize(
    ("kind", "name", "apart_s"), [("old-iat", "iat", -604_800), ("future-iat", "iat", 3600), ("expired", "exp", -600)]
)
async def test_bent_times(inside: Somebody, clock: SimClock, kind: str, name: str, apart_s: int) -> None:
    switch_on(inside, f"{kind}@token")
    assert claims((await inside.tokens())["id_token"])[name] == int(clock.now()) + apart_s


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("alg-none", {"alg": "none"}),
        ("alg-hs256", {"alg": "HS256"}),
        ("alg-ps256", {"alg": "PS256"}),
        ("no-kid", {"alg": "RS256"}),
    ],
)
async def test_bent_headers(inside: Somebody, kind: str, header: dict[str, str]) -> None:
    switch_on(inside, f"{kind}@token")
    found = jwt.get_unverified_header((await inside.tokens())["id_token"])
    assert {name: found[name] for name in header} == header
    assert ("kid" in found) is (kind != "no-kid")


def signed_part(token: str) -> tuple[bytes, bytes]:
    signed, _, signature = token.rpartition(".")
    return signed.encode(), jwt.utils.base64url_decode(signature)


async def test_the_other_algorithms_are_done_right(inside: Somebody) -> None:
    public = inside.org.ledger.keys[0].private.public_key()
    switch_on(inside, "alg-ps256@token")
    signed, signature = signed_part((await inside.tokens())["id_token"])
    public.verify(signature, signed, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    switch_on(inside, "alg-hs256@token")
    signed, signature = signed_part((await inside.tokens())["id_token"])
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert signature == hmac.digest(pem, signed, "sha256")
    switch_on(inside, "alg-none@token")
    assert signed_part((await inside.tokens())["id_token"])[1] == b""


async def published(somebody: Somebody) -> list[dict[str, str]]:
    found: list[dict[str, str]] = (await somebody.http.get(f"{V1}/keys")).json()["keys"]
    return found


async def test_a_bad_signature_is_bad(inside: Somebody) -> None:
    switch_on(inside, "bad-signature@token")
    token = (await inside.tokens())["id_token"]
    (key,) = await published(inside)
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(
            token, jwt.PyJWK(key), algorithms=["RS256"], audience="0oa-demo-native", options={"verify_exp": False}
        )


@pytest.mark.parametrize(("kind", "left"), [("rotate-keys", 2), ("replace-keys", 1)])
async def test_keys_change_right_before_signing(inside: Somebody, kind: str, left: int) -> None:
    (old,) = await published(inside)
    switch_on(inside, f"{kind}@token*1")
    token = (await inside.tokens())["id_token"]
    keys = await published(inside)
    assert jwt.get_unverified_header(token)["kid"] == keys[0]["kid"] != old["kid"]
    assert len(keys) == left


async def test_bent_key_sets(inside: Somebody) -> None:
    (real,) = await published(inside)
    switch_on(inside, "decoy-keys@keys")
    decoys = [key for key in await published(inside) if key != real]
    assert {key["kid"] for key in decoys} == {real["kid"]}
    assert len({(key["kty"], key["alg"], key["use"]) for key in decoys}) == len(decoys) == 4
    switch_on(inside, "extra-key@keys")
    other, same = await published(inside)
    assert (same, {**other, "kid": "", "n": ""}) == (real, {**real, "kid": "", "n": ""})
    assert (other["kid"] != real["kid"], other["n"] != real["n"]) == (True, True)
    switch_on(inside, "extra-key@keys", "decoy-keys@keys")
    assert sorted(key["kid"] for key in await published(inside)) == [*[real["kid"]] * 5, other["kid"]]
    switch_on(inside, "no-keys-kid@keys")
    assert "kid" not in (await published(inside))[0]


async def test_bent_token_responses(inside: Somebody) -> None:
    for kind, name in (
        ("no-expires-in", "expires_in"),
        ("no-scope", "scope"),
        ("no-id-token", "id_token"),
        ("no-refresh-token", "refresh_token"),
    ):
        switch_on(inside, f"{kind}@token")
        assert name not in await inside.tokens()
    switch_on(inside, "odd-token-type@token")
    assert (await inside.tokens())["token_type"] == "bEARER"
    switch_on(inside)
    token = (await inside.tokens())["refresh_token"]
    switch_on(inside, "no-refresh-token@token.refresh")
    assert "refresh_token" not in await inside.refreshed(token)


async def test_bent_responses_elsewhere(inside: Somebody) -> None:
    switch_on(inside, "issuer-mismatch@discovery", "wrong-sub@userinfo")
    document = await inside.http.get("/oauth2/default/.well-known/openid-configuration")
    assert document.json()["issuer"] != inside.org.issuer
    bearer = {"Authorization": f"Bearer {(await inside.tokens())['access_token']}"}
    assert (await inside.http.get(f"{V1}/userinfo", headers=bearer)).json()["sub"] == "00u-demo-stranger"


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("wrong-iss", "iss", "https://stranger.example"),
        ("no-iss", "iss", None),
        ("wrong-state", "state", "another-state"),
        ("no-state", "state", None),
    ],
)
async def test_bent_redirects(inside: Somebody, kind: str, name: str, value: str | None) -> None:
    switch_on(inside, f"{kind}@sign_in")
    response = await inside.submit({"username": "ada", "password": inside.org.user.password})
    assert returned(response).get(name) == value


async def test_bent_redirects_that_ask_nobody(inside: Somebody) -> None:
    switch_on(inside, "wrong-iss@authorize", "no-state@authorize")
    told = returned(await inside.open_page(prompt="none"))
    assert (told["error"], told["iss"], "state" in told) == ("login_required", "https://stranger.example", False)


async def test_an_api_that_refuses_good_tokens(inside: Somebody) -> None:
    tokens = await inside.tokens()
    switch_on(inside, "invalid-token@api*1")
    assert (await inside.call(tokens["access_token"])).json()["error"] == "invalid_token"
    assert (await inside.call(tokens["access_token"])).status_code == 200
    switch_on(inside, "until-refreshed@api")
    for status in (401, 401, 200):
        assert (await inside.call(tokens["access_token"])).status_code == status
        tokens = await inside.refreshed(tokens["refresh_token"])


SECONDS = st.floats(0, 3600).map("{:.6f}".format) | st.integers(0, 3600).map(str)
VALUES = {
    **dict.fromkeys(
        [FaultKind.DELAY, FaultKind.DRIP, FaultKind.UNAVAILABLE, FaultKind.TOO_MANY, FaultKind.UNTIL_REFRESHED],
        SECONDS,
    ),
    FaultKind.OVERSIZED: st.integers(0, 64).map(str),
    FaultKind.REFUSE: st.sampled_from(sorted(ROWS)),
}
PLACES = st.sampled_from([*ENDPOINTS, "*", *(f"token.{grant.short}" for grant in Grant)])


@given(data=st.data(), kind=st.sampled_from(FaultKind), times=st.none() | st.integers(1, 999_999))
def test_a_fault_is_read_as_it_is_written(data: st.DataObject, kind: FaultKind, times: int | None) -> None:
    value = data.draw(st.none() | VALUES[kind]) if kind in VALUES else None
    skip = data.draw(st.integers(0, 999_999))
    fault = Fault(kind=kind, endpoint=data.draw(PLACES), value=value, times=times, skip=skip)
    assert Fault.parse(f" {fault}\n") == fault


@given(text=st.text(max_size=30) | st.from_regex(r"[a-z0-9-]{1,12}=?.{0,6}@[a-z*.]{1,8}[*+]?[0-9]*", fullmatch=True))
def test_any_text_is_a_fault_or_gets_a_sentence(text: str) -> None:
    try:
        fault = Fault.parse(text)
    except BadInput as refused:
        what = refused.what
    else:
        assert Fault.parse(str(fault)) == fault
        return
    assert what.encode().endswith(b".")


TRUE = {"iss": "i", "sub": "s", "aud": "a", "iat": 10_000_000, "exp": 10_003_600, "nonce": "n", "at_hash": "h"}

BENDING = [kind for kind in FaultKind if forge_claims(TRUE, {kind: Fault(kind=kind)}) != TRUE]


@given(kinds=st.lists(st.sampled_from(BENDING), min_size=2, max_size=6, unique=True))
def test_bends_meet_in_any_order(kinds: list[FaultKind]) -> None:
    """Of two faults about one claim the last wins, as if it were alone."""
    faults: ActiveFaults = {kind: Fault(kind=kind) for kind in kinds}
    forged = forge_claims(TRUE, faults)
    for name, value in TRUE.items():
        about = [kind for kind in kinds if forge_claims(TRUE, {kind: faults[kind]}).get(name) != value]
        alone = forge_claims(TRUE, {kind: faults[kind] for kind in about[-1:]})
        assert forged.get(name) == alone.get(name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no fault"),
        ("503@token*0", "applies at least once"),
        ("503@token*1000000", "is no fault"),
        ("503@token.nonsense", "no endpoint"),
        ("503@token.", "no endpoint"),
        ("html=x@token", "html takes no value"),
        ("html=\ud800@token", "html takes no value"),
        ("delay=1e3@token", "must be a number"),
        ("delay=\u0663@token", "must be a number"),
        ("delay= 3@token", "must be a number"),
        ("delay=3600.1@token", "from 0 to 3600"),
        ("503@token*x", "is no fault"),
        ("503@nowhere", "no endpoint"),
        ("503@api.refresh", "no endpoint"),
        ("thunder@token", "no fault 'thunder'"),
        ("delay=long@token", "must be a number"),
        ("delay=-1@token", "must be a number"),
        ("delay=nan@token", "must be a number"),
        ("oversized=65@token", "from 0 to 64"),
        ("refuse=nonsense@token", "Okta has no error"),
    ],
)
def test_what_is_no_fault_gets_a_sentence(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        Fault.parse(text)


@pytest.mark.parametrize("counts", [{"times": 0}, {"times": 1_000_000}, {"skip": -1}, {"skip": 1_000_000}])
def test_what_could_not_be_written_cannot_be(counts: dict[str, int]) -> None:
    with pytest.raises(BadInput):
        Fault(kind=FaultKind.HTML, **counts)
