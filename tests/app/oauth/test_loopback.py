"""The redirect listener under attack (security facts §6.1): one real answer wins, everything else is ignored."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from app.errors import BadInput, SignInFailed
from app.oauth.loopback import RedirectListener, listen
from app.secret import Secret

pytestmark = pytest.mark.anyio
STATE, ISSUER = "the-state", "https://as.example"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # real sockets, real time


@asynccontextmanager
async def listening(
    ignored: list[str], *, redirect_uri: str | None = None, iss_promised: bool = False
) -> AsyncIterator[tuple[RedirectListener, httpx.AsyncClient]]:
    async with (
        listen(redirect_uri, state=STATE, issuer=ISSUER, iss_promised=iss_promised, ignored=ignored.append) as listener,
        httpx.AsyncClient(trust_env=False) as browser,
    ):
        yield listener, browser


async def test_the_browsers_answer_is_taken_and_the_page_is_bare() -> None:
    async with listening([]) as (listener, browser):
        page = await browser.get(listener.redirect_uri, params={"code": "c0de", "state": STATE, "iss": ISSUER})
        answer = await listener.answer(timeout_s=5)
    assert answer.code == Secret("c0de")
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
    async with listening([], redirect_uri=uri) as (again, _):
        assert again.redirect_uri == uri


async def test_a_port_in_use_is_a_clear_error() -> None:
    async with listening([]) as (listener, _):
        with pytest.raises(BadInput, match="in use") as caught:
            async with listening([], redirect_uri=listener.redirect_uri):
                pass
    assert "nothing else has changed" in caught.value.next_step


@pytest.mark.parametrize(
    "uri", ["https://127.0.0.1:9/callback", "http://example.com:9/callback", "http://127.0.0.1/callback"]
)
async def test_a_redirect_uri_that_cannot_be_listened_at(uri: str) -> None:
    with pytest.raises(BadInput):
        async with listening([], redirect_uri=uri):
            pass


Shape = Callable[[str], httpx.Request]


def get(query: str = f"?code=evil&state={STATE}", path: str | None = None, **headers: str) -> Shape:
    def build(uri: str) -> httpx.Request:
        where = uri if path is None else uri.replace("/callback", path)
        return httpx.Request(
            "GET", where + query, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

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
        (lambda uri: httpx.Request("POST", f"{uri}?code=evil&state={STATE}"), 405),
    ],
)
async def test_what_is_not_the_answer_is_ignored_and_waiting_goes_on(shape: Shape, status: int) -> None:
    ignored: list[str] = []
    async with listening(ignored) as (listener, browser):
        page = await browser.send(shape(listener.redirect_uri))
        assert page.status_code == status
        assert status == 404 or len(ignored) == 1
        await browser.get(listener.redirect_uri, params={"code": "real", "state": STATE})
        answer = await listener.answer(timeout_s=5)
    assert answer.code == Secret("real")


async def test_the_servers_error_with_our_state_ends_the_attempt() -> None:
    async with listening([]) as (listener, browser):
        text = "<script>alert(1)</script>"
        page = await browser.get(
            listener.redirect_uri, params={"error": "access_denied", "error_description": text, "state": STATE}
        )
        answer = await listener.answer(timeout_s=5)
    assert (answer.code, answer.error, answer.description) == (None, "access_denied", text)
    assert "<script>" not in page.text


@pytest.mark.parametrize(("iss", "promised"), [("https://evil.example", False), (None, True)])
async def test_another_issuers_answer_is_refused(iss: str | None, promised: bool) -> None:
    async with listening([], iss_promised=promised) as (listener, browser):
        params = {"code": "c", "state": STATE} | ({"iss": iss} if iss else {})
        await browser.get(listener.redirect_uri, params=params)
        with pytest.raises(SignInFailed, match="another issuer"):
            await listener.answer(timeout_s=5)


async def test_idle_and_garbled_sockets_do_not_hold_up_the_answer() -> None:
    async with listening([]) as (listener, browser):
        port = httpx.URL(listener.redirect_uri).port
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        _, garbled = await asyncio.open_connection("127.0.0.1", port)
        garbled.write(b"\x16\x03\x01 this is TLS, or nothing\r\n\r\n")
        await browser.get(listener.redirect_uri, params={"code": "real", "state": STATE})
        assert (await listener.answer(timeout_s=5)).code == Secret("real")
        for writer in [*(each[1] for each in idle), garbled]:
            writer.close()


async def test_a_flood_is_capped_and_the_second_answer_changes_nothing() -> None:
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
        assert (await listener.answer(timeout_s=5)).code == Secret("real")


async def test_a_browser_that_never_comes_back_is_given_up() -> None:
    async with listening([]) as (listener, _):
        with pytest.raises(SignInFailed, match="did not come back"):
            await listener.answer(timeout_s=0.01)
