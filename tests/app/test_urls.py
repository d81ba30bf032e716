"""URLs: what may be asked can be sent, whoever wrote it, and what cannot be sent gets one sentence."""

import asyncio

import h11
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connection import Connection, check_connection
from app.errors import BadInput
from app.urls import check_url

# What host names, ports and paths go wrong by: httpx, idna, the resolver and TLS each read them in a way of their own.
PIECES = (
    *(
        "☃",
        "\uff41",
        "ü",
        "ß",
        "。",
        "\u200d",
        "\u0661",
        "\udcff",
        "xn--",
        "xn--mnchen-3ya",
        "a" * 64,
        "ü" * 60,
        "a" * 254,
    ),
    *("[", "]", "[::1]", "[v1.x]", "::", "%25lo", "%", "%zz", "@", "\\", "/", "?", "#", ":", ":0", ":99999", "..", "."),
    *("localhost", "127.0.0.1", "999.1.1.1", "0x7f.1", "-", "_", "<", "a", "example", ".com", "x" * 70_000),
)


def can_be_sent(url: str) -> bool:
    request = httpx.Request("GET", url)
    host = request.url.raw_host.decode("ascii")
    assert request.url.host
    if ":" not in host:
        host.encode("idna")  # as ssl does with the name it checks a certificate against
    head = h11.Request(method="GET", target=request.url.raw_path, headers=request.headers.raw)
    return bool(h11.Connection(h11.CLIENT).send(head))


@given(st.sampled_from(["https://", "http://", "http://localhost", "HTTPS://"]), st.lists(st.sampled_from(PIECES)))
def test_what_may_be_asked_can_be_sent(scheme: str, pieces: list[str]) -> None:
    url, refused = checked(scheme + "".join(pieces))
    if refused is not None:
        assert all(refused.lines())
        assert refused.what.startswith("The issuer ")
        assert refused.what.isascii()  # nothing of what was typed, which a terminal might not survive
        assert len(refused.what) < 150
    else:
        assert can_be_sent(url)
        assert url.lower().startswith("https://") or httpx.URL(url).host in ("localhost", "127.0.0.1", "::1")


def checked(url: str) -> tuple[str, BadInput | None]:
    try:
        return check_url(url, "The issuer"), None
    except BadInput as refused:
        return "", refused


@pytest.mark.parametrize(
    "url",
    [
        "https://☃.example",
        "https://\uff41.example",
        "https://xn--a/x",
        "https://xn--/",
        "https://[v1.x]/",
        "https://a..example/",
        f"https://{'a' * 64}.example/",
        f"https://example.com/{'x' * 70_000}",
        "https://example.com/\udcff",
    ],
)
def test_what_httpx_likes_less_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        check_url(url, "The issuer")


@pytest.mark.parametrize(
    "url", ["https://münchen.example/ä?ö=ü", "https://xn--mnchen-3ya.example", "https://a_b.example."]
)
def test_what_it_takes_is_taken(url: str) -> None:
    assert check_url(url, "The issuer") == url


@pytest.mark.parametrize(
    "wrong",
    [
        {"resource": "https://["},
        {"resource": "urn:\udcff"},
        {"client_id": "c\udcff"},
        {"name": "\ud800"},
        {"authorize_params": (("prompt", "\udcff"),)},
    ],
)
def test_a_connection_holds_nothing_that_cannot_be_sent(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        check_connection(Connection(**{"name": "n", "issuer": "https://as.example", "client_id": "c", **wrong}))  # type: ignore[arg-type]


@pytest.mark.parametrize("location", ["https://xn--a/x", "https://[v1.x]/", "https://☃.example/", "\\\\[", "//["])
def test_a_redirect_that_leads_to_no_url_is_no_response(location: str) -> None:
    from app.errors import Unreachable
    from app.events.wire import ExchangeKind
    from app.wire.fetch import fetch

    def lead_on(_: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers=[(b"Location", location.encode())])

    async def ask() -> int:
        async with httpx.AsyncClient(transport=httpx.MockTransport(lead_on)) as http:
            asked = httpx.Request("GET", "https://as.example/")
            return (await fetch(http, asked, kind=ExchangeKind.DISCOVERY)).status

    told = ""
    try:
        status = asyncio.run(ask())
    except Unreachable as error:
        status, told = None, error.what
    assert status == 302 or "as.example" in told
