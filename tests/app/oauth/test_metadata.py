"""Discovery documents: which are believed, which are not, and what is said about those."""

import json
from typing import Any

import httpx
import pytest

from app.errors import DiscoveryFailed
from app.oauth.metadata import metadata_requests, read_metadata
from app.wire.fetch import Answer

ISSUER = "https://as.example/oauth2/default"
GOOD: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://as.example/authorize",
    "token_endpoint": "https://as.example/token",
    "jwks_uri": "https://as.example/keys",
}


def answer(body: object, *, status: int = 200, kind: str = "application/json") -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, "", httpx.Headers({"content-type": kind}), raw, truncated=False, stated_length=None)


def test_the_oidc_path_is_appended_and_the_rfc_8414_path_inserted() -> None:
    assert [str(request.url) for request in metadata_requests(ISSUER)] == [
        "https://as.example/oauth2/default/.well-known/openid-configuration",
        "https://as.example/.well-known/oauth-authorization-server/oauth2/default",
    ]


def test_a_good_document_is_read() -> None:
    read = read_metadata(ISSUER, answer({**GOOD, "authorization_response_iss_parameter_supported": True}))
    assert read.token_endpoint == "https://as.example/token"
    assert read.iss_in_answer
    assert read.id_token_algs == ("RS256",)
    assert read.userinfo_endpoint is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (answer({}, status=404), "answered 404"),
        (answer(b"<html>", kind="text/html; charset=utf-8"), "web page"),
        (answer(b"{"), "not JSON"),
        (answer({**GOOD, "issuer": ISSUER + "/"}), "another issuer"),
        (answer({**GOOD, "token_endpoint": 7}), "no token_endpoint"),
        (answer({**GOOD, "token_endpoint": "http://as.example/token"}), "plain http"),
        (answer({**GOOD, "userinfo_endpoint": "nonsense"}), "not a URL"),
    ],
)
def test_what_is_refused_says_why(given: Answer, said: str) -> None:
    with pytest.raises(DiscoveryFailed, match=said) as caught:
        read_metadata(ISSUER, given)
    assert all(caught.value.lines())
