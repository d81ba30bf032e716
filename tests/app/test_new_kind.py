"""A kind of sign-in is registered once, and everything without a window takes it."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.parser import build_parser
from app.cli.sign_in import _with_flags
from app.connecting.capabilities import capabilities_of
from app.connecting.files import read_connections, written
from app.connection import DEFAULT_SIGN_IN, Connection
from app.demo.org import DemoOrg
from app.errors import BadInput
from app.events.tokens import TokensReceived
from app.oauth.metadata import ServerMetadata
from app.session import kinds
from app.session.sign_out import PartResult
from app.settings import Settings, load, save
from app.sim_loop import SimClock
from app.simulation import open_simulation
from tests.pigeon import ALL, PIGEON

LOFT = Connection(name="Loft", issuer="https://loft.example", client_id="c", sign_in="pigeon")
METADATA = ServerMetadata(
    issuer="https://as", authorization_endpoint="https://as/a", token_endpoint="https://as/t", jwks_uri="https://as/k"
)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "KINDS", ALL)


def test_settings_name_it_once_it_is_registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings().with_connection(LOFT)
    save(settings, tmp_path)
    with pytest.raises(BadInput, match=r"is none of browser, password, device\."):
        load(tmp_path, kinds.kind_names())
    monkeypatch.setattr(kinds, "KINDS", ALL)
    assert load(tmp_path, kinds.kind_names()) == settings


def test_a_file_names_it_once_it_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    body = written([LOFT]).encode()
    assert [each.sign_in for each in read_connections(body).connections] == [DEFAULT_SIGN_IN]
    monkeypatch.setattr(kinds, "KINDS", ALL)
    assert read_connections(body).connections == (LOFT,)


@pytest.mark.usefixtures("registered")
def test_a_server_is_asked_whether_it_offers_it() -> None:
    offer = capabilities_of(METADATA)
    assert offer.why_not["pigeon"] == "The server keeps no pigeons."
    offer = capabilities_of(replace(METADATA, grant_types_supported=("password", "pigeon")))
    assert "pigeon" not in offer.why_not
    facts = {each.name: each.value for each in offer.facts}
    assert facts["Sign-in"] == "username and password, carrier pigeon"


@pytest.mark.usefixtures("registered")
def test_the_command_has_its_flags(capsys: pytest.CaptureFixture[str]) -> None:
    parser = build_parser(["sign-in"])
    with pytest.raises(SystemExit):
        parser.parse_args(["sign-in", "--help"])
    help_text = " ".join(capsys.readouterr().out.split())
    assert "--pigeon-loft WHERE by carrier pigeon" in help_text
    assert "--grain {corn,wheat} what it is fed" in help_text
    okta = replace(LOFT, sign_in="device")
    assert _with_flags(parser.parse_args(["sign-in", "--pigeon-loft", "roof"]), okta).sign_in == "pigeon"
    assert _with_flags(parser.parse_args(["sign-in", "--browser"]), LOFT).sign_in == "browser"
    assert _with_flags(parser.parse_args(["sign-in"]), LOFT).sign_in == "pigeon"
    with pytest.raises(SystemExit):
        parser.parse_args(["sign-in", "--pigeon-loft", "roof", "--device"])


@pytest.mark.anyio
async def test_its_flow_begins_a_session_that_no_browser_has(clock: SimClock) -> None:
    prompt: list[str] = []
    async with open_simulation(clock, DemoOrg(clock)) as opened:
        await opened.sign_in(PIGEON, prompt)
        assert prompt == ["Has it landed?"]
        received = [entry.event.grant for entry in opened.journal if isinstance(entry.event, TokensReceived)]
        assert received == ["pigeon"]
        assert (await opened.sign_out()).browser is PartResult.NOT_WANTED


def test_the_default_is_one_of_them() -> None:
    assert kinds.kind_named(DEFAULT_SIGN_IN) is kinds.KINDS[0]
    assert len(set(kinds.kind_names())) == len(kinds.KINDS)
