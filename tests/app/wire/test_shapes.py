"""No response, of whatever size and shape, takes more than three times its cap."""

import sys

import pytest

from app.wire.fetch import TOKEN_RESPONSE_LIMIT
from tests.app.wire.shapes import SHAPES, measured, shaping

# Tuples and byte strings that h11 and httpcore make of 19,000 headers in 100 KiB, before anyone can count them.
_PARSED_KIB = 6 * 1024
_NAMED = ("gzip", "gzip-in-gzip", "gzip-three-times")


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from Linux's /proc")
def test_no_response_takes_more_than_three_times_its_cap() -> None:
    with shaping() as port:
        found = measured(port, SHAPES)
    assert {*SHAPES} < {*found}
    taken = {name: kib for name, (_, kib) in found.items() if name in SHAPES}
    parsed = taken.pop("as-many-headers-as-go")
    assert max(taken.values()) <= 3 * TOKEN_RESPONSE_LIMIT // 1024, taken
    assert parsed <= _PARSED_KIB
    assert [found[name][0] for name in _NAMED] == [
        "200, cut",
        *["The exchange with 127.0.0.1 broke off: its response is encoded more than once."] * 2,
    ]
