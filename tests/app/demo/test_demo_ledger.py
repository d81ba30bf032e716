"""What the org remembers across restarts, and what is never written."""

import json
import stat
from pathlib import Path

import httpx
import pytest

from app.demo.asgi import asgi
from app.demo.ledger import FileLedger
from app.demo.org import DemoOrg
from app.sim_loop import SimClock
from tests.app.demo.somebody import Somebody


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "demo-org" / "ledger.json"


def somebody(clock: SimClock, path: Path) -> Somebody:
    org = DemoOrg(clock, ledger=FileLedger(path))
    return Somebody(org, httpx.AsyncClient(transport=httpx.ASGITransport(asgi(org)), base_url=org.issuer_base))


def test_only_the_owner_may_read_it(path: Path) -> None:
    FileLedger(path).save()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["ledger.json"]


@pytest.mark.anyio
async def test_signed_in_across_a_restart(clock: SimClock, path: Path) -> None:
    before = somebody(clock, path)
    tokens = await before.tokens()
    rotated = await before.refreshed(tokens["refresh_token"])
    after = somebody(clock, path)
    assert (await after.call(rotated["access_token"])).status_code == 200
    assert (await after.refresh(rotated["refresh_token"])).status_code == 200
    clock.jump(30)
    assert (await after.refresh(tokens["refresh_token"])).status_code == 400, "reuse is still known"
    assert (await after.refresh(rotated["refresh_token"])).status_code == 400
    for each in (before, after):
        await each.http.aclose()


@pytest.mark.anyio
async def test_values_are_never_written(clock: SimClock, path: Path) -> None:
    ada = somebody(clock, path)
    code = await ada.code()
    tokens = (await ada.exchange(code)).json()
    written = path.read_text()  # noqa: ASYNC240 - a small file
    for value in (code, tokens["access_token"], tokens["refresh_token"], tokens["id_token"]):
        assert value not in written
    assert ada.org.user.password not in written
    await ada.http.aclose()


@pytest.mark.anyio
async def test_written_before_the_answer_leaves(clock: SimClock, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = somebody(clock, path)
    code = await ada.code()
    saves: list[int] = []
    monkeypatch.setattr(ada.org.ledger, "save", lambda: saves.append(len(ada.org.ledger.refresh)))
    await ada.exchange(code)
    assert saves == [1]
    await ada.http.aclose()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[: len(text) // 2],
        lambda _: "",
        lambda _: "[]",
        lambda _: "[" * 100_000,
        lambda text: json.dumps({**json.loads(text), "version": 99}),
        lambda text: json.dumps({**json.loads(text), "keys": [{"kid": "a", "pem": "b"}]}),
        lambda text: json.dumps({**json.loads(text), "port": "8899"}),
        lambda text: json.dumps({**json.loads(text), "port": 70000}),
        lambda text: json.dumps({**json.loads(text), "keys": []}),
        lambda text: json.dumps({**json.loads(text), "refresh": {"x": ["gone", 1, None]}}),
        lambda text: json.dumps({**json.loads(text), "access": {"x": ["gone"]}}),
        lambda text: json.dumps({**json.loads(text), "families": [{"id": "x"}]}),
    ],
)
def test_spoiled_file_is_set_aside(path: Path, spoil: object) -> None:
    FileLedger(path)
    assert callable(spoil)
    spoiled = spoil(path.read_text())
    path.write_text(spoiled)
    ledger = FileLedger(path)
    assert ledger.set_aside == path.with_name("ledger.unreadable-1.json")
    assert ledger.set_aside.read_text() == spoiled
    assert FileLedger(path).set_aside is None


def test_not_utf8_is_set_aside(path: Path) -> None:
    FileLedger(path)
    path.write_bytes(b"\xff\xfe\x00")
    assert FileLedger(path).set_aside is not None


@pytest.mark.anyio
async def test_reset_forgets_grants_and_key_but_not_who_it_is(clock: SimClock, path: Path) -> None:
    ada = somebody(clock, path)
    tokens = await ada.tokens()
    ledger = ada.org.ledger
    ledger.port, identity, kid = 8899, ledger.identity, ledger.keys[0].kid
    ledger.reset()
    ledger.save()
    again = FileLedger(path)
    assert (again.identity, again.port) == (identity, 8899)
    assert again.keys[0].kid != kid
    assert (again.families, again.refresh, again.access) == ({}, {}, {})
    assert (await ada.refresh(tokens["refresh_token"])).status_code == 400
    await ada.http.aclose()
