"""Whatever lies where a record of ours should lie, it is read well or refused in a sentence, and stays as it is."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.connecting.files import Imported, read_connections
from app.connection import Connection, check_connection
from app.decision import ExpirySource
from app.doctor.last_failure import last_trouble
from app.doctor.records import FailedStage, Failure, Sent
from app.errors import BadInput, StoreFailed
from app.events.tokens import RefreshTokenFate
from app.records import Damaged, Record
from app.secret import Secret
from app.session.expiry import Expiry, Receipt
from app.session.kinds import kind_names
from app.session.stored_form import from_text, to_text
from app.session.tokens import Held, TokenSet
from app.settings import Settings, load
from app.token_name import TokenKind
from tests.app.odd_json import odd_texts

KEY = "https://as.example#c"
OKTA = Connection(
    name="Okta",
    issuer="https://example.okta.com",
    client_id="0oa1",
    redirect_uris=("http://127.0.0.1:8765/callback",),
    authorize_params=(("prompt", "consent"),),
)
SETTINGS: dict[str, Any] = {
    "version": 2,
    **asdict(Settings(window={"zoom": "1.00"}).with_connection(OKTA)),
}
VERSION_1: dict[str, Any] = {
    "version": 1,
    "connections": [
        {"name": "n", "issuer": "https://as.example", "client_id": "c", "redirect_uri": None, "embedded": False}
    ],
    "current": "n",
    "scheme": "dark",
    "window": {},
}
TOKENS = TokenSet(
    family="f",
    number=3,
    receipt=Receipt(1.7e9, 12.5, "boot"),
    access=Held(TokenKind.ACCESS, 3, Secret("at")),
    refresh=Held(TokenKind.REFRESH, 2, Secret("rt")),
    id=Held(TokenKind.ID, 1, Secret("id")),
    expiry=Expiry(3600.0, ExpirySource.EXPIRES_IN),
    scope="openid",
    refresh_fate=RefreshTokenFate.KEPT,
    refresh_receipt=Receipt(1.7e9, -3.0, "boot"),
    id_claims={"sub": "ada", "deep": {"a": [1, {"b": None}]}},
    first_id_claims={"sub": "ada", "name": "Ada"},
)
TROUBLE = Failure(
    stage=FailedStage.REFRESH,
    at=1.7e9,
    what="No.",
    code="invalid_grant",
    description="Gone.",
    status=400,
    terminal=True,
    sent=Sent(name="RT-2", received_at=1.6e9),
)


def read_settings(text: str) -> Settings | BadInput:
    with TemporaryDirectory() as folder:
        path = Path(folder, "settings.json")
        path.write_text(text)
        try:
            return load(Path(folder), kind_names())
        except BadInput as refused:
            return refused if str(path) in refused.what and path.read_text() == text else BadInput("")


def check_sentence(refused: BadInput) -> None:
    assert all(refused.lines())
    assert refused.what.count("\n") == 0
    assert len(refused.what) < 300


@given(odd_texts(SETTINGS) | odd_texts(VERSION_1))
@example(json.dumps({**SETTINGS, "window": []}))
@example(json.dumps({**SETTINGS, "window": None}))
def test_odd_settings_are_read_or_refused(text: str) -> None:
    found = read_settings(text)
    if isinstance(found, BadInput):
        check_sentence(found)
        return
    assert all(isinstance(value, str) for value in found.window.values())
    for each in found.connections:
        assert isinstance(each.key, str)
        try:
            check_connection(each)
        except BadInput as refused:
            check_sentence(refused)


@pytest.mark.parametrize("name", ["issuer", "client_id", "scopes", "leeway_s", "api_url", "resource", "name", "number"])
@pytest.mark.parametrize("odd", [None, [], {}, True])
def test_a_member_of_the_wrong_type_is_named(name: str, odd: object) -> None:
    connections = [SETTINGS["connections"][0], {**SETTINGS["connections"][1], name: odd}]
    found = read_settings(json.dumps({**SETTINGS, "connections": connections}))
    assert isinstance(found, BadInput)
    assert f"{name} of connections[1]" in found.what


@given(odd_texts(json.loads(to_text(TOKENS, KEY))))
def test_an_odd_entry_in_the_keyring_is_read_or_damaged(text: str) -> None:
    try:
        found = from_text(text, KEY)
    except StoreFailed:
        return
    assert from_text(to_text(found, KEY), KEY) == found
    assert found.display_name
    assert repr(found.taken())
    assert found.expires_at is None or found.expires_at < 1e12


def test_what_a_server_may_have_said_comes_back_from_the_keyring() -> None:
    deep: Any = 1
    for _ in range(31):  # with the claims around it as deep as an answer may be
        deep = [deep]
    claims = {"sub": "ada", "deep": deep, "big": 10**4000, "\u2028": "é\u0000"}
    for tokens in (TOKENS, replace(TOKENS, id_claims=claims, first_id_claims=claims), TOKENS.without_access()):
        assert from_text(to_text(tokens, KEY), KEY) == tokens


@given(odd_texts({"k": json.loads(json.dumps(asdict(TROUBLE)))}))
def test_an_odd_memory_of_trouble_is_read_or_ignored(text: str) -> None:
    with TemporaryDirectory() as folder:
        Path(folder, "last-trouble.json").write_text(text)
        found = last_trouble(Path(folder), "k")
        assert found is None or found.said()


@given(odd_texts(json.loads(json.dumps({**asdict(OKTA), "leeway_s": 2.0}))))
def test_an_odd_file_of_connections_is_read_or_refused(text: str) -> None:
    try:
        found = read_connections(text.encode("utf-8", "surrogatepass"))
    except BadInput as refused:
        check_sentence(refused)
    else:
        assert isinstance(found, Imported)
        assert all(check_connection(each) for each in found.connections)


def test_a_leeway_of_thousands_of_digits_is_no_number_of_seconds() -> None:
    text = f'{{"issuer": "https://as.example", "client_id": "c", "leeway_s": {"9" * 4000}}}'
    found = read_connections(text.encode())
    assert found.connections[0].leeway_s == 1.0
    assert "leeway" in found.notes[0]


READERS = (
    "text",
    "flag",
    "number",
    "moment",
    "whole",
    "texts",
    "pairs",
    "object",
    "texts_by_name",
    "records",
    "record",
)


@given(odd_texts({"a": 1, "b": {"c": []}}), st.sampled_from(READERS))
def test_a_reader_returns_what_it_promises_or_says_what_is_wrong(text: str, reader: str) -> None:
    found: object
    try:
        found = getattr(Record.of(text.encode("utf-8", "surrogatepass")), reader)("a")
    except Damaged as wrong:
        found = wrong
    if isinstance(found, Damaged):
        assert str(found).isprintable()
        assert len(str(found)) < 120
        return
    kinds = {"text": str, "flag": bool, "number": float, "moment": float, "whole": int, "object": dict}
    kinds |= {"texts_by_name": dict, "record": Record}
    assert isinstance(found, kinds.get(reader, tuple))
