"""What cards and rows say, without Qt: before, at and after the end; unknown; in words."""

from dataclasses import replace

import pytest

from app.errors import CallFailed
from app.events.tokens import RefreshTokenFate
from app.session.tokens import IdTokenFlaw
from tests.names import AT, IDT
from tests.preview.tokens import NOW, tokens_of
from ui.inspector.rows import mark_at, meaning_at, rows_of
from ui.response.facts import ResponseFacts, response_text
from ui.session.facts import TokenFacts, Tone, card_state
from ui.session.held_tokens import facts_of
from ui.text import clock_time, countdown, moment_with_zone

ACCESS = TokenFacts(
    kind="access",
    name=AT(3),
    number=3,
    fingerprint="9f2c",
    length=812,
    form="JWT RS256",
    issued_at=1000,
    ends_at=1030,
    leeway_s=1.5,
)


@pytest.mark.parametrize(
    ("now", "pill", "tone", "shown", "share"),
    [
        (1000, "Live", Tone.GOOD, "00:30", 1.0),
        (1023, "Live", Tone.GOOD, "00:07", 7 / 30),
        (1024.5, "Lapsing", Tone.WARNING, "00:05", 5.5 / 30),
        (1028.6, "Within leeway", Tone.WARNING, "00:01", 1.4 / 30),
        (1030, "Lapsed", Tone.WARNING, "00:00", 0.0),
        (1033, "Lapsed", Tone.WARNING, "-00:03", 0.0),
    ],
)
def test_a_card_before_at_and_after_the_end(now: float, pill: str, tone: Tone, shown: str, share: float) -> None:
    state = card_state(ACCESS, now)
    assert (state.pill, state.tone, state.countdown) == (pill, tone, shown)
    assert state.share_left == pytest.approx(share)
    assert ("expired" in state.detail) is (now >= 1030)


def test_an_unknown_end_is_said_as_unknown() -> None:
    tokens = tokens_of(2, age_s=1)
    refresh = facts_of(tokens, leeway_s=1)["refresh"]
    assert refresh is not None
    assert refresh.fate is RefreshTokenFate.REPLACED
    state = card_state(refresh, NOW)
    assert (state.pill, state.share_left, state.countdown) == ("Live · rotates", None, "–")
    assert "end not stated by the server" in state.detail
    assert "never" not in state.detail
    assert refresh.form == "opaque"


def test_an_id_token_expires_and_does_not_lapse() -> None:
    found = facts_of(tokens_of(1, age_s=0), leeway_s=1)["id"]
    assert found is not None
    assert found.ends_at is not None
    assert card_state(found, found.ends_at - 1).pill == "Valid"
    assert card_state(found, found.ends_at + 1).pill == "Expired"


def test_no_token_and_masked() -> None:
    assert card_state(None, 0).pill == "None"
    assert facts_of(tokens_of(1, age_s=0).without_access(), leeway_s=1)["access"] is None
    assert ACCESS.masked == "AT-3 · jwt · 812 chars · 9f2c"


@pytest.mark.parametrize(
    ("left_s", "text"),
    [(27, "00:27"), (0, "00:00"), (-3, "-00:03"), (25_152, "06:59:12"), (273_600, "3 d 04:00"), (252, "04:12")],
)
def test_countdowns(left_s: float, text: str) -> None:
    assert countdown(left_s) == text


def test_moments_have_a_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    for zone, at, text in (
        ("UTC", 1_790_085_900, "14:05:00 UTC"),
        ("Europe/Rome", 1_790_085_900, "16:05:00 UTC+2"),
        ("Asia/Kolkata", 1_790_085_900, "19:35:00 UTC+5:30"),
    ):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert moment_with_zone(at, at) == text
        assert moment_with_zone(at, at + 200_000).startswith("2026-09-22 ")
    monkeypatch.undo()
    time.tzset()
    assert len(clock_time(0)) == 8


