"""`lapse doctor`: what it says of this machine's demo org and of servers that are not there, and its exit codes."""

import json
import threading
from collections.abc import Callable

import pytest

from app import settings
from app.assembly import open_assembly
from app.cli import build_parser, run
from app.connections import Connections
from app.demo.embedded import demo_of
from app.doctor.last_failure import FailureMemory
from app.session.kinds.browser import BROWSER
from tests.e2e.scripted_browser import sign_in
from tests.ports import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("shared_store")]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # the demo org serves real HTTP on a thread


def scripted(url: str, told: Callable[[bool], None]) -> None:
    threading.Thread(target=sign_in, args=(url,), daemon=True).start()


async def doctor(*flags: str) -> int:
    return await run(build_parser().parse_args(["doctor", *flags]))


async def test_nothing_found_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert await doctor() == 0
    assert capsys.readouterr().out.endswith("no user is signed in, the server answers as it should.\n")
    assert await doctor("--offline") == 0
    assert "nothing was sent" in capsys.readouterr().out


async def test_a_server_that_is_not_there_is_3(capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--issuer", f"http://127.0.0.1:{free_port()}/oauth2/default", "--client-id", "c")
    assert await doctor(*flags) == 3
    told = capsys.readouterr()
    assert told.out.startswith("CANNOT KNOW: 127.0.0.1 gives no response")
    assert "refused the connection" in told.err
    assert await doctor(*flags, "--offline") == 0


async def test_half_a_connection_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert await doctor("--client-id", "c") == 2
    assert "--client-id needs --issuer." in capsys.readouterr().err


async def refused(window: Connections) -> None:
    """Sign in, and have the refresh refused because an administrator revoked the grant."""
    await window.connect()
    window.journal.subscribe(FailureMemory(settings.data_dir()))
    await window.sign_in(BROWSER, lambda _: None)
    assert demo_of(window).host.org is not None
    demo_of(window).host.org.revoke(None)
    window.clock.jump(31)
    (result,) = await window.call_api_many("GET", window.connection.api_url, 1)
    assert result.error is not None


async def test_what_a_window_saw_a_command_knows(capsys: pytest.CaptureFixture[str]) -> None:
    async with open_assembly(open_browser=scripted) as window:
        await refused(window)
        assert await doctor("--json") == 1
        told = json.loads(capsys.readouterr().out)
        assert told["looked"] is True
        (first,) = told["findings"]
        assert (first["rule"], first["verdict"]) == ("revoked", "sure")
        assert "An administrator revoked it." in first["evidence"][0]["text"]
        assert "journal" not in first["evidence"][0]  # the numbers are another run's
        assert await doctor("--offline") == 1
        text = capsys.readouterr().out
        assert text.startswith("LIKELY: The grant was revoked")
        assert "RT-1 was received" in text
        assert "(journal" not in text


async def test_an_address_that_is_no_issuer_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    async with open_assembly() as window:
        await window.connect()
        page = window.connection.issuer.replace("/oauth2/default", "/sign-in")
        assert await doctor("--issuer", page, "--client-id", "c") == 1
        assert "There is no authorization server at this issuer." in capsys.readouterr().out
