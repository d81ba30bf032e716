"""The difference between two generations of a token: expected changes folded away, unexpected ones in front."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

EXPECTED = frozenset({"exp", "iat", "jti", "auth_time", "at_hash", "nbf", "nonce"})
"""Claims that are new in every generation; a nonce belongs to the sign-in and is absent afterwards."""

_SCOPES = ("scp", "scope")


class How(StrEnum):
    """How a claim changed."""

    ADDED = "added"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One claim that differs; `remark` says in a sentence what an unexpected change means."""

    name: str
    how: How
    before: Any
    after: Any
    remark: str = ""

    @property
    def is_expected(self) -> bool:
        """Whether every new generation may have this change."""
        if self.name == "nonce":
            return self.how is How.GONE
        if self.name == "auth_time":
            return self.how is not How.CHANGED
        return self.name in EXPECTED


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes; the unexpected ones first, each group in the order of the claims."""

    unexpected: tuple[Change, ...]
    expected: tuple[Change, ...]


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """Return what changed from one generation's claims to a later one's."""
    names = [*before, *(name for name in after if name not in before)]
    changes = [_change(name, before, after) for name in names if _differs(name, before, after)]
    return Difference(
        tuple(each for each in changes if not each.is_expected), tuple(each for each in changes if each.is_expected)
    )


def _differs(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    if (name in before) != (name in after):
        return True
    one, other = before[name], after[name]
    if name in _SCOPES:
        return _scopes(one) != _scopes(other)  # their order means nothing
    return type(one) is not type(other) or bool(one != other)


def _change(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    if name not in before:
        return Change(name, How.ADDED, None, after[name], _remark(name, How.ADDED, None, after[name]))
    if name not in after:
        return Change(name, How.GONE, before[name], None, _remark(name, How.GONE, before[name], None))
    one, other = before[name], after[name]
    return Change(name, How.CHANGED, one, other, _remark(name, How.CHANGED, one, other))


def _remark(name: str, how: How, before: Any, after: Any) -> str:
    if name in _SCOPES:
        return _scope_remark(_scopes(before), _scopes(after))
    if name == "auth_time" and how is How.CHANGED:
        return "A refresh must keep the time of the sign-in (OIDC Core §12.2)."
    remarks = {
        "sub": "It is about another user: such a response must not be used (OIDC Core §12.2).",
        "uid": "It is about another user.",
        "iss": "Another issuer made it: such a response must not be used (OIDC Core §12.2).",
        "aud": "It is for another audience.",
        "cid": "It was issued to another client.",
        "azp": "It was issued to another client.",
        "nonce": "A refresh carries the sign-in's nonce or none.",
        "groups": "The user's groups have changed.",
    }
    return remarks.get(name, "")


def _scope_remark(before: frozenset[str], after: frozenset[str]) -> str:
    parts = []
    if lost := before - after:
        parts.append(f"lost {', '.join(sorted(lost))}")
    if won := after - before:
        parts.append(f"gained {', '.join(sorted(won))}")
    return f"The scope {' and '.join(parts)}." if parts else ""


def _scopes(value: Any) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset(value.split())
    return frozenset(str(each) for each in value) if isinstance(value, list) else frozenset()