def test_claims_become_rows_with_meanings_and_times() -> None:
    rows = {
        row.name: row for row in rows_of({"odd": {"a": [1]}, "exp": 1030, "iss": "i", "scp": ["a", "b"], "iat": True})
    }
    assert list(rows)[:3] == ["iss", "scp", "iat"]
    assert rows["scp"].value == "a b"
    assert rows["odd"].value == '{"a": [1]}'
    assert (rows["exp"].moment, rows["iat"].moment) == (1030.0, None)
    assert "in 7 s" in meaning_at(rows["exp"], 1023)
    assert "3 s ago" in meaning_at(rows["exp"], 1033)
    assert (mark_at(rows["exp"], 1029), mark_at(rows["exp"], 1030)) == ("", "lapsed")


@pytest.mark.parametrize("value", [10**30, -1, 1e308, "soon", None])
def test_a_strange_moment_is_shown_as_it_is(value: object) -> None:
    (row,) = rows_of({"exp": value})
    assert row.moment is None
    assert meaning_at(row, 0) == "ends at"


def test_control_characters_and_long_values_are_tamed() -> None:
    (row,) = rows_of({"name": "a\x1b[31m\n" + "x" * 1000})
    assert "\x1b" not in row.value
    assert "\n" not in row.value
    assert len(row.value) <= 401


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"body": b'{"a":1}', "media_type": "application/json"}, '{\n  "a": 1\n}'),
        ({"body": b"{broken", "media_type": "application/json"}, "{broken"),
        ({"body": b"\x89PNG\x00\xff", "media_type": "image/png"}, "(6 bytes of image/png, not shown)"),
        ({"body": b"\xff\xfe"}, "(2 bytes of an unstated type, not shown)"),
        ({"body": b""}, "(no body)"),
        (
            {"body": b"x" * 1_048_576, "truncated": True, "stated_length": 52_428_800},
            "(cut: the first 1,048,576 bytes of 52,428,800 bytes)",
        ),
        ({"body": "é".encode() * 10 + b"\xc3", "truncated": True}, "of more)"),
        ({"body": b"[" * 50_000, "media_type": "application/json"}, "[[["),
        ({"body": b"<b>bold</b>", "media_type": "text/html"}, "<b>bold</b>"),
    ],
)
def test_responses_as_text(facts: dict[str, object], said: str) -> None:
    found = response_text(ResponseFacts(request="GET /x", status=500, reason="Oops", duration_s=0.012, **facts))  # type: ignore[arg-type]
    assert said in found
    assert "500 Oops · 12 ms" in found


def test_a_failure_as_text() -> None:
    found = response_text(ResponseFacts(request="GET /x", failure=CallFailed("No route.")))
    assert found.splitlines()[0] == "GET /x"
    assert "You are still signed in." in found


def test_what_an_api_echoes_of_a_token_is_masked() -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
    found = response_text(
        ResponseFacts(
            request="GET /x",
            status=200,
            media_type="application/json",
            headers=(("X-Echo", token), ("Set-Cookie", "sid=4711")),
            body=f'{{"refresh_token": "opaque", "seen": "Bearer {token}", "name": "Ada"}}'.encode(),
        )
    )
    assert not [secret for secret in (token, "4711", "opaque") if secret in found]
    assert '"name": "Ada"' in found


def test_a_refresh_token_that_is_most_likely_dead_and_an_id_token_whose_successor_failed_say_so() -> None:
    tokens = tokens_of(3, age_s=5)
    dead = facts_of(replace(tokens, silent_refusals=2), leeway_s=1.0)["refresh"]
    assert dead is not None
    assert (card_state(dead, NOW).pill, card_state(dead, NOW).tone) == ("Most likely dead", Tone.BAD)
    flawed = facts_of(replace(tokens, id_flaw=IdTokenFlaw(IDT(9), "auth_time", "It moved.")), leeway_s=1.0)["id"]
    assert flawed is not None
    state = card_state(flawed, NOW)
    assert (state.pill, state.tone) == ("Newer one failed", Tone.WARNING)
    assert "ID-9 did not pass: auth_time" in state.detail
