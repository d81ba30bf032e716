"""The redirect listener under attack (security facts §6.1): one real response wins, everything else is ignored."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput, SignInFailed
from app.events.sign_in import Ignored
from app.oauth.redirect import RedirectListener, listen
from app.secret import Secret

pytestmark = pytest.mark.anyio
STATE, ISSUER = "the-state", "https://as.example"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # real sockets, real time


@asynccontextmanager
async def listening(
    ignored: list[Ignored], *redirect_uris: str, iss_promised: bool = False
) -> AsyncIterator[tuple[RedirectListener, httpx.AsyncClient]]:
    async with (
        listen(
            redirect_uris, state=STATE, issuer=ISSUER, iss_promised=iss_promised, ignored=ignored.append
        ) as listener,
        httpx.AsyncClient(trust_env=False) as browser,
    ):
        yield listener, browser


async def test_the_browsers_response_is_taken_and_the_page_is_bare() -> None:
    async with listening([]) as (listener, browser):
        page = await browser.get(listener.redirect_uri, params={"code": "c0de", "state": STATE, "iss": ISSUER})
        response = await listener.response(timeout_s=5)
    assert response.code == Secret("c0de")
    assert page.status_code == 200
    assert "safe to close" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["connection"] == "close"
    assert "c0de" not in page.text


async def test_the_default_uri_has_the_registered_path_and_the_port_is_free_again() -> None:
    async with listening([]) as (listener, _):
        uri = listener.redirect_uri
        assert uri.startswith("http://127.0.0.1:")
        assert uri.endswith("/callback")
    async with listening([], uri) as (again, _):
        assert again.redirect_uri == uri


async def test_a_port_in_use_is_a_clear_error() -> None:
    async with listening([]) as (listener, _):
        with pytest.raises(BadInput, match="in use") as caught:
            async with listening([], listener.redirect_uri):
                pass
    assert "nothing else has changed" in caught.value.next_step


@pytest.mark.parametrize(
    "uri", ["https://127.0.0.1:9/callback", "http://example.com:9/callback", "http://127.0.0.1/callback"]
)
async def test_a_redirect_uri_that_cannot_be_listened_at(uri: str) -> None:
    with pytest.raises(BadInput):
        async with listening([], uri):
            pass


Shape = Callable[[str], httpx.Request]


def get(query: str = f"?code=evil&state={STATE}", path: str | None = None, **headers: str) -> Shape:
    def build(uri: str) -> httpx.Request:
        where = uri if path is None else uri.replace("/callback", path)
        return httpx.Request(
            "GET", where + query, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return build


def form(fields: dict[str, str] | str | bytes, **headers: str) -> Shape:
    def build(uri: str) -> httpx.Request:
        body = urlencode(fields) if isinstance(fields, dict) else fields
        kind = {"content-type": "application/x-www-form-urlencoded"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.Request("POST", uri, content=body, headers={**kind, **given})

    return build


@pytest.mark.parametrize(
    ("shape", "status"),
    [
        (get("?code=evil"), 400),
        (get("?code=evil&state=wrong"), 400),
        (get("?error=access_denied&state=wrong"), 400),
        (get(f"?code=evil&code=evil2&state={STATE}"), 400),
        (get(f"?state={STATE}"), 400),
        (get("?" + "&".join(f"a{number}=1" for number in range(80))), 400),
        (get(host="evil.example"), 421),
        (get(path="/favicon.ico"), 404),
        (get(path="/callback/"), 404),
        (get(sec_fetch_dest="image"), 403),
        (get(sec_fetch_dest="iframe"), 403),
        (get(sec_fetch_mode="no-cors"), 403),
        (lambda uri: httpx.Request("PUT", f"{uri}?code=evil&state={STATE}"), 405),
        (lambda uri: httpx.Request("POST", f"{uri}?code=evil&state={STATE}"), 415),
        (form({}), 400),
        (form({"code": "evil"}), 400),
        (form({"code": "evil", "state": "wrong"}), 400),
        (form({"error": "access_denied", "state": "wrong"}), 400),
        (form({"state": STATE}), 400),
        (form(f"code=evil&code=evil2&state={STATE}"), 400),
        (form(f"code=evil&state={STATE}".encode() + b"&x=%ff"), 400),
        (form("&".join(f"a{number}=1" for number in range(80))), 400),
        (form({"code": "evil", "state": STATE}, content_type="text/plain"), 415),
        (form({"code": "evil", "state": STATE}, host="evil.example"), 421),
        (form({"code": "evil", "state": STATE}, sec_fetch_mode="no-cors"), 403),
        (form({"code": "evil", "state": STATE}, sec_fetch_dest="iframe"), 403),
        (form({"code": "evil", "state": STATE, "more": "a" * 65_536}), 413),
        (lambda uri: form({})(f"{uri}?code=evil&state={STATE}"), 400),
    ],
)
async def test_what_is_not_the_response_is_ignored_and_waiting_goes_on(shape: Shape, status: int) -> None:
    ignored: list[Ignored] = []
    async with listening(ignored) as (listener, browser):
        page = await browser.send(shape(listener.redirect_uri))
        assert page.status_code == status
        assert status == 404 or len(ignored) == 1
        await browser.get(listener.redirect_uri, params={"code": "real", "state": STATE})
        response = await listener.response(timeout_s=5)
    assert response.code == Secret("real")


async def test_the_servers_error_with_our_state_ends_the_attempt() -> None:
    async with listening([]) as (listener, browser):
        text = "<script>alert(1)</script>"
        page = await browser.get(
            listener.redirect_uri, params={"error": "access_denied", "error_description": text, "state": STATE}
        )
        response = await listener.response(timeout_s=5)
    assert (response.code, response.error, response.description) == (None, "access_denied", text)
    assert "<script>" not in page.text


async def test_a_response_may_come_as_a_form() -> None:
    async with listening([], iss_promised=True) as (listener, browser):
        sent = form({"code": "a+b %&=", "state": STATE, "iss": ISSUER}, origin=ISSUER, sec_fetch_site="cross-site")
        page = await browser.send(sent(listener.redirect_uri))
        assert (page.status_code, page.headers["connection"]) == (200, "close")
        assert "safe to close" in page.text
        assert (await listener.response(timeout_s=5)).code == Secret("a+b %&=")


async def test_a_form_in_many_pieces_is_read_to_its_end() -> None:
    async with listening([]) as (listener, _):
        url = httpx.URL(listener.redirect_uri)
        reader, writer = await asyncio.open_connection("127.0.0.1", url.port)
        body = f"state={STATE}&code={'c' * 30_000}"
        head = f"POST {url.path} HTTP/1.1\r\nHost: 127.0.0.1:{url.port}\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n\r\n".encode())
        for start in range(0, len(body), 1000):
            writer.write(body[start : start + 1000].encode())
            await writer.drain()
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        assert (await listener.response(timeout_s=5)).code == Secret("c" * 30_000)
        writer.close()


async def test_the_servers_error_may_come_as_a_form() -> None:
    async with listening([]) as (listener, browser):
        await browser.send(form({"error": "access_denied", "state": STATE})(listener.redirect_uri))
        assert (await listener.response(timeout_s=5)).error == "access_denied"


async def test_the_first_redirect_uri_whose_port_is_free_is_listened_at() -> None:
    async with listening([]) as (one, _), listening([]) as (two, _), listening([]) as (three, _):
        free = three.redirect_uri
        taken = tuple(httpx.URL(each.redirect_uri).port for each in (one, two))
    async with listening([], one.redirect_uri), listening([], two.redirect_uri):
        async with listening([], one.redirect_uri, two.redirect_uri, free) as (listener, _):
            assert (listener.redirect_uri, listener.taken_ports) == (free, taken)
        async with listening([], free, one.redirect_uri) as (listener, _):
            assert (listener.redirect_uri, listener.taken_ports) == (free, ())
        with pytest.raises(BadInput, match=f"Ports {taken[0]} and {taken[1]} are in use") as caught:
            async with listening([], one.redirect_uri, two.redirect_uri):
                pass
    assert "add another redirect URI" in caught.value.next_step


@pytest.mark.parametrize("as_form", [False, True])
@pytest.mark.parametrize(("iss", "promised"), [("https://evil.example", False), (None, True)])
async def test_another_issuers_response_is_refused(iss: str | None, promised: bool, as_form: bool) -> None:
    async with listening([], iss_promised=promised) as (listener, browser):
        params = {"code": "c", "state": STATE} | ({"iss": iss} if iss else {})
        if as_form:
            await browser.send(form(params)(listener.redirect_uri))
        else:
            await browser.get(listener.redirect_uri, params=params)
        with pytest.raises(SignInFailed, match="another issuer"):
            await listener.response(timeout_s=5)


async def test_idle_and_garbled_sockets_do_not_hold_up_the_response() -> None:
    async with listening([]) as (listener, browser):
        port = httpx.URL(listener.redirect_uri).port
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        _, garbled = await asyncio.open_connection("127.0.0.1", port)
        garbled.write(b"\x16\x03\x01 this is TLS, or nothing\r\n\r\n")
        await browser.get(listener.redirect_uri, params={"code": "real", "state": STATE})
        assert (await listener.response(timeout_s=5)).code == Secret("real")
        for writer in [*(each[1] for each in idle), garbled]:
            writer.close()


async def test_a_flood_is_capped_and_the_second_response_changes_nothing() -> None:
    async with listening([]) as (listener, browser):
        port = httpx.URL(listener.redirect_uri).port
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        await asyncio.sleep(0)
        page = await browser.get(listener.redirect_uri, params={"code": "real", "state": STATE})
        assert page.status_code == 503
        for _, writer in idle:
            writer.close()
        for _ in range(200):
            page = await browser.get(listener.redirect_uri, params={"code": "real", "state": STATE})
            if page.status_code == 200:
                break
        second = await browser.get(listener.redirect_uri, params={"code": "second", "state": STATE})
        assert "Already done" in second.text
        assert (await listener.response(timeout_s=5)).code == Secret("real")


async def test_a_browser_that_never_comes_back_is_given_up() -> None:
    async with listening([]) as (listener, _):
        with pytest.raises(SignInFailed, match="did not come back"):
            await listener.response(timeout_s=0.01)


HOSTILE = "\x1b[2J\x9b31m\r\nYou are signed in.\u202e" + "x" * 12_000


async def test_the_servers_words_are_one_line_that_prints() -> None:
    async with listening([]) as (listener, browser):
        told = {"state": STATE, "error": f"access_denied{HOSTILE}", "error_description": f"No. {HOSTILE}"}
        page = await browser.post(listener.redirect_uri, data=told)
        response = await listener.response(timeout_s=5)
    assert page.status_code == 200
    assert response.error is not None
    for words, longest in ((response.error, 100), (response.description, 500)):
        assert words.isprintable()
        assert len(words) <= longest
    assert response.description.startswith("No. [2J 31m You are signed in. xxx")


async def asked_raw(port: int, octets: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(octets)
    writer.write_eof()
    response = await reader.read()
    writer.close()
    await writer.wait_closed()
    return response


# What request lines and headers go wrong by, to h11, to urlsplit and to what reads parameters.
PIECES = (
    b"//",
    b"[",
    b"]",
    b"http://",
    b"/callback",
    b"?",
    b"state=",
    b"code",
    b"=",
    b"&",
    b"%",
    b"%ff",
    b"#",
    b":",
    b"@",
)
PIECES += (b"\xff", b"\\", b"*", b"a" * 400, b";", b"[v1.x]", b"[::1", b":99999", b"\xe2\x84\x80")


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6), st.sampled_from([b"GET", b"POST"]))
def test_no_line_on_loopback_is_more_than_ignored(pieces: list[bytes], method: bytes) -> None:
    async def ask() -> tuple[list[dict[str, object]], bytes]:
        troubles: list[dict[str, object]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, trouble: troubles.append(trouble))
        async with listening([]) as (listener, browser):
            host = listener.redirect_uri.removeprefix("http://").partition("/")[0]
            port = int(host.partition(":")[2])
            head = b"%s %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (method, b"".join(pieces), host.encode())
            response = await asked_raw(port, head)
            await browser.get(listener.redirect_uri, params={"code": "c0de", "state": STATE})
            assert (await listener.response(timeout_s=5)).code == Secret("c0de")
        return troubles, response

    troubles, response = asyncio.run(ask())
    assert troubles == []
    assert response == b"" or response.split()[1].startswith(b"4")


@pytest.mark.parametrize("target", [b"//[", b"http://["])
async def test_a_target_that_is_no_url_is_400(target: bytes) -> None:
    ignored: list[Ignored] = []
    async with listening(ignored) as (listener, _):
        host = listener.redirect_uri.removeprefix("http://").partition("/")[0]
        head = b"GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (target, host.encode())
        response = await asked_raw(int(host.partition(":")[2]), head)
    assert response.split()[1] == b"400"
    assert ignored == [Ignored.NO_URL]
