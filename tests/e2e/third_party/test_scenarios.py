"""The org's named scenarios, judged by clients nobody here wrote: what is meant to be wrong is wrong to them too."""

from typing import Any

import pytest

from tests.e2e.third_party.conftest import REDIRECT_URI, Org, ServeOrg, StartClient
from tests.e2e.third_party.program import Program, Refused

pytestmark = pytest.mark.e2e

# What each of them leaves to the program around it, or does not look at.
LETS_PASS = {
    "authlib_client": {
        "discovery-issuer-mismatch",
        "fapi1-iat-is-week-in-past",
        "fapi2-invalid-authorization-response-iss",
        "fapi2-invalid-secondary-aud",
        "fapi2-remove-authorization-response-iss",
        "refresh-token-invalid-sub",
        "userinfo-invalid-sub",
    },
    "openid_client": {"fapi1-iat-is-week-in-past", "invalid-athash", "refresh-token-invalid-sub"},
}


def outcome(client: Program, org: Org) -> str:
    """Return the stage beyond which the client does not go, or `complete`."""
    stage = "discovery"
    try:
        client.ask("open", issuer=org.issuer, client_id=org.client_id, redirect_uri=REDIRECT_URI)
        stage = "sign-in"
        client.ask("redeem", callback=org.sign_in(client.ask("authorize")))
        stage = "userinfo"
        client.ask("userinfo")
        stage = "refresh"
        client.ask("refresh")
    except Refused:
        asked = org.control("GET", "").json()["counters"]
        return "redirect" if stage == "sign-in" and "token" not in asked else stage
    return "complete"


def due(scenario: dict[str, Any], lets_pass: set[str]) -> str:
    if scenario["expects"] == "complete" or scenario["name"] in lets_pass:
        return "complete"
    return str(scenario["stage"])


@pytest.mark.parametrize("name", LETS_PASS)
def test_they_do_as_the_conformance_suite_says(name: str, start_client: StartClient, serve: ServeOrg) -> None:
    org, client = serve("--access-token-lifetime", "300"), start_client(name)
    scenarios = org.control("GET", "/scenarios").json()
    found = {}
    for scenario in scenarios:
        org.control("DELETE", "/faults")
        org.control("POST", "/counters/clear")
        org.control("POST", "/faults", scenario=scenario["name"])
        found[scenario["name"]] = outcome(client, org)
    assert found == {each["name"]: due(each, LETS_PASS[name]) for each in scenarios}
