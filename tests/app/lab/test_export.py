"""A report as JSON, CSV and a table, and the command that prints it."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.__main__ import main
from app.lab.export import to_csv, to_json, to_table
from app.lab.report import Report, RunProgress, StrategyResult
from app.lab.scenario import Contestant, Pattern, RotationMode, Scenario, Weather

_REPORT = Report(
    scenario=Scenario(calls=200),
    least_refreshes=9,
    outcomes=tuple(
        StrategyResult(
            contestant=contestant,
            calls=200,
            token_requests=10 + place,
            needless_refreshes=place,
            rejected_401=0,
            failed_calls=0,
            delay_p50_s=0.0,
            delay_p95_s=0.123,
            sign_outs=0,
            families_killed=0,
            bytes=298_077,
        )
        for place, contestant in enumerate(Contestant)
    ),
)


def test_json_has_everything() -> None:
    found = json.loads(to_json(_REPORT))
    assert Scenario.from_plain(found["scenario"]) == _REPORT.scenario
    assert found["least_refreshes"] == 9
    assert tuple(map(StrategyResult.from_plain, found["outcomes"])) == _REPORT.outcomes


def test_csv_has_a_row_a_strategy_with_its_scenario() -> None:
    text = to_csv(_REPORT)
    assert "\r\n" in text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["contestant"] for row in rows] == list(Contestant)
    assert {(row["seed"], row["calls"], row["pattern"], row["least_refreshes"]) for row in rows} == {
        ("1", "200", "office-day", "9")
    }
    assert [row["token_requests"] for row in rows] == ["10", "11", "12", "13", "14"]


def test_the_table_is_aligned_and_says_what_was_tried() -> None:
    heading, _, columns, *rows, _, minimum = to_table(_REPORT).splitlines()
    assert heading == (
        "200 calls, office-day, weather good, seed 1: "
        "access tokens of 5 min, rotation rotate with a grace period of 30 s."
    )
    assert len({len(row) for row in (columns, *rows)}) == 1
    assert rows[1].split() == ["timer", "11", "1", "0", "0", "0", "s", "123", "ms", "0", "0", "298"]
    assert minimum.endswith("9 refreshes.")


def test_the_heading_tells_every_knob_that_is_turned() -> None:
    scenario = Scenario(
        rotation=RotationMode.STATIC, refresh_token_lifetime_s=7200, refresh_idle_s=1800, skew_s=-90, leeway_s=5
    )
    heading = to_table(Report(scenario=scenario, least_refreshes=0, outcomes=_REPORT.outcomes)).splitlines()[0]
    for part in (
        "rotation static,",
        "refresh tokens of 2 h",
        "idle limit 30 min",
        "our clock 1 min 30 s behind",
        "leeway 5 s",
    ):
        assert part in heading


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Scenario]:
    """Answer with the report above instead of running; holds the scenarios that were asked for."""
    found: list[Scenario] = []

    async def answered(scenario: Scenario, *, progress: Callable[[RunProgress], None]) -> Report:
        found.append(scenario)
        progress(RunProgress(500, 1000))
        progress(RunProgress(1000, 1000))
        return _REPORT

    monkeypatch.setattr("app.lab.run.run_lab", answered)
    return found


def test_the_command_runs_what_is_asked_for_and_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "--json", "--calls", "2", "--pattern", "steady", "--seed", "5"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["scenario"] == Scenario(calls=2, pattern=Pattern.STEADY, seed=5).plain()
    assert [outcome["contestant"] for outcome in report["outcomes"]] == list(Contestant)


def test_every_part_of_a_scenario_has_a_flag(asked: list[Scenario], capsys: pytest.CaptureFixture[str]) -> None:
    scenario = Scenario(
        seed=3,
        calls=20,
        pattern=Pattern.BURST,
        weather=Weather.BUSY,
        access_token_lifetime_s=60,
        refresh_token_lifetime_s=7200,
        refresh_idle_s=900,
        rotation=RotationMode.STATIC,
        grace_s=5,
        skew_s=-1.5,
        leeway_s=2.5,
    )
    words = (
        "lab --seed 3 --calls 20 --pattern burst --weather busy --access-token-lifetime 60 "
        "--refresh-token-lifetime 7200 --idle 900 --rotation static --grace 5 --skew -1.5 --leeway 2.5"
    )
    assert main(words.split()) == 0
    assert main(["lab"]) == 0
    assert asked == [scenario, Scenario()]
    found = capsys.readouterr()
    assert found.out == 2 * (to_table(_REPORT) + "\n")
    assert found.err == ""  # no terminal, no progress


def test_a_file_is_written_too(asked: list[Scenario], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lab.csv"
    assert main(["lab", "--csv", str(file)]) == 0
    assert file.read_bytes().decode() == to_csv(_REPORT)
    assert main(["lab", "--csv", str(tmp_path / "none" / "lab.csv")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_progress_is_shown_where_somebody_looks(
    asked: list[Scenario], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main(["lab"]) == 0
    assert capsys.readouterr().err.split() == ["50", "%", "100", "%"]


@pytest.mark.parametrize(
    ("flags", "what"),
    [
        (["--calls", "0"], "The calls must lie between 1 and 20000."),
        (["--grace", "61"], "The grace must lie between 0 and 60 s."),
        (["--access-token-lifetime", "1"], "The access token lifetime must lie between 10 and 86400 s."),
    ],
)
def test_what_makes_no_sense_exits_with_2(flags: list[str], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", *flags]) == 2
    assert what in capsys.readouterr().err


@pytest.mark.parametrize(
    "flags", [["--pattern", "never"], ["--weather", "snow"], ["--seed", "x"], ["--rotation", "no"]]
)
def test_words_nobody_knows_exit_with_2(flags: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["lab", *flags])
    assert caught.value.code == 2
