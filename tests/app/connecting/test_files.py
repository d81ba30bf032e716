"""Connections from files: our own, other programs', incomplete ones and hostile ones; nothing secret stays."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connecting.files import LONGEST, Imported, read_connections, read_file, write_file, written
from app.connection import DEMO_CONNECTION, Connection
from app.errors import BadInput

FULL = Connection(
    name="Staging – Ö",
    issuer="https://as.example/x",
    client_id="c",
    scopes="openid offline_access",
    audience="api://a",
    resource="https://api.example/",
    redirect_uris=("http://127.0.0.1:8765/callback", "http://127.0.0.1:8766/callback"),
    api_url="https://api.example/me",
    leeway_s=2.5,
    authorize_params=(("prompt", "consent"),),
    sign_in="device",
)


def read(found: Any) -> Imported:
    return read_connections(json.dumps(found).encode())


def one(found: Any) -> Connection:
    imported = read(found)
    assert len(imported.connections) == 1, imported
    return imported.connections[0]


def test_what_is_exported_is_imported_the_same(tmp_path: Path) -> None:
    write_file(tmp_path / "x.json", [DEMO_CONNECTION, FULL])
    assert read_file(tmp_path / "x.json").connections == (FULL,)
    assert read_file(tmp_path / "x.json").notes == ()
    assert "Demo org" not in written([DEMO_CONNECTION, FULL])


@pytest.mark.parametrize(
    "found",
    [
        {"issuer": "https://as.example", "client_id": "c"},
        {"issuer": "https://as.example", "clientId": "c"},
        {"authority": "https://as.example", "client_id": "c", "response_type": "code"},
        [{"issuer": "https://as.example", "clientId": "c"}],
        {"oidc": {"issuer": "https://as.example", "clientId": "c", "pkce": True}},
        {"auth": {"authority": "https://as.example", "clientId": "c"}},
        {"connections": [{"issuer": "https://as.example", "client_id": "c", "number": 0}], "version": 2},
        {"discovery_uri": "https://as.example/.well-known/openid-configuration", "client_id": "c"},
    ],
)
def test_the_usual_names_of_others(found: Any) -> None:
    connection = one(found)
    assert (connection.issuer, connection.client_id) == ("https://as.example", "c")
    assert connection.name == "as.example"


def test_every_field_under_the_names_of_others() -> None:
    connection = one(
        {
            "Issuer": "https://as.example",
            "Client-ID": "c",
            "scope": ["openid", "offline_access"],
            "redirectUri": "http://127.0.0.1:8765/callback",
            "audience": "api://a",
            "resource": "urn:x",
            "extraQueryParams": {"prompt": "consent", "max_age": 5},
        }
    )
    assert connection.scopes == "openid offline_access"
    assert connection.redirect_uris == ("http://127.0.0.1:8765/callback",)
    assert (connection.audience, connection.resource) == ("api://a", "urn:x")
    assert connection.authorize_params == (("prompt", "consent"), ("max_age", "5"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_secret", "s3cr3t"),
        ("clientSecret", "s3cr3t"),
        ("api_token", "s3cr3t"),
        ("refreshToken", "s3cr3t"),
        ("password", "s3cr3t"),
        ("private_key", {"d": "s3cr3t"}),
        ("jwks", {"keys": [{"d": "s3cr3t"}]}),
        ("name", "eyJhbGciOiJIUzI1NiJ9.s3cr3t.x"),
        ("audience", "-----BEGIN PRIVATE KEY-----s3cr3t"),
        ("extraQueryParams", {"client_assertion": "s3cr3t"}),
        ("extraQueryParams", {"x": "eyJhbGciOiJIUzI1NiJ9.s3cr3t.x"}),
    ],
)
def test_secrets_are_left_out_and_said_to_be(name: str, value: object) -> None:
    imported = read({"issuer": "https://as.example", "client_id": "c", name: value})
    assert "s3cr3t" not in repr(imported)
    assert any("stores no secrets" in each for each in imported.notes)
    assert len(imported.connections) == 1


def test_what_only_sounds_like_a_secret_is_merely_not_used() -> None:
    found = {"issuer": "https://as.example", "client_id": "c", "token_endpoint": "https://as.example/t", "x": 1}
    assert read(found).notes == ("Not used: token_endpoint, x.",)


def test_redirect_uris_nobody_can_listen_at_are_left_out() -> None:
    uris = ["com.example:/callback", "https://app.example/cb", "http://127.0.0.1:8765/callback"]
    imported = read({"issuer": "https://as.example", "client_id": "c", "redirect_uris": uris})
    assert imported.connections[0].redirect_uris == ("http://127.0.0.1:8765/callback",)
    assert len(imported.notes) == 2


def test_what_is_incomplete_is_a_draft_with_the_reason() -> None:
    imported = read([{"issuer": "https://as.example"}, {"issuer": "https://as.example", "client_id": "c"}])
    assert [each.client_id for each in imported.drafts] == [""]
    assert [each.client_id for each in imported.connections] == ["c"]
    assert "client ID is missing" in imported.notes[0]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"{}",
        b"[]",
        b"[1, 2]",
        b"5",
        b'{"connections": []}',
        b'{"issuer": "a", "issuer": "b"}',
        b"[" * 100_000,
        b'{"a": "' + b"x" * LONGEST + b'"}',
        b"\xff\xfe{}",
        json.dumps([{"issuer": "https://as.example", "client_id": str(each)} for each in range(101)]).encode(),
        json.dumps({"connections": [{"embedded": True, "issuer": "x"}]}).encode(),
    ],
)
def test_what_is_no_connection_is_refused_in_three_lines(body: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        read_connections(body)
    assert all(refused.value.lines())


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read_connections(b'\xef\xbb\xbf{"issuer": "https://as.example", "client_id": "c"}').connections


def test_a_file_that_is_not_there_or_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_file(tmp_path / "none.json")
    with pytest.raises(BadInput, match="cannot be written"):
        write_file(tmp_path / "none" / "x.json", [FULL])


NAMES = st.sampled_from(
    ("issuer", "client_id", "scope", "redirect_uris", "leeway", "sign_in", "authorize_params", "oidc", "connections")
) | st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)


@given(JSON)
def test_whatever_stands_in_a_file_is_read_or_refused(found: Any) -> None:
    try:
        imported = read(found)
    except BadInput:
        return
    assert imported.connections or imported.drafts
