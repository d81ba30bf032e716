"""Named scenarios: the OpenID RP conformance modules as faults of the demo org, each with what a client must do."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from app.demo.faults import Fault
from app.errors import BadInput


class Expectation(StrEnum):
    """What a client must do."""

    COMPLETE = "complete"
    REJECT = "reject"
    EITHER = "either"


class RequiredBy(StrEnum):
    """When it must be done: rejecting means going no further than this."""

    DISCOVERY = "discovery"
    REDIRECT = "redirect"  # no token request
    SIGN_IN = "sign-in"  # no use of the tokens
    USERINFO = "userinfo"  # no use of what userinfo said
    REFRESH = "refresh"  # no use of the refreshed tokens
    CALL = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformanceModule:
    """One module: `name` is the suite's without its prefix, `faults` switch it on."""

    name: str
    plays: str
    expects: Expectation
    stage: RequiredBy
    source: str
    faults: tuple[Fault, ...]


# The columns: name | expected result | by when | what is simulated | its faults | more of its source.
_TABLES = {
    "OpenID RP conformance suite, Basic and Config RP plans": """
        test | complete | call | Nothing is wrong.
        invalid-iss | reject | sign-in | The ID token has a wrong iss. | wrong-iss@token.code
        missing-sub | reject | sign-in | The ID token has no sub. | no-sub@token.code
        invalid-aud | reject | sign-in | The ID token is for another client. | wrong-aud@token.code
        missing-aud | reject | sign-in | The ID token has no aud. | no-aud@token.code
        missing-iat | reject | sign-in | The ID token has no iat. | no-iat@token.code
        kid-absent-single-jwks | complete | call | No kid, and one key. | no-kid@token.code
        kid-absent-multiple-jwks | either | sign-in | No kid, and two keys that fit. | no-kid@token.code extra-key@keys
        idtoken-sig-rs256 | complete | call | Signed with RS256.
        idtoken-sig-none | reject | sign-in | The ID token has alg none. | alg-none@token.code
        invalid-sig-rs256 | reject | sign-in | The signature is broken. | bad-signature@token.code
        invalid-sig-hs256 | reject | sign-in |\
            Signed with the public key as an HMAC secret. | alg-hs256@token.code | CVE-2015-9235
        userinfo-invalid-sub | reject | userinfo | Userinfo speaks of another sub. | wrong-sub@userinfo
        nonce-invalid | reject | sign-in | The ID token has a wrong nonce. | wrong-nonce@token.code
        invalid-athash | reject | sign-in | at_hash is wrong. | wrong-at-hash@token.code
        missing-athash | complete | call | No at_hash. | no-at-hash@token.code
        discovery-issuer-mismatch | reject | discovery | The metadata names another issuer. | issuer-mismatch@discovery
        signing-key-rotation | complete | call |\
            Between two sign-ins the key changes, with overlap. | rotate-keys@token.code*1
        signing-key-rotation-just-before-signing | complete | call |\
            The key changes right before signing; the old one is gone. | replace-keys@token.code*1
    """,
    "OpenID RP conformance suite, refresh token plan; OIDC Core §12.2": """
        refresh-token | complete | call | A refresh brings new tokens of every kind.
        refresh-token-invalid-issuer | reject | refresh |\
            The refreshed ID token has another iss. | wrong-iss@token.refresh
        refresh-token-invalid-sub | reject | refresh | The refreshed ID token has another sub. | wrong-sub@token.refresh
    """,
    "FAPI 2.0 Security Profile Final, client plan": """
        fapi2-missing-exp | reject | sign-in | The ID token has no exp. | no-exp@token.code
        fapi2-missing-nonce | reject | sign-in | The ID token has no nonce. | no-nonce@token.code
        fapi2-invalid-secondary-aud | reject | sign-in |\
            A stranger is in aud, and there is no azp. | extra-aud@token.code
        fapi2-valid-aud-as-array | complete | call | aud is a list of one. | aud-array@token.code
        fapi2-invalid-expired-exp | reject | sign-in | The ID token is past its end. | expired@token.code
        fapi2-invalid-alternate-alg | reject | sign-in | Signed with PS256. | alg-ps256@token.code
        fapi2-invalid-authorization-response-iss | reject | redirect |\
            The redirect names another iss (RFC 9207). | wrong-iss@sign_in
        fapi2-remove-authorization-response-iss | reject | redirect |\
            The redirect lacks the promised iss. | no-iss@sign_in
        fapi2-authorization-response-invalid-state | reject | redirect |\
            The redirect has another state. | wrong-state@sign_in
        fapi2-authorization-response-missing-state | reject | redirect | The redirect has no state. | no-state@sign_in
        fapi2-token-endpoint-response-without-expires_in | complete | call |\
            The token response has no expires_in. | no-expires-in@token
        fapi2-token-type-case-insensitivity | complete | call | token_type is bEARER. | odd-token-type@token
        fapi2-refresh-token | complete | call |\
            The API answers 401 invalid_token until the session was refreshed twice. | until-refreshed=2@api
        fapi2-decoy-keys | complete | call | Beside the key lie others of the same kid. | decoy-keys@keys | §5.4.3
    """,
    "FAPI 1.0 Advanced, client plan": """
        fapi1-no-scope-in-token-endpoint-response | complete | call |\
            The token response has neither scope nor expires_in. | no-scope@token no-expires-in@token
        fapi1-iat-is-week-in-past | reject | sign-in | The ID token was issued a week ago. | old-iat@token.code
    """,
}


def _scenario(line: str, source: str) -> ConformanceModule:
    name, expects, stage, plays, *more = (each.strip() for each in line.split("|"))
    faults = more[0].split() if more else ()
    return ConformanceModule(
        name=name,
        plays=plays,
        expects=Expectation(expects),
        stage=RequiredBy(stage),
        source="; ".join((source, *more[1:])),
        faults=tuple(map(Fault.parse, faults)),
    )


_SCENARIOS = (_scenario(line, source) for source, table in _TABLES.items() for line in table.strip().splitlines())
SCENARIOS = MappingProxyType({scenario.name: scenario for scenario in _SCENARIOS})


def scenario_named(name: str) -> ConformanceModule:
    """Return the scenario; the suite's prefix is optional. Raises BadInput for an unknown name."""
    short = name.removeprefix("oidcc-client-test-")
    if short not in SCENARIOS:
        raise BadInput(f"There is no scenario {name!r}.", next_step=f"Choose one of {', '.join(SCENARIOS)}.")
    return SCENARIOS[short]
