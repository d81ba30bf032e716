"""Connections and preferences: saved whole, refused with a reason, never with a secret."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.connection import Connection, check_connection
from app.errors import BadInput
from app.session.kinds import kind_names
from app.settings import Settings, load, save
from app.urls import check_url

OKTA = Connection(name="Okta", issuer="https://example.okta.com/oauth2/default", client_id="0oa1")
OTHER = Connection(
    name="Other",
    issuer="https://example.com",
    client_id="c",
    audience="https://api.example.com",
    resource="urn:api",
    redirect_uris=("http://127.0.0.1:8765/callback", "http://127.0.0.1:8766/callback"),
    authorize_params=(("prompt", "consent"),),
    sign_in="device",
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    settings = Settings(scheme="dark", window={"size": "1x2"}).with_connection(OTHER).with_connection(OKTA)
    save(settings, tmp_path)
    assert load(tmp_path, kind_names()) == settings
    assert load(tmp_path, kind_names()).connection == OKTA
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_a_missing_file_gives_the_demo_org(tmp_path: Path) -> None:
    assert load(tmp_path, kind_names()).connection.embedded


def test_a_connection_takes_the_place_of_the_one_it_was_made_from() -> None:
    settings = Settings().with_connection(OKTA).with_connection(OTHER)
    changed = settings.with_connection(replace(OKTA, name="Renamed"), instead_of="Okta")
    assert [each.name for each in changed.connections] == ["Demo org", "Renamed", "Other"]
    assert changed.current == "Renamed"


def test_no_two_connections_have_one_name() -> None:
    settings = Settings().with_connection(OKTA).with_connection(OTHER)
    with pytest.raises(BadInput, match="named Okta already"):
        settings.with_connection(replace(OTHER, name="Okta"), instead_of="Other")
    assert settings.free_name("Okta") == "Okta 2"
    assert settings.with_connection(replace(OKTA, name="Okta 2")).free_name("Okta") == "Okta 3"


def test_connections_of_one_client_have_sessions_of_their_own() -> None:
    settings = Settings().with_connection(OKTA).with_connection(replace(OKTA, name="Twin"))
    keys = [each.key for each in settings.connections[1:]]
    assert keys[0] == OKTA.key
    assert keys[1] != OKTA.key
    again = settings.with_connection(replace(settings.connection, scopes="openid"), instead_of="Twin")
    assert again.connection.key == keys[1]


def test_the_demo_org_stays() -> None:
    settings = Settings().with_connection(OKTA)
    assert settings.without("Okta") == Settings()
    with pytest.raises(BadInput, match="cannot be removed"):
        settings.without("Demo org")


def test_settings_of_the_version_before_are_taken_over(tmp_path: Path) -> None:
    old = {"name": "Okta", "issuer": OKTA.issuer, "client_id": "0oa1", "scopes": "openid", "api_url": "", "leeway_s": 2}
    connections = [
        {**old, "redirect_uri": "http://127.0.0.1:8765/callback", "embedded": False},
        {**old, "name": "Free", "client_id": "0oa2", "redirect_uri": None, "embedded": False},
    ]
    found = {"version": 1, "connections": connections, "current": "Okta", "scheme": "dark", "window": {}}
    (tmp_path / "settings.json").write_text(json.dumps(found))
    settings = load(tmp_path, kind_names())
    assert settings.connection.redirect_uris == ("http://127.0.0.1:8765/callback",)
    assert settings.connections[-1].redirect_uris == ()
    save(settings, tmp_path)
    assert load(tmp_path, kind_names()) == settings


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 99}', '{"version": 1}', '{"version":1,"connections":[{}]}']
)
def test_a_broken_file_is_an_error_and_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    with pytest.raises(BadInput, match="cannot be read"):
        load(tmp_path, kind_names())
    assert path.read_text() == text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "ftp://example.com",
        "http://example.com",
        "https://",
        "https://user:pw@example.com/",
        "https://exa mple.com/",
        "https://example.com:99999/",
        "https://[::1/",
        "javascript:alert(1)",
        "http://127.0.0.1.example.com/",
    ],
)
def test_urls_that_may_not_be_used(url: str) -> None:
    with pytest.raises(BadInput):
        check_url(url, "The API URL")


@pytest.mark.parametrize(
    "url", ["https://example.com", "http://127.0.0.1:1/x", "http://[::1]:1", " http://localhost:80 "]
)
def test_urls_that_may(url: str) -> None:
    assert check_url(url, "The API URL") == url.strip()


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": " "},
        {"scopes": "profile"},
        {"issuer": "https://example.com/?x=1"},
        {"redirect_uris": ("https://example.com/callback",)},
        {"redirect_uris": ("http://192.168.1.1:1/callback",)},
        {"redirect_uris": ("http://127.0.0.1/callback",)},
        {"redirect_uris": ("http://127.0.0.1:1/c", "http://127.0.0.1:1/c")},
        {"redirect_uris": tuple(f"http://127.0.0.1:{port}/c" for port in range(1, 7))},
        {"api_url": "nonsense"},
        {"name": " "},
        {"resource": "no-uri"},
        {"resource": "https://api.example.com/#part"},
        {"leeway_s": -1.0},
        {"leeway_s": float("nan")},
        {"authorize_params": (("state", "x"),)},
        {"authorize_params": (("a b", "x"),)},
        {"authorize_params": (("prompt", "x"), ("prompt", "y"))},
    ],
)
def test_a_connection_is_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as caught:
        check_connection(replace(OKTA, **wrong))
    assert all(caught.value.lines())
