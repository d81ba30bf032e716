"""Named scenarios: the OpenID RP conformance modules as faults of the demo org, each with what a client must do."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from app.demo.faults import Fault
from app.errors import BadInput

_BASIC = "OpenID RP conformance suite, Basic and Config RP plans"
_REFRESH = "OpenID RP conformance suite, refresh token plan; OIDC Core §12.2"
_FAPI = "FAPI 2.0 Security Profile Final, client plan"


class Expectation(StrEnum):
    """What a client must do."""

    COMPLETE = "complete"
    REJECT = "reject"
    EITHER = "either"


class Stage(StrEnum):
    """When it must be done: rejecting means going no further than this."""

    DISCOVERY = "discovery"
    REDIRECT = "redirect"  # no token request
    SIGN_IN = "sign-in"  # no use of the tokens
    USERINFO = "userinfo"  # no use of what userinfo said
    REFRESH = "refresh"  # no use of the refreshed tokens
    CALL = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One module: `name` is the suite's without its prefix, `faults` switch it on."""

    name: str
    plays: str
    expects: Expectation
    stage: Stage
    source: str
    faults: tuple[Fault, ...]


def _scenario(name: str, plays: str, expects: Expectation, stage: Stage, source: str, *faults: str) -> Scenario:
    return Scenario(
        name=name,
        plays=plays,
        expects=expects,
        stage=stage,
        source=source,
        faults=tuple(Fault.parse(fault) for fault in faults),
    )


