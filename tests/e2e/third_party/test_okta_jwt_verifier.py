"""Okta's JWT verifier, which insists on https: it accepts the org's tokens and nothing made of them."""

import base64
import json

import pytest

from tests.e2e.third_party.conftest import Org, ServeOrg, StartClient, sign_in
from tests.e2e.third_party.program import Program

pytestmark = pytest.mark.e2e

INVALID = "JWTValidationException"
TEN_MINUTES_S = 600


@pytest.fixture
def org(serve: ServeOrg) -> Org:
    return serve("--access-token-lifetime", "300", tls=True)


@pytest.fixture
def verifier(start_client: StartClient) -> Program:
    return start_client("okta_verifier")


@pytest.fixture
def client(org: Org, start_client: StartClient) -> Program:
    authlib = start_client("authlib_client")
    sign_in(authlib, org)
    return authlib


def changed(token: str, **claims: object) -> str:
    """Return the token with other claims under the old signature."""
    head, body, signature = token.split(".")
    payload = {**json.loads(base64.urlsafe_b64decode(body + "==")), **claims}
    return ".".join([head, base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("="), signature])


def test_it_accepts_what_the_org_signed_and_nothing_else(org: Org, client: Program, verifier: Program) -> None:
    found = client.ask("show")
    access = {"issuer": org.issuer, "token": found["access_token"]}
    identity = {"issuer": org.issuer, "token": found["id_token"], "client_id": org.client_id, "nonce": found["nonce"]}
    assert verifier.ask("access_token", **access)
    assert verifier.ask("id_token", **identity)

    forged = changed(found["access_token"], sub="somebody-else")
    unsigned = (INVALID, "Signature verification failed")
    assert verifier.refusal("access_token", **{**access, "token": forged}) == unsigned
    assert verifier.refusal("access_token", **access, audience="api://other") == (INVALID, "Audience doesn't match")
    assert verifier.refusal("id_token", **{**identity, "client_id": "another"})[0] == INVALID
    assert verifier.refusal("id_token", **{**identity, "nonce": "another"}) == (INVALID, 'Claim "nonce" is invalid.')

    client.ask("refresh")
    fresh = client.ask("show")
    assert fresh["access_token"] != found["access_token"]
    assert verifier.ask("access_token", issuer=org.issuer, token=fresh["access_token"])
    assert verifier.ask("id_token", **{**identity, "token": fresh["id_token"]})


def test_it_refuses_expired_tokens(org: Org, client: Program, verifier: Program) -> None:
    # longer than access tokens live here and the verifier's leeway
    org.control("POST", "/clock", jump_s=-TEN_MINUTES_S)
    client.ask("refresh")
    old = client.ask("show")["access_token"]
    assert verifier.refusal("access_token", issuer=org.issuer, token=old) == (INVALID, "Signature has expired")


def test_it_wants_https(verifier: Program) -> None:
    error, description = verifier.refusal("access_token", issuer="http://127.0.0.1:8899/oauth2/default", token="a.b.c")
    assert error == "JWTInvalidConfigException"
    assert "https" in description
