"""Error codes normalised for comparison, and what is not a code at all."""

import re
from http import HTTPStatus

POLLING = frozenset({"authorization_pending", "slow_down", "access_denied", "expired_token"})
"""The errors of a poll (RFC 8628 §3.5)."""

_BORDER = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST = 100
_REFUSALS = 400
_SERVER_ERRORS = 500
# About the time, not about the request: these mean something at whatever status.
_ABOUT_TIME = frozenset({408, 425, 429})
_OLDER_PHRASES = ("Unprocessable Entity", "Unprocessable Content", "Content Too Large", "Payload Too Large")
# What the codes of RFC 6749, 6750, 8628, OIDC Core §3.1.2.6 and their dialects are made of.
_WORDS = frozenset(
    """
    access account an authentication authorization bad busy client code consent denied down dpop early error exceeded
    expired failed for gateway grant id inactive incorrect insufficient interaction internal invalid is issuer limit
    login many mfa mismatch missing nonce not of pending proof rate reauthentication redirect refresh registration
    request requests required requirements response reused revoked scope selection server service session slow
    supported target temporarily the timeout token too type unauthorized unavailable unknown unmet unsupported
    unusable uri use used user
    """.split()  # noqa: SIM905 - a hundred quotes more would hide the words
)


def plain_code(code: str) -> str:
    """Return a code as it is compared: `Invalid-Grant`, `invalidGrant` and `INVALID_GRANT` are `invalid_grant`."""
    return re.sub(r"[^a-z]+", "_", _BORDER.sub("_", code[:_LONGEST]).lower()).strip("_")


def is_reason_phrase(code: str) -> bool:
    """Return whether a code only repeats the status of a refusal in words (RFC 9110 §15.5).

    `Bad Request`, `FORBIDDEN`. Not `Service Unavailable` and the like, which say that the request may be repeated.
    """
    return plain_code(code) in _PHRASES


def is_of_protocol(code: str) -> bool:
    """Return whether a code consists of the protocol's own words only, and so repeats nothing of ours."""
    return all(word in _WORDS for word in re.split(r"[_.: -]", _BORDER.sub("_", code).lower()))


_PHRASES = frozenset(
    plain_code(phrase)
    for phrase in (
        *(each.phrase for each in HTTPStatus if _REFUSALS <= each < _SERVER_ERRORS and each not in _ABOUT_TIME),
        *_OLDER_PHRASES,
    )
)