_OK, _NO, _EITHER = Expectation.COMPLETE, Expectation.REJECT, Expectation.EITHER
_AT = Stage
_SCENARIOS = (
    _scenario("test", "Nothing is wrong.", _OK, _AT.CALL, _BASIC),
    _scenario("invalid-iss", "The ID token has a wrong iss.", _NO, _AT.SIGN_IN, _BASIC, "wrong-iss@token.code"),
    _scenario("missing-sub", "The ID token has no sub.", _NO, _AT.SIGN_IN, _BASIC, "no-sub@token.code"),
    _scenario("invalid-aud", "The ID token is for another client.", _NO, _AT.SIGN_IN, _BASIC, "wrong-aud@token.code"),
    _scenario("missing-aud", "The ID token has no aud.", _NO, _AT.SIGN_IN, _BASIC, "no-aud@token.code"),
    _scenario("missing-iat", "The ID token has no iat.", _NO, _AT.SIGN_IN, _BASIC, "no-iat@token.code"),
    _scenario("kid-absent-single-jwks", "No kid, and one key.", _OK, _AT.CALL, _BASIC, "no-kid@token.code"),
    _scenario(
        "kid-absent-multiple-jwks",
        "No kid, and two keys that fit.",
        _EITHER,
        _AT.SIGN_IN,
        _BASIC,
        "no-kid@token.code",
        "extra-key@keys",
    ),
    _scenario("idtoken-sig-rs256", "Signed with RS256.", _OK, _AT.CALL, _BASIC),
    _scenario("idtoken-sig-none", "The ID token has alg none.", _NO, _AT.SIGN_IN, _BASIC, "alg-none@token.code"),
    _scenario("invalid-sig-rs256", "The signature is broken.", _NO, _AT.SIGN_IN, _BASIC, "bad-signature@token.code"),
    _scenario(
        "invalid-sig-hs256",
        "Signed with the public key as an HMAC secret.",
        _NO,
        _AT.SIGN_IN,
        f"{_BASIC}; CVE-2015-9235",
        "alg-hs256@token.code",
    ),
    _scenario(
        "userinfo-invalid-sub", "Userinfo speaks of another sub.", _NO, _AT.USERINFO, _BASIC, "wrong-sub@userinfo"
    ),
    _scenario("nonce-invalid", "The ID token has a wrong nonce.", _NO, _AT.SIGN_IN, _BASIC, "wrong-nonce@token.code"),
    _scenario("invalid-athash", "at_hash is wrong.", _NO, _AT.SIGN_IN, _BASIC, "wrong-at-hash@token.code"),
    _scenario("missing-athash", "No at_hash.", _OK, _AT.CALL, _BASIC, "no-at-hash@token.code"),
    _scenario(
        "discovery-issuer-mismatch",
        "The metadata names another issuer.",
        _NO,
        _AT.DISCOVERY,
        _BASIC,
        "issuer-mismatch@discovery",
    ),
    _scenario(
        "signing-key-rotation",
        "Between two sign-ins the key changes, with overlap.",
        _OK,
        _AT.CALL,
        _BASIC,
        "rotate-keys@token.code*1",
    ),
    _scenario(
        "signing-key-rotation-just-before-signing",
        "The key changes right before signing; the old one is gone.",
        _OK,
        _AT.CALL,
        _BASIC,
        "replace-keys@token.code*1",
    ),
    _scenario("refresh-token", "A refresh brings new tokens of every kind.", _OK, _AT.CALL, _REFRESH),
    _scenario(
        "refresh-token-invalid-issuer",
        "The refreshed ID token has another iss.",
        _NO,
        _AT.REFRESH,
        _REFRESH,
        "wrong-iss@token.refresh",
    ),
    _scenario(
        "refresh-token-invalid-sub",
        "The refreshed ID token has another sub.",
        _NO,
        _AT.REFRESH,
        _REFRESH,
        "wrong-sub@token.refresh",
    ),
    _scenario("fapi2-missing-exp", "The ID token has no exp.", _NO, _AT.SIGN_IN, _FAPI, "no-exp@token.code"),
    _scenario("fapi2-missing-nonce", "The ID token has no nonce.", _NO, _AT.SIGN_IN, _FAPI, "no-nonce@token.code"),
    _scenario(
        "fapi2-invalid-secondary-aud",
        "A stranger is in aud, and there is no azp.",
        _NO,
        _AT.SIGN_IN,
        _FAPI,
        "extra-aud@token.code",
    ),
    _scenario("fapi2-valid-aud-as-array", "aud is a list of one.", _OK, _AT.CALL, _FAPI, "aud-array@token.code"),
    _scenario(
        "fapi2-invalid-expired-exp", "The ID token is past its end.", _NO, _AT.SIGN_IN, _FAPI, "expired@token.code"
    ),
    _scenario("fapi2-invalid-alternate-alg", "Signed with PS256.", _NO, _AT.SIGN_IN, _FAPI, "alg-ps256@token.code"),
    _scenario(
        "fapi2-invalid-authorization-response-iss",
        "The redirect names another iss (RFC 9207).",
        _NO,
        _AT.REDIRECT,
        _FAPI,
        "wrong-iss@sign_in",
    ),
    _scenario(
        "fapi2-remove-authorization-response-iss",
        "The redirect lacks the promised iss.",
        _NO,
        _AT.REDIRECT,
        _FAPI,
        "no-iss@sign_in",
    ),
    _scenario(
        "fapi2-authorization-response-invalid-state",
        "The redirect has another state.",
        _NO,
        _AT.REDIRECT,
        _FAPI,
        "wrong-state@sign_in",
    ),
    _scenario(
        "fapi2-authorization-response-missing-state",
        "The redirect has no state.",
        _NO,
        _AT.REDIRECT,
        _FAPI,
        "no-state@sign_in",
    ),
    _scenario(
        "fapi2-token-endpoint-response-without-expires_in",
        "The token answer has no expires_in.",
        _OK,
        _AT.CALL,
        _FAPI,
        "no-expires-in@token",
    ),
    _scenario(
        "fapi2-token-type-case-insensitivity",
        "token_type is bEARER.",
        _OK,
        _AT.CALL,
        _FAPI,
        "odd-token-type@token",
    ),
    _scenario(
        "fapi2-refresh-token",
        "The API answers 401 invalid_token until the session was refreshed twice.",
        _OK,
        _AT.CALL,
        _FAPI,
        "until-refreshed=2@api",
    ),
    _scenario(
        "fapi2-decoy-keys",
        "Beside the key lie others of the same kid.",
        _OK,
        _AT.CALL,
        f"{_FAPI}; §5.4.3",
        "decoy-keys@keys",
    ),
    _scenario(
        "fapi1-no-scope-in-token-endpoint-response",
        "The token answer has neither scope nor expires_in.",
        _OK,
        _AT.CALL,
        "FAPI 1.0 Advanced, client plan",
        "no-scope@token",
        "no-expires-in@token",
    ),
    _scenario(
        "fapi1-iat-is-week-in-past",
        "The ID token was issued a week ago.",
        _NO,
        _AT.SIGN_IN,
        "FAPI 1.0 Advanced, client plan",
        "old-iat@token.code",
    ),
)
SCENARIOS = MappingProxyType({scenario.name: scenario for scenario in _SCENARIOS})


def scenario_named(name: str) -> Scenario:
    """Return the scenario; the suite's prefix may be there or not. Raises BadInput when there is none of that name."""
    short = name.removeprefix("oidcc-client-test-")
    if short not in SCENARIOS:
        raise BadInput(f"There is no scenario {name!r}.", next_step=f"Choose one of {', '.join(SCENARIOS)}.")
    return SCENARIOS[short]
