"""Encoded bodies, undone in bounded steps: what was written comes back, and no more of it than was asked for."""

import gzip
import random
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.wire.decoding import Decoding, NotDecodable


def bare(body: bytes) -> bytes:
    undo = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return undo.compress(body) + undo.flush()


ENCODED = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    " GZip ": gzip.compress,
    "identity, gzip": gzip.compress,
    "gzip,, identity": gzip.compress,
    "Deflate": bare,
    "": bytes,
    "identity": bytes,
    "Identity , ": bytes,
    "identity, identity": bytes,
    "utf-8": bytes,
    "UTF-8": bytes,
    "none": bytes,
    "binary": bytes,
    "utf-8, gzip": gzip.compress,
    "something-else": bytes,
    "charset=utf-8": bytes,
}


def decoded(encodings: list[str], raw: bytes, *, cuts: list[int] | None = None, most: int = 1 << 20) -> bytes:
    decoding, found = Decoding(encodings), b""
    edges = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts or [])})
    for start, end in pairwise(edges):
        found += decoding.decode(raw[start:end], most - len(found))
    assert decoding.is_whole or len(found) == most
    return found


@pytest.mark.parametrize("encoding", ENCODED)
@given(body=st.binary(max_size=5000), cuts=st.lists(st.integers(0, 10_000), max_size=20))
def test_what_was_encoded_comes_back_however_it_is_cut(encoding: str, body: bytes, cuts: list[int]) -> None:
    assert decoded([encoding], ENCODED[encoding](body), cuts=cuts) == body


@given(parts=st.lists(st.binary(max_size=500), min_size=1, max_size=5), cuts=st.lists(st.integers(0, 5000), max_size=9))
def test_members_of_gzip_follow_one_another(parts: list[bytes], cuts: list[int]) -> None:
    raw = b"".join(map(gzip.compress, parts)) + b"\0" * 9
    assert decoded(["gzip"], raw, cuts=cuts) == b"".join(parts)


@pytest.mark.parametrize(
    "encodings",
    [
        ["gzip, gzip"],
        ["gzip", "gzip"],
        ["GZIP", " x-gzip"],
        ["gzip,deflate"],
        ["deflate, identity, gzip"],
        ["br"],
        ["zstd"],
        ["gzip, br"],
        ["compress"],
        ["X-Compress"],
        ["something-else, gzip"],
        ["one-thing", "another"],
        ["gzip;q=1"],
        ["aws-chunked"],
        ["gzip\u00a0,\u00a0gzip"],
    ],
)
def test_what_is_encoded_twice_or_strangely_is_refused_at_once(encodings: list[str]) -> None:
    with pytest.raises(NotDecodable, match="encoded"):
        Decoding(encodings)


@given(raw=st.binary(min_size=1, max_size=2000), encoding=st.sampled_from(["gzip", "deflate"]))
def test_anything_else_is_not_whole_or_not_decodable(raw: bytes, encoding: str) -> None:
    decoding = Decoding([encoding])
    try:
        found = decoding.decode(raw, 1000)
    except NotDecodable:
        return
    assert len(found) <= 1000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "Deflate"])
@given(most=st.integers(0, 100_000))
def test_a_bomb_gives_no_more_than_was_asked_for(encoding: str, most: int) -> None:
    bomb = BOMBS[encoding]
    assert decoded([encoding], bomb, cuts=[1, 17, 900], most=most) == b"\0" * most


BOMBS = {encoding: ENCODED[encoding](b"\0" * (32 << 20)) for encoding in ("gzip", "deflate", "Deflate")}


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "Deflate"])
def test_what_ends_too_early_is_not_whole(encoding: str) -> None:
    raw = ENCODED[encoding](random.Random(1).randbytes(1000))
    for end in range(1, len(raw), 37):
        decoding = Decoding([encoding])
        decoding.decode(raw[:end], 1 << 20)
        assert not decoding.is_whole
