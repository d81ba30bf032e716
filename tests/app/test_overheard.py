"""On the command line: what an API or a server repeats of a secret is neither printed nor written down."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from starlette.responses import JSONResponse

from app import settings
from app.assembly import open_assembly
from app.cli import build_parser, run
from app.cli.output import complain, said_of_error
from app.cli.repeated_secrets import without_secrets
from app.connections import Connections
from app.demo.dialect import Refused
from app.demo.embedded import demo_of
from app.errors import LapseError
from app.secret import MASK, masked
from app.session.kinds.browser import BROWSER
from tests.e2e.scripted_browser import sign_in

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("shared_store")]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # the demo org serves real HTTP on a thread


def scripted(url: str, told: Callable[[bool], None]) -> None:
    threading.Thread(target=sign_in, args=(url,), daemon=True).start()


class Echo(BaseHTTPRequestHandler):
    """As httpbin's /headers: says what it was sent; its first bytes are of no text at all."""

    def do_GET(self) -> None:
        body = b"\xff\x00 1.10 " + json.dumps(dict(self.headers.items())).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def echoing() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/headers"
    finally:
        server.shutdown()
        server.server_close()


async def lapse(*words: str) -> int:
    return await run(build_parser().parse_args(words))


async def test_an_api_that_repeats_the_token_is_masked(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    async with open_assembly(open_browser=scripted) as window:
        await window.connect()
        await window.sign_in(BROWSER, lambda _: None)
        tokens = window.session.tokens
        assert tokens is not None
        assert tokens.access is not None
        token = tokens.access.value.reveal()
        with echoing() as url:
            assert await lapse("call", url) == 0
            out, err = capfdbinary.readouterr()
            assert await lapse("call", url, "-n", "3", "--json") == 0
            as_json, err_of_json = capfdbinary.readouterr()
    assert out.startswith(b"\xff\x00 1.10 {"), "every other byte is as it came"
    assert f'"Bearer {masked(token)}"'.encode() in out
    for said in (err, err_of_json):
        assert said.decode().count("The response repeats AT-1; it is masked here.\n") == 1
    assert all(MASK in json.loads(line)["body"] for line in as_json.splitlines())
    assert token.encode() not in out + err + as_json + err_of_json


async def test_a_response_that_repeats_nothing_is_not_spoken_of(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    async with open_assembly(open_browser=scripted) as window:
        await window.connect()
        await window.sign_in(BROWSER, lambda _: None)
        assert await lapse("call", window.connection.api_url) == 0
    assert b"repeats" not in capfdbinary.readouterr().err


async def refuse(window: Connections, monkeypatch: pytest.MonkeyPatch) -> str:
    """Sign in, and have every refresh refused in words that repeat the refresh token; return that."""
    await window.connect()
    await window.sign_in(BROWSER, lambda _: None)
    tokens = window.session.tokens
    assert tokens is not None
    assert tokens.refresh is not None
    token = tokens.refresh.value.reveal()
    said = f"The token {token} is odd\r\n\x1b[2JYou are not signed in."
    body = {"error": "invalid_grant", "error_description": said}
    monkeypatch.setattr(Refused, "response", lambda _: JSONResponse(body, status_code=400))
    assert demo_of(window).host.org is not None
    demo_of(window).host.org.revoke(None)
    window.clock.jump(31)
    return token


async def raised_in(window: Connections, token: str) -> None:
    """Be refused as `lapse call` is, which prints it, and then as every other command, which raises it."""
    (result,) = without_secrets(await window.call_api_many("GET", window.connection.api_url, 1), window)
    assert result.error is not None
    complain(result.error)
    with pytest.raises(LapseError) as raised:
        await window.session.fresh_token()
    raised.value.raw = f"{raised.value.raw}, {token}"  # even where nobody has cleaned it before
    raise raised.value


async def test_a_refusal_that_repeats_the_refresh_token_is_told_without_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = open_assembly(open_browser=scripted)
    window = await opening.__aenter__()
    token = await refuse(window, monkeypatch)
    with pytest.raises(LapseError) as raised:
        await raised_in(window, token)
    await opening.__aexit__(LapseError, raised.value, None)
    complain(raised.value)
    err = capsys.readouterr().err
    trouble = (settings.data_dir() / "last-trouble.json").read_text(encoding="utf-8")
    line = r"The server said: invalid_grant: The token ●●● [0-9a-f]{4} · \d+ chars is odd \[2JYou are not signed in\."
    assert len(re.findall(rf"^{line}(?:, ●●● .*)?$", err, re.MULTILINE)) == 2
    assert "\x1b" not in err
    as_json = json.dumps(said_of_error(raised.value))
    for text in (err, as_json, trouble, repr(tuple(window.journal)), str(raised.value)):
        assert token not in text
    assert MASK in json.loads(trouble)[window.connection.key]["description"]
