"""Standard streams as they are found: whatever a terminal lacks, something readable is printed and nothing raised."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import streams
from app.streams import can_show, nearest_text, text_of

ANYTHING = st.text(st.characters(exclude_categories=()))


def printed(text: str, encoding: str) -> str:
    octets = io.BytesIO()
    with io.TextIOWrapper(octets, encoding=encoding, errors="lapse.readable", newline="") as output:
        output.write(text)
        output.flush()
        return octets.getvalue().decode(encoding)


@given(ANYTHING, st.sampled_from(["ascii", "cp1252", "latin-1", "utf-8", "cp437", "utf-16"]))
def test_anything_can_be_printed_anywhere(text: str, encoding: str) -> None:
    shown = printed(text, encoding)
    assert bool(shown) == bool(text)
    if can_show(text, io.TextIOWrapper(io.BytesIO(), encoding=encoding)):
        assert shown == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call → 200 · 3 × …", "call -> 200 . 3 x ..."),
        ("● Łukasz José “ok” – ½", '* \\u0141ukasz Jose "ok" - \\xbd'),
        ("\udcff\ud800", "\\xff\\ud800"),
    ],
)
def test_what_a_terminal_lacks_is_spelled_so_that_it_can_be_read(text: str, shown: str) -> None:
    assert printed(text, "ascii") == shown


@given(st.binary())
def test_octets_that_were_not_understood_are_utf_8_or_said_not_to_be(octets: bytes) -> None:
    for encoding in ("ascii", "utf-8"):
        found = octets.decode(encoding, "surrogateescape")
        assert nearest_text(found) == octets.decode("utf-8", "replace")
        try:
            assert text_of(found).encode() == octets
        except UnicodeError:
            assert octets.decode("utf-8", "replace").encode() != octets


def test_a_stream_that_was_closed_is_nothing_rather_than_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(f"sys.{name}", None)
    streams.take_over()
    import sys

    with sys.stdin, sys.stdout, sys.stderr:
        assert sys.stdin.read() == ""
        print("x")
        assert streams.flush() is None
