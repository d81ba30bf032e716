"""JSON as a client may trust it: what is read, what is not, and the plain words it is refused in."""

import json

import pytest

from app.strict_json import DEEPEST, read_object

UTF16 = '{"a":1}'.encode("utf-16")


def nested(levels: int) -> bytes:
    """An object that is `levels` deep, counting itself."""
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"{}", {}),
        (b' \r\n\t{"a": 1}\n', {"a": 1}),
        ('{"é": "ü"}'.encode(), {"é": "ü"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        (b'{"a": "\\\\ud800"}', {"a": "\\ud800"}),
        (b'{"a": 1.5e300, "b": -0, "c": 1e-999}', {"a": 1.5e300, "b": 0, "c": 0.0}),
        (b'{"a": {"b": 1}, "c": {"b": 2}}', {"a": {"b": 1}, "c": {"b": 2}}),
        (b'{"a": "\\u0000"}', {"a": "\0"}),
        (b'{"a": ' + b"9" * 4300 + b"}", {"a": 10**4300 - 1}),
    ],
)
def test_what_is_read(body: bytes, found: object) -> None:
    assert read_object(body) == found


def test_as_deep_as_the_bound_and_no_deeper() -> None:
    assert DEEPEST == 32
    assert read_object(nested(32)) == json.loads(nested(32))
    with pytest.raises(ValueError, match=r"\Ait is nested too deeply\Z"):
        read_object(nested(33))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "it is not JSON"),
        (b"{", "it is not JSON"),
        (b"{'a': 1}", "it is not JSON"),
        (b'{"a": 1,}', "it is not JSON"),
        (b'{"a": 01}', "it is not JSON"),
        (b'{"a": 1} //', "it is not JSON"),
        (b'{"a": 1}{"a": 1}', "it is not JSON"),
        (b'{"a": 1}\0', "it is not JSON"),
        (b'{"a": "\n"}', "it is not JSON"),
        (b"\xef\xbb\xbf{}", "it begins with a BOM"),
        (UTF16, "it is not UTF-8"),
        (UTF16[2:], "it is not JSON"),
        (b'{"a": "\xff"}', "it is not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "it is not UTF-8"),
        (b'{"a": "\xc0\xaf"}', "it is not UTF-8"),
        (b"[]", "it is not a JSON object"),
        (b"null", "it is not a JSON object"),
        (b'"text"', "it is not a JSON object"),
        (b'{"a": 1, "a": 1}', "a name occurs twice in it"),
        (b'{"a": 1, "\\u0061": 2}', "a name occurs twice in it"),
        (b'[{"a": [{"b": 1, "b": 2}]}]', "a name occurs twice in it"),
        (b'{"a": NaN}', "it contains NaN, which is not JSON"),
        (b'{"a": Infinity}', "it contains Infinity, which is not JSON"),
        (b'{"a": -Infinity}', "it contains -Infinity, which is not JSON"),
        (b'{"a": 1e999}', "it contains a number that is too large"),
        (b'{"a": [-1.0E+400]}', "it contains a number that is too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "it contains a number of thousands of digits"),
        (b'{"a": "\\ud800"}', "it contains half a surrogate pair"),
        (b'{"a": "\\uDC00\\uD800"}', "it contains half a surrogate pair"),
        (b'{"\\udfff": 1}', "it contains half a surrogate pair"),
        (b'{"a":' * 100_000, "it is nested too deeply"),
        (b"[" * 1_000_000, "it is nested too deeply"),
    ],
)
def test_what_is_not_read_is_refused_in_plain_words(body: bytes, why: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - its text is compared below
        read_object(body)
    assert str(refused.value) == why
