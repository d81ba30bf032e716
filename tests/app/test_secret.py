"""Known secrets: masked by value in whatever spelling and surroundings, and nothing else is changed."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import SystemClock
from app.events.refresh import RefreshFailed, RefreshStarted
from app.journal import Journal
from app.secret import MASK, KnownSecrets, MaskedSpan, Secret, masked, with_masks
from app.spellings import views
from tests.names import RT
from tests.spelled import SPELLINGS

TOKEN = 'v1.Ab/cd+EF=="&<é> x-9'
OPAQUE = "xT0kenOfNobody_1234567890-abcdefghij"
WHOLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=60).map("Zq9~".__add__)
# what can be no part of a spelling
AROUND = st.text("().;:!? \n", max_size=5)


def known(*values: str) -> KnownSecrets:
    return KnownSecrets(map(Secret, values))


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("value", [TOKEN, OPAQUE, "ABCD-EFGH", "s3cret", "engine-1843", "pässwörd-1"])
def test_every_spelling_is_masked_and_only_that(spelling: str, value: str) -> None:
    written = SPELLINGS[spelling](value)
    for before, after in (("", ""), ('{"a": "', '", "b": 1.10}'), ("x=", "&y=1"), ("<b>", "</b>")):
        cleaned = known(value).clean(before + written + after)
        assert written not in cleaned
        assert cleaned.startswith(before)
        assert cleaned.endswith(after)
        assert MASK in cleaned


@given(WHOLE, st.sampled_from(sorted(SPELLINGS)), AROUND, AROUND)
def test_no_secret_survives_in_any_spelling(value: str, spelling: str, before: str, after: str) -> None:
    written = SPELLINGS[spelling](value)
    secrets = known(value)
    text = before + written + after
    cleaned = secrets.clean(text)
    assert written not in cleaned
    assert cleaned.startswith(before)
    assert cleaned.endswith(after)
    assert secrets.clean(cleaned) == cleaned
    assert written.encode() not in secrets.clean_bytes(text.encode())


@given(st.text(), WHOLE)
def test_a_text_without_it_stays_as_it_is(text: str, value: str) -> None:
    assert known(value).clean(text) == text
    raw = text.encode("utf-8", "surrogatepass")
    assert known(value).clean_bytes(raw) == raw


@given(st.binary(max_size=200), WHOLE, st.binary(max_size=200))
def test_of_bytes_every_other_one_stays(before: bytes, value: str, after: bytes) -> None:
    assert known(value).clean_bytes(before + value.encode() + after) == before + masked(value).encode() + after


@given(st.text("ab%\\/&;u0041x", max_size=60))
def test_the_way_back_from_every_view(text: str) -> None:
    for view in views(text):
        for at in range(len(view.text)):
            start, end = view.back(at, at + 1)
            assert 0 <= start < end <= len(text)
            if end - start == 1:
                assert text[start:end] == view.text[at]


def test_one_that_contains_another_is_masked_whole() -> None:
    assert known("abcdefgh", "abcdefgh-ijkl").clean("x abcdefgh-ijkl y") == f"x {masked('abcdefgh-ijkl')} y"
    assert known("abcdefghij", "ghijklmnop").clean("abcdefghijklmnop!") == f"{masked('abcdefghijklmnop')}!"


def test_short_ones_count_as_whole_words_only() -> None:
    secrets = known("123456", "AB-1", "abc")
    assert secrets.clean("It is 123456.") == f"It is {masked('123456')}."
    assert secrets.clean("1234567 x123456 AB-12 abc") == "1234567 x123456 AB-12 abc"
    assert secrets.clean("(AB-1)") == f"({masked('AB-1')})"


def test_the_protocols_own_words_are_no_secrets_even_as_a_password() -> None:
    text = '{"error": "invalid_grant", "grant_type": "password"}'
    assert known("password", "invalid_grant", "token").clean(text) == text
    secrets = KnownSecrets()
    secrets.receive(
        "expired", "signed", "Already used"
    )  # an API that calls them tokens must not blot out our sentences
    assert secrets.clean("The refresh token is expired. Already used") == "The refresh token is expired. Already used"


def test_masks_are_not_masked_again() -> None:
    secrets = known(OPAQUE, "chars", masked(OPAQUE).split()[1])
    once = secrets.clean(f"a {OPAQUE} b")
    assert once == f"a {masked(OPAQUE)} b" == secrets.clean(once)


def test_one_that_the_end_of_a_text_cuts() -> None:
    assert known(OPAQUE).clean(f'{{"a":"{OPAQUE[:12]}', is_cut=True) == f'{{"a":"{masked(OPAQUE[:12])}'
    assert known(OPAQUE).clean(f'{{"a":"{OPAQUE[:12]}') == f'{{"a":"{OPAQUE[:12]}'


def test_the_newest_are_kept_and_no_server_crowds_out_ours() -> None:
    secrets = known(OPAQUE)
    secrets.receive(*(f"junk-of-an-api-{number}" for number in range(2000)))
    assert len(secrets) <= 2 * 256
    assert secrets.clean(OPAQUE) == masked(OPAQUE)
    assert secrets.clean("junk-of-an-api-1999") != "junk-of-an-api-1999"
    secrets.add(*(Secret(f"another-of-ours-{number}") for number in range(200)), Secret(OPAQUE))
    secrets.add(*(Secret(f"another-of-ours-{number}") for number in range(200, 400)))
    assert secrets.clean(OPAQUE) == masked(OPAQUE), "what is in hand comes back by being added again"
    assert OPAQUE not in repr(secrets)


def test_spans_that_overlap_are_masked_as_one() -> None:
    assert with_masks("0123456789", [MaskedSpan(2, 5, "x"), MaskedSpan(4, 8, "y")]) == f"01{masked('234567')}89"


def cost_s(work: Callable[[], object]) -> float:
    """Return the least CPU time of a few tries: this process's own, whatever else the machine does."""
    found = []
    for _ in range(5):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


