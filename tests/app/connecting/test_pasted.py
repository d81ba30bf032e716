"""What people paste, understood as issuers without asking anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connecting.pasted_issuer import candidates_in, is_okta_issuer, issuer_spelled
from app.errors import BadInput

OKTA = ("https://example.okta.com/oauth2/default", "https://example.okta.com")


@pytest.mark.parametrize(
    ("text", "issuers"),
    [
        ("https://as.example/realms/a", ("https://as.example/realms/a",)),
        ("  <https://AS.example/Realms>\n", ("https://as.example/Realms",)),
        ("as.example/x", ("https://as.example/x",)),
        ("127.0.0.1:8899/oauth2/default", ("http://127.0.0.1:8899/oauth2/default",)),
        ("https://as.example/x/.well-known/openid-configuration", ("https://as.example/x",)),
        ("https://as.example/.well-known/openid-configuration", ("https://as.example",)),
        ("https://as.example/.well-known/openid-configuration/x/y", ("https://as.example/x/y",)),
        ("https://as.example/.well-known/oauth-authorization-server", ("https://as.example",)),
        ("https://as.example/.well-known/oauth-authorization-server/x/y", ("https://as.example/x/y",)),
        ("https://as.example/x/.well-known/oauth-authorization-server/", ("https://as.example/x",)),
        ("https://as.example/x/.well-known/openid-configuration?client_id=a#b", ("https://as.example/x",)),
        ("example.okta.com", OKTA),
        ("https://example.okta.com/", OKTA),
        ("example-admin.okta.com", OKTA),
        ("https://Example-Admin.okta.com/admin/dashboard", OKTA),
        ("https://example.okta.com/app/UserHome?x=1", OKTA),
        ("dev-1.oktapreview.com", ("https://dev-1.oktapreview.com/oauth2/default", "https://dev-1.oktapreview.com")),
        ("https://example.okta.com/oauth2/aus1", ("https://example.okta.com/oauth2/aus1",)),
        ("https://example.okta.com/oauth2/aus1/v1/authorize", ("https://example.okta.com/oauth2/aus1",)),
        ("https://example.okta.com/oauth2/v1/token", ("https://example.okta.com",)),
        ("https://example.okta.com/.well-known/oauth-authorization-server/oauth2/aus1", (f"{OKTA[1]}/oauth2/aus1",)),
        ("https://example.okta.com/oauth2/aus1/.well-known/openid-configuration", (f"{OKTA[1]}/oauth2/aus1",)),
    ],
)
def test_what_is_meant(text: str, issuers: tuple[str, ...]) -> None:
    assert candidates_in(text).issuers == issuers


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing to look up"),
        ("   ", "nothing to look up"),
        ("http://as.example", "plain http"),
        ("ftp://as.example", "not a URL"),
        ("https://ada:secret@as.example", "user name"),
        ("https://as.example/a b", "spaces"),
        ("https://[::1", "not a URL"),
        ("[::1", "not a URL"),
        ("x" * 3000, "longer than"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_three_lines(text: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        candidates_in(text)
    assert said in refused.value.what
    assert all(refused.value.lines())


def test_what_was_put_right_is_said() -> None:
    notes = " ".join(candidates_in("example-admin.okta.com/x?y=1").notes)
    assert "https:// was put in front" in notes
    assert "users sign in at example.okta.com" in notes
    assert "? or #" in notes
    assert candidates_in("https://as.example").notes == ()


@given(st.text(max_size=200))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        found = candidates_in(text)
    except BadInput:
        return
    assert all(each.startswith(("https://", "http://")) for each in found.issuers)


@pytest.mark.parametrize(
    ("issuer", "is_okta"),
    [
        ("https://example.okta.com", True),
        ("https://login.example.com/oauth2/default", True),
        ("https://login.example.com/oauth2/aus1abc", True),
        ("https://okta.com.example", False),
        ("https://notokta.com", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_oktas_issuers_are_known(issuer: str, is_okta: bool) -> None:
    assert is_okta_issuer(issuer) is is_okta


def test_a_slash_at_the_end_may_differ_and_nothing_else() -> None:
    assert issuer_spelled("https://a.example", "https://a.example/") == "https://a.example/"
    assert issuer_spelled("https://a.example/", "https://a.example") == "https://a.example"
    assert issuer_spelled("https://a.example", "https://b.example") is None
    assert issuer_spelled("https://a.example", None) is None
