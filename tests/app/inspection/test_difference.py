"""The difference between generations: what should change is folded away, what should not stands in front."""

from typing import Any

import pytest

from app.inspection.difference import Difference, How, difference

FIRST: dict[str, Any] = {
    "iss": "i",
    "sub": "u",
    "aud": "c",
    "iat": 1,
    "exp": 2,
    "jti": "a",
    "scp": ["openid", "profile"],
    "nonce": "n",
    "auth_time": 1,
}


def changed(**claims: Any) -> dict[str, Any]:
    found = {**FIRST, **claims}
    return {name: value for name, value in found.items() if value is not ...}


def test_an_ordinary_refresh_changes_only_what_it_should() -> None:
    found = difference(FIRST, changed(iat=31, exp=32, jti="b", nonce=..., at_hash="h"))
    assert found.unexpected == ()
    assert [(each.name, each.how) for each in found.expected] == [
        ("iat", How.CHANGED),
        ("exp", How.CHANGED),
        ("jti", How.CHANGED),
        ("nonce", How.GONE),
        ("at_hash", How.ADDED),
    ]


def test_the_same_is_no_difference() -> None:
    assert difference(FIRST, changed(scp=["profile", "openid"])) == Difference((), ())


@pytest.mark.parametrize(
    ("claims", "name", "how", "remark"),
    [
        ({"scp": ["openid"]}, "scp", How.CHANGED, "The scope lost profile."),
        ({"scp": ["openid", "email"]}, "scp", How.CHANGED, "The scope lost profile and gained email."),
        ({"scp": "openid"}, "scp", How.CHANGED, "The scope lost profile."),
        ({"sub": "v"}, "sub", How.CHANGED, "It is about another user"),
        ({"aud": ["c", "d"]}, "aud", How.CHANGED, "It is for another audience."),
        ({"sub": ...}, "sub", How.GONE, "It is about another user"),
        ({"groups": ["x"]}, "groups", How.ADDED, "The user's groups have changed."),
        ({"auth_time": 5}, "auth_time", How.CHANGED, "A refresh must keep the time of the sign-in"),
        ({"nonce": "m"}, "nonce", How.CHANGED, "A refresh carries the sign-in's nonce or none."),
        ({"ver": 1}, "ver", How.ADDED, ""),
        ({"iss": 5}, "iss", How.CHANGED, "Another issuer made it"),
    ],
)
def test_the_unexpected_stands_in_front_with_its_meaning(
    claims: dict[str, Any], name: str, how: How, remark: str
) -> None:
    (found,) = difference(FIRST, changed(**claims, exp=9)).unexpected
    assert (found.name, found.how) == (name, how)
    assert found.remark.startswith(remark)
    assert bool(found.remark) is bool(remark)


def test_true_is_not_one() -> None:
    (found,) = difference({"email_verified": True}, {"email_verified": 1}).unexpected
    assert found.name == "email_verified"