@pytest.mark.parametrize(
    "hostile",
    [
        "a",
        "eyJ",
        "\\",
        "\\/",
        "%41",
        "%25",
        "&#65;",
        '\\"',
        "xT0kenOf",
        OPAQUE[:-1],
        "eyJhbGciOi.",
        "0123456789abcdef",
    ],
)
def test_the_cost_grows_as_the_text_does(hostile: str) -> None:
    secrets = known(*(f"{OPAQUE}{number}" for number in range(50)), "a" * 40, "aaaaaaaab", "123456")
    small, large = ((hostile * 16_384)[:size] for size in (16_384, 65_536 * 2))
    gc.collect()
    assert cost_s(lambda: secrets.clean(large)) < 8 * 5 * cost_s(lambda: secrets.clean(small))


def test_how_many_there_are_hardly_matters() -> None:
    text = '{"id": 1, "href": "https://example.com/api/v1/users", "status": "ACTIVE"}, ' * 900
    few, many = known(OPAQUE), known(*(f"{number}-{OPAQUE}" for number in range(200)))
    assert cost_s(lambda: many.clean(text)) < 5 * cost_s(lambda: few.clean(text))


class Kind(StrEnum):
    ONE = "s3cret-kind-of-enum"


@dataclass(frozen=True, slots=True)
class Inner:
    texts: tuple[str, ...]
    table: dict[str, list[str]]
    kind: Kind = Kind.ONE
    number: float = 1.5


@dataclass(frozen=True, slots=True)
class Outer:
    inner: Inner
    text: str


def test_a_record_is_cleaned_in_all_its_texts() -> None:
    record = Outer(Inner((OPAQUE, "b"), {OPAQUE: [f"x{OPAQUE}"]}), "c")
    mask = masked(OPAQUE)
    assert known(OPAQUE, Kind.ONE.value).clean_record(record) == Outer(Inner((mask, "b"), {mask: [f"x{mask}"]}), "c")
    clean = Outer(Inner(("a",), {}), "c")
    assert known(OPAQUE).clean_record(clean) is clean


def test_the_journal_holds_none_and_tells_none() -> None:
    journal = Journal(SystemClock(), secrets=known(OPAQUE))
    told: list[object] = []
    journal.subscribe(told.append)
    what = f"It said {OPAQUE}."
    entry = journal.of("a").append(RefreshFailed(what, terminal=True, duration_s=1.0, description=f"odd: {OPAQUE}"))
    assert entry.event == RefreshFailed(
        f"It said {masked(OPAQUE)}.", terminal=True, duration_s=1.0, description=f"odd: {masked(OPAQUE)}"
    )
    assert OPAQUE not in repr(told) + repr(tuple(journal))
    event = RefreshStarted(RT(1))
    assert journal.append(event).event is event
