"""RFC 7636, with its own vector."""

import string

from app.oauth.pkce import Pkce
from app.secret import Secret


def test_the_vector_of_appendix_b() -> None:
    pkce = Pkce(Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
    assert pkce.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_new_verifier_is_long_random_and_of_the_right_alphabet() -> None:
    verifiers = {Pkce.new().verifier.reveal() for _ in range(50)}
    assert len(verifiers) == 50
    assert all(
        len(each) == 43 and set(each) <= set(string.ascii_letters + string.digits + "-._~") for each in verifiers
    )
