"""Another spelling of a good token is no good token: one text, one meaning, for every reader of it."""

import json

import pytest

from tests.app.oauth.signing import Signer, claims, judged, refused

RSA = Signer()
GOOD = json.dumps(claims()).encode()
HEAD = b'{"alg":"RS256","kid":"k1"}'


def _respelled(token: str) -> list[str]:
    head, body, signature = token.split(".")
    return [
        f"{token}=",
        f"{head}=.{body}.{signature}",
        f"{token}\n",
        f" {token}",
        f"{head}.{body}.{signature[:10]}\n{signature[10:]}",
        f"{token}.",
        f".{token}",
        token.replace("-", "+").replace("_", "/") + "==",
        f'{{"payload":"{body}","signatures":[{{"protected":"{head}","signature":"{signature}"}}]}}',
        f'{{"protected":"{head}","payload":"{body}","signature":"{signature}"}}',
        f"{head}.{body}.{signature}.{head}.{body}",
        f"{body}.{head}.{signature}",
        f"{head}.{body}",
        f"{head}.{body}.",
        f"{head}..{signature}",
    ]


@pytest.mark.parametrize("number", range(15))
def test_another_spelling_of_a_good_token_is_no_good_token(number: int) -> None:
    """CVE-2022-39227, CVE-2026-102269."""
    token = RSA.sign(claims())
    assert judged(token, RSA.keys()).is_verified
    assert not judged(_respelled(token)[number], RSA.keys()).is_verified


BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_bits_to_spare(place: int) -> None:
    """CVE-2026-102269: the last letter of a part may hold bits that no octet takes, and they must be zero."""
    for filling in range(3):
        parts = RSA.sign(claims(x="x" * filling), x="x" * filling).split(".")
        spare = {2: 16, 3: 4}.get(len(parts[place]) % 4, 1)
        last = BASE64URL.index(parts[place][-1])
        assert last % spare == 0
        for more in range(1, spare):
            other = [*parts]
            other[place] = parts[place][:-1] + BASE64URL[last + more]
            assert refused(judged(".".join(other), RSA.keys())) == "encoding"


@pytest.mark.parametrize("letter", [*" \t\r\n\v\f\0=+/%~,;:\"'\\", "\u200b", "\ufeff", "é", "\uff21", "\ud800"])
def test_letters_that_lenient_readers_skip(letter: str) -> None:
    token = RSA.sign(claims())
    places = [0, 5, token.index("."), token.index(".") + 1, token.rindex("."), token.rindex(".") + 1, len(token)]
    for place in places:
        assert refused(judged(token[:place] + letter + token[place:], RSA.keys())) == "encoding"


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        (b'{"alg":"none","alg":"RS256","kid":"k1"}', GOOD),
        (b'{"alg":"none","al\\u0067":"RS256","kid":"k1"}', GOOD),
        (b'{"alg":"RS256","kid":"k2","kid":"k1"}', GOOD),
        (b"\xef\xbb\xbf" + HEAD, GOOD),
        (HEAD.decode().encode("utf-16"), GOOD),
        (HEAD[:-1] + b',"x":NaN}', GOOD),
        (HEAD[:-1] + b',"x":' + b"[" * 33 + b"]" * 33 + b"}", GOOD),
        (HEAD, GOOD[:-1] + b',"x":{"y":1,"y":1}}'),
        (HEAD, GOOD[:-1] + b',"x":1e999}'),
        (HEAD, GOOD[:-1] + b',"x":' + b"[" * 32 + b"]" * 32 + b"}"),
        (HEAD, GOOD[:-1] + b',"x":' + b'{"y":' * 8_000 + b"1" + b"}" * 8_000 + b"}"),
        (HEAD, GOOD[:-1] + b',"sub":"admin"}'),
        (HEAD, GOOD[:-1] + b',"x":NaN}'),
        (HEAD, GOOD[:-1] + b',"x":-Infinity}'),
        (HEAD, GOOD[:-1] + b',"x":"\\ud800"}'),
        (HEAD, GOOD[:-1] + b',"x":' + b"9" * 5000 + b"}"),
        (HEAD, GOOD[:-1] + b',"x":' + b"[" * 33 + b"]" * 33 + b"}"),
        (HEAD, b"[" * 40_000),
        (HEAD, b"\xef\xbb\xbf" + GOOD),
        (HEAD, GOOD.decode().encode("utf-16")),
        (HEAD, GOOD[:-1] + b',"x":"\xff"}'),
        (HEAD, GOOD + b"{}"),
        (HEAD, b"null"),
        (HEAD, b"[]"),
        (HEAD, b'"text"'),
        (HEAD, b""),
    ],
)
def test_json_that_is_not_to_be_trusted_though_it_is_signed(header: bytes, payload: bytes) -> None:
    found = judged(RSA.signed_by_hand(header, payload), RSA.keys())
    assert refused(found) == ("json" if payload else "parts")
    assert found.claims is None


def test_json_at_the_edge_of_what_is_trusted() -> None:
    more = b',"x":' + b"[" * 31 + b"]" * 31 + b',"y":' + b"9" * 4300 + b',"z":"\\ud83d\\ude00 \xc3\xa9","e":1e308}'
    assert judged(RSA.signed_by_hand(HEAD, GOOD[:-1] + more), RSA.keys()).is_verified


def test_nesting_beyond_every_bound_is_too_long_before_it_is_too_deep() -> None:
    token = RSA.signed_by_hand(HEAD, b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert refused(judged(token, RSA.keys())) == "size"


def test_a_token_of_64_kib_and_one() -> None:
    token = RSA.sign(claims(x="x" * 48_500))
    assert judged(token, RSA.keys()).is_verified
    assert refused(judged(token.ljust(65_537, "A"), RSA.keys())) == "size"
