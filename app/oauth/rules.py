"""The verdict per rule: what was expected of a token, what was found, by which source, and the outcome."""

from dataclasses import dataclass
from enum import StrEnum

_SHOWN = 120


class RuleOutcome(StrEnum):
    """The outcome of a rule; a rule that cannot be checked says why, and never counts as passed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    CANNOT_BE_CHECKED = "cannot be checked"


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """One rule's verdict; `source` is an RFC section or an Okta fact, `why` a sentence where the outcome needs one."""

    rule: str
    outcome: RuleOutcome
    expected: str
    found: str
    source: str
    why: str = ""


SOURCES = {
    "size": "RFC 8725 §3.2: bounded before it is read",
    "parts": "RFC 7515 §7.1",
    "encoding": "RFC 7515 §2, RFC 4648 §3.5",
    "json": "RFC 7515 §4, RFC 8725 §3.7",
    "typ": "RFC 8725 §3.11",
    "crit": "RFC 7515 §4.1.11",
    "zip": "RFC 8725 §3.6",
    "header key": "RFC 8725 §3.10",
    "alg": "RFC 8725 §3.1",
    "key": "RFC 7515 §4.1.4, FAPI 2.0 §5.4.3",
    "key size": "RFC 7518 §3.3",
    "signature": "RFC 7515 §5.2",
    "claim types": "RFC 7519 §4.1",
    "iss": "OIDC Core §3.1.3.7 (2)",
    "sub": "OIDC Core §2",
    "aud": "OIDC Core §3.1.3.7 (3)",
    "azp": "OIDC Core §3.1.3.7 (4, 5)",
    "exp": "OIDC Core §3.1.3.7 (9)",
    "nbf": "RFC 7519 §4.1.5",
    "iat": "OIDC Core §3.1.3.7 (10)",
    "nonce": "OIDC Core §3.1.3.7 (11)",
    "at_hash": "OIDC Core §3.1.3.8",
    "auth_time": "OIDC Core §3.1.3.7 (13)",
    "refreshed iss": "OIDC Core §12.2",
    "refreshed sub": "OIDC Core §12.2",
    "refreshed aud": "OIDC Core §12.2",
    "refreshed azp": "OIDC Core §12.2",
    "refreshed auth_time": "OIDC Core §12.2",
    "refreshed nonce": "OIDC Core §12.2",
}
"""The source of each rule for an ID token."""

JWT_SOURCES = {
    "iss": "RFC 7519 §4.1.1, RFC 9068 §4",
    "aud": "RFC 7519 §4.1.3, RFC 9068 §4",
    "exp": "RFC 7519 §4.1.4, RFC 9068 §4",
    "iat": "RFC 7519 §4.1.6",
}
"""The source of the same rules for other tokens."""


def passed(rule: str, expected: str, found: str, why: str = "") -> RuleVerdict:
    return RuleVerdict(rule, RuleOutcome.PASSED, expected, found, SOURCES[rule], why)


def failed(rule: str, expected: str, found: str, why: str) -> RuleVerdict:
    """Return the verdict of a rule that does not hold; `why` is a sentence."""
    return RuleVerdict(rule, RuleOutcome.FAILED, expected, found, SOURCES[rule], why)


def not_applicable(rule: str, why: str) -> RuleVerdict:
    return RuleVerdict(rule, RuleOutcome.NOT_APPLICABLE, "", "", SOURCES[rule], why)


def unchecked(rule: str, expected: str, why: str) -> RuleVerdict:
    """Return the verdict of a rule that cannot be checked now."""
    return RuleVerdict(rule, RuleOutcome.CANNOT_BE_CHECKED, expected, "", SOURCES[rule], why)


def shown(value: object) -> str:
    """Return a value as a verdict shows it: one short line without terminal control characters."""
    if value is None:
        return "nothing"
    if value == "":
        return "an empty text"
    text = (value if isinstance(value, str) else repr(value))[: _SHOWN + 1]
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else "�" for letter in text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
