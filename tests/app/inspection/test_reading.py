"""Lenient reading: whatever the text is, something is shown, and nothing is raised."""

import base64
import json

import pytest

from app.inspection.reading import LONGEST, TextForm, pretty, read


def part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


HEADER, CLAIMS = part({"alg": "RS256"}), part({"sub": "u"})


def test_a_jwt_is_shown_in_three_parts() -> None:
    reading = read(f"{HEADER}.{CLAIMS}.{part(b'signature')}")
    assert (reading.form, reading.header, reading.claims) == (TextForm.JWT, {"alg": "RS256"}, {"sub": "u"})
    assert [each.name for each in reading.parts] == ["header", "payload", "signature"]
    assert reading.parts[2].text == b"signature".hex(" ")
    assert json.loads(reading.parts[1].text) == {"sub": "u"}


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        (f"{HEADER}.{CLAIMS}.", "the signature is missing"),
        (f"{HEADER}.{CLAIMS}", "it has 2 parts instead of 3"),
        (f"{HEADER}.{CLAIMS}.x.y", "it has 4 parts instead of 3"),
        (f"{HEADER}.!!!.c2ln", "the payload is not base64url"),
        (f"{HEADER}.{part(b'foo')}.c2ln", "the payload is not JSON"),
        (f"{HEADER}.{part([1])}.c2ln", "the payload is not a JSON object"),
        (f"{HEADER}.{part(b'[' * 100_000)}.c2ln", "the payload is nested too deeply"),
        (f"{part(b'foo')}.{CLAIMS}.c2ln", "the header is not JSON"),
    ],
)
def test_damage_is_named_and_the_rest_is_shown(token: str, problem: str) -> None:
    reading = read(token)
    assert reading.form is TextForm.DAMAGED
    assert problem in reading.remark
    assert reading.header == {"alg": "RS256"} or reading.claims == {"sub": "u"}


def test_what_cannot_be_read_as_json_is_shown_as_text() -> None:
    payload = read(f"{HEADER}.{part(b'plain words')}.c2ln").parts[1]
    assert (payload.content, payload.text) == (None, "plain words")


def test_an_encrypted_token_is_called_so() -> None:
    reading = read(f"{part({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.a.b.c.d")
    assert (reading.form, reading.header, reading.claims) == (
        TextForm.JWE,
        {"alg": "RSA-OAEP", "enc": "A256GCM"},
        None,
    )


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", "é.é.é", "\x00", "0oa-refresh-token", "W10.W10.W10"])
def test_anything_else_is_opaque(token: str) -> None:
    assert read(token).form is TextForm.OPAQUE
    assert read(token).claims is None


def test_a_text_beyond_the_limit_is_not_looked_into() -> None:
    assert read("a" * (LONGEST + 1)).form is TextForm.TOO_LONG
    assert read(f"{HEADER}.{part({'x': 'y' * 600_000})}.c2ln").form is TextForm.JWT


def test_json_is_shown_readable_and_bounded() -> None:
    assert pretty({"a": ["\u202e", "\x07", "ü"]}) == '{\n  "a": [\n    "�",\n    "\\u0007",\n    "ü"\n  ]\n}'
    assert pretty({"a": "x" * 100_000}).endswith("more characters")
    assert len(pretty({"a": "x" * 100_000})) < 21_000
