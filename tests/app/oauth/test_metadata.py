"""Discovery documents: which are believed, which are not, and what is said about those."""

import json
from typing import Any

import httpx
import pytest

from app.errors import DiscoveryFailed
from app.oauth.metadata import metadata_requests, read_metadata
from app.wire.fetch import FetchedResponse

ISSUER = "https://as.example/oauth2/default"
GOOD: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://as.example/authorize",
    "token_endpoint": "https://as.example/token",
    "jwks_uri": "https://as.example/keys",
}


def answer(body: object, *, status: int = 200, kind: str = "application/json") -> FetchedResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return FetchedResponse(status, "", httpx.Headers({"content-type": kind}), raw, truncated=False, stated_length=None)


def test_the_oidc_path_is_appended_and_the_rfc_8414_path_inserted() -> None:
    assert [str(request.url) for request in metadata_requests(ISSUER)] == [
        "https://as.example/oauth2/default/.well-known/openid-configuration",
        "https://as.example/.well-known/oauth-authorization-server/oauth2/default",
        f"{ISSUER}/.well-known/oauth-authorization-server",
    ]


def test_a_good_document_is_read() -> None:
    read = read_metadata(ISSUER, answer({**GOOD, "authorization_response_iss_parameter_supported": True}))
    assert read.token_endpoint == "https://as.example/token"
    assert read.iss_in_answer
    assert read.id_token_algs == ("RS256",)
    assert read.userinfo_endpoint is None


def test_what_each_kind_of_sign_in_needs_is_read() -> None:
    more = {
        "device_authorization_endpoint": "https://as.example/device",
        "pushed_authorization_request_endpoint": "https://as.example/par",
        "require_pushed_authorization_requests": True,
        "end_session_endpoint": "https://as.example/logout",
        "scopes_supported": ["openid"],
        "grant_types_supported": ["password"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none"],
    }
    read = read_metadata(ISSUER, answer({**GOOD, **more}))
    found = {name: getattr(read, name) for name in more}
    assert found == {name: tuple(value) if isinstance(value, list) else value for name, value in more.items()}
    bare = read_metadata(ISSUER, answer({**GOOD, "grant_types_supported": "password"}))
    assert [getattr(bare, name) for name in more] == [None, None, False, None, (), (), (), ()]


OPTIONAL = (
    "userinfo_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "device_authorization_endpoint",
    "pushed_authorization_request_endpoint",
    "end_session_endpoint",
)
USELESS = ("", "nonsense", "http://as.example/plain", "https://xn--a/x", "https://[v1.x]/", 7, [], {}, "x" * 70_000)


@pytest.mark.parametrize("name", OPTIONAL)
def test_what_signing_in_can_do_without_is_left_out_where_it_cannot_be_asked(name: str) -> None:
    for useless in USELESS:
        assert getattr(read_metadata(ISSUER, answer({**GOOD, name: useless})), name) is None


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_what_it_cannot_do_without_is_refused(name: str) -> None:
    for useless in USELESS:
        with pytest.raises(DiscoveryFailed, match=name):
            read_metadata(ISSUER, answer({**GOOD, name: useless}))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (answer({}, status=404), "answered 404"),
        (answer(b"<html>", kind="text/html; charset=utf-8"), "web page"),
        (answer(b"{"), "not JSON"),
        (answer({**GOOD, "issuer": ISSUER + "/"}), "another issuer"),
        (answer({**GOOD, "token_endpoint": 7}), "no token_endpoint"),
        (answer({**GOOD, "token_endpoint": "http://as.example/token"}), "plain http"),
        (answer({**GOOD, "token_endpoint": ""}), "no token_endpoint"),
        (answer({**GOOD, "token_endpoint": f"https://as.example/{'x' * 70_000}"}), "longer than"),
        (answer({**GOOD, "authorization_endpoint": "https://☃.example/"}), "authorization_endpoint"),
        (answer({**GOOD, "jwks_uri": "https://xn--a/x"}), "jwks_uri"),
        (answer({**GOOD, "jwks_uri": "nonsense"}), "not a URL"),
    ],
)
def test_what_is_refused_says_why(given: FetchedResponse, said: str) -> None:
    with pytest.raises(DiscoveryFailed, match=said) as caught:
        read_metadata(ISSUER, given)
    assert all(caught.value.lines())
