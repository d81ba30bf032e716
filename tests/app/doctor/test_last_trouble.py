"""What a later run of the doctor knows of an earlier one's trouble: when, which generation, and no secret."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.doctor.last_failure import FailureMemory, last_trouble
from app.doctor.records import Certainty, FailedStage, Failure
from app.errors.reasons import SignInEnded
from app.events.sign_in import SignInFinished
from app.journal import Journal
from app.session.session import Session
from tests.app.doctor.conftest import Ward

pytestmark = pytest.mark.anyio


async def refused_refresh(ward: Ward, folder: Path) -> None:
    ward.world.journal.subscribe(FailureMemory(folder))
    await ward.sign_in()
    await ward.refresh()
    ward.world.clock.jump(8 * 86400.0)
    await ward.refresh()


async def test_a_later_run_knows_when_and_which_generation(ward: Ward, tmp_path: Path) -> None:
    ward.world.turn(refresh_token_lifetime_s=0)
    refresh_from = ward.world.journal
    await refused_refresh(ward, tmp_path)
    found = last_trouble(tmp_path, "")
    assert found is not None
    assert (found.stage, found.code, found.status, found.seq) == (FailedStage.REFRESH, "invalid_grant", 400, None)
    assert found.at == ward.world.clock.now()
    assert found.sent is not None
    assert found.sent.name == "RT-2"
    assert found.sent.signed_in_at is not None
    ward.world.journal = Journal(ward.world.clock)
    later = Session(ward.world.client, ward.world.store, ward.world.journal, ward.world.clock, key="demo", leeway_s=1)
    assert not await later.restore()
    assert ward.diagnose(later) == ()
    ward.known = replace(ward.known, last_trouble=found)
    told = ward.expect("idle_limit", Certainty.LIKELY, later)
    assert "RT-2 had not been used for 8 d" in told.evidence[0].text
    assert len(refresh_from) > 0


async def test_no_secret_is_written(ward: Ward, tmp_path: Path) -> None:
    await refused_refresh(ward, tmp_path)
    text = (tmp_path / "last-trouble.json").read_text()
    tokens = [json.loads(written)["refresh"][1] for written in ward.world.store.written]
    assert tokens
    assert not [token for token in tokens if token in text]
    assert "RT-2" in text


async def test_a_sign_in_that_was_given_up_hides_nothing(ward: Ward, tmp_path: Path) -> None:
    await refused_refresh(ward, tmp_path)
    ward.world.journal.append(SignInFinished("It was cancelled.", SignInEnded.CANCELLED))
    found = last_trouble(tmp_path, "")
    assert found is not None
    assert found.stage is FailedStage.REFRESH
    here = ward.case().trouble
    assert here is not None
    assert here.stage is FailedStage.REFRESH


async def test_tokens_make_it_forget(ward: Ward, tmp_path: Path) -> None:
    await refused_refresh(ward, tmp_path)
    await ward.sign_in()
    assert last_trouble(tmp_path, "") is None


@pytest.mark.parametrize("text", ["", "[]", '{"": 1}', '{"": {"stage": "x"}}', '{"": {"stage": "refresh", "at": "x"}}'])
def test_a_file_that_makes_no_sense_is_no_memory(tmp_path: Path, text: str) -> None:
    (tmp_path / "last-trouble.json").write_text(text)
    assert last_trouble(tmp_path, "") is None
    assert last_trouble(tmp_path / "nowhere", "") is None


async def test_a_folder_that_cannot_be_written_costs_nothing_else(ward: Ward, tmp_path: Path) -> None:
    await refused_refresh(ward, tmp_path / "missing")
    assert isinstance(ward.case().trouble, Failure)
