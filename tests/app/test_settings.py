"""Connections and preferences: saved whole, refused with a reason, never with a secret."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import BadInput
from app.settings import Connection, Settings, check_connection, check_url, load, save

OKTA = Connection(name="Okta", issuer="https://example.okta.com/oauth2/default", client_id="0oa1")


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    settings = Settings(scheme="dark", window={"size": "1x2"}).with_connection(OKTA)
    save(settings, tmp_path)
    assert load(tmp_path) == settings
    assert load(tmp_path).connection == OKTA
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_a_missing_file_gives_the_demo_org(tmp_path: Path) -> None:
    assert load(tmp_path).connection.embedded


def test_a_connection_replaces_the_one_of_the_same_issuer_and_client() -> None:
    settings = Settings().with_connection(OKTA).with_connection(replace(OKTA, name="Renamed"))
    assert [each.name for each in settings.connections] == ["Demo org", "Renamed"]
    assert settings.current == "Renamed"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 99}', '{"version": 1}', '{"version":1,"connections":[{}]}']
)
def test_a_broken_file_is_an_error_and_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    with pytest.raises(BadInput, match="cannot be read"):
        load(tmp_path)
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
        {"redirect_uri": "https://example.com/callback"},
        {"redirect_uri": "http://192.168.1.1:1/callback"},
        {"api_url": "nonsense"},
    ],
)
def test_a_connection_is_checked(wrong: dict[str, str]) -> None:
    with pytest.raises(BadInput) as caught:
        check_connection(replace(OKTA, **wrong))
    assert all(caught.value.lines())
