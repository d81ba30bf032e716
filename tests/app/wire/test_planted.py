"""Every kind of secret, planted in every place of an exchange in every spelling, is nowhere to be read afterwards."""

import asyncio
import html
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.doctor.last_failure import FailureMemory, last_trouble
from app.errors import LapseError, OktaRefused
from app.events.refresh import RefreshFailed
from app.events.wire import Exchange, ExchangeKind
from app.events.words import failure
from app.journal import Journal
from app.oauth.metadata import read_metadata
from app.okta.okta_errors import refused
from app.secret import MASK, Secret
from app.sim_loop import SimClock, SimLoop
from app.wire.curl import curl
from app.wire.details import Details
from app.wire.fetch import FetchedResponse, fetch
from app.wire.formatted import request_text, response_text
from app.wire.har import har
from app.wire.recorder import RecordingTransport
from tests.spelled import SPELLINGS

TOKENS, API = "https://as.example/token", "https://api.example/x"
OPAQUE = "oPaqueT0kenOfNobody/x+y=_0123456789"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl"


def form(**fields: str) -> Callable[[str], httpx.Request]:
    """Return what sends a secret in the field whose value is empty."""
    return lambda secret: httpx.Request("POST", TOKENS, data={name: value or secret for name, value in fields.items()})


def header(name: str, scheme: str = "") -> Callable[[str], httpx.Request]:
    return lambda secret: httpx.Request("GET", API, headers={name: f"{scheme} {secret}".strip()})


def answered(member: str) -> Callable[[str], httpx.Response]:
    return lambda secret: httpx.Response(200, json={member: secret}, headers={"content-type": "text/plain"})


Sends = Callable[[str], httpx.Request]
Answers = Callable[[str], httpx.Response]
# Each kind with a value of it, and how it becomes known: sent by us, or handed out by a server.
KINDS: dict[str, tuple[str, Sends | None, Answers | None]] = {
    "access token": (OPAQUE, header("Authorization", "Bearer"), None),
    "access token, JWT": (JWT, header("Authorization", "Bearer"), None),
    "access token, answered": (OPAQUE, None, answered("access_token")),
    "refresh token": ("rt-" + OPAQUE, form(grant_type="refresh_token", refresh_token=""), None),
    "refresh token, answered": ("rt-" + OPAQUE, None, answered("refresh_token")),
    "ID token, answered": (JWT, None, answered("id_token")),
    "code": ("c0de-Of/nobody", form(grant_type="authorization_code", code=""), None),
    "verifier": ("v3rifier~Of.nobody", form(grant_type="authorization_code", code_verifier=""), None),
    "device code": ("d3vice-code", None, answered("device_code")),
    "user code": ("WDJB-MJHT", None, answered("user_code")),
    "one-time code": ("482913", form(otp=""), None),
    "password": ("engine 1843 & <é>", form(grant_type="password", password=""), None),
    "client assertion": (JWT, form(client_assertion=""), None),
    "MFA token": ("mfa.T0ken", None, answered("mfa_token")),
    "API token": ("00apiT0ken-of-nobody", header("Authorization", "SSWS"), None),
    "Basic": ("dTpzM2NyZXQtcHc=", header("Authorization", "Basic"), None),
    "cookie": (
        "sess10n-Of-nobody",
        lambda secret: httpx.Request("GET", API, headers={"cookie": f"sid={secret}"}),
        None,
    ),
    "DPoP proof": (JWT, header("DPoP"), None),
}


def in_headers(written: str) -> dict[str, str]:
    return {
        "x-echo": f"it was {written} !",
        "www-authenticate": f'Bearer realm="{written}", error="invalid_token"',
        "location": f"https://x/{written}/cb?state={written}#{written}",
        "refresh": f"0; url=https://x/?a={written}",
        "link": f"<https://x/{written}>; rel=next",
        "retry-after": written,
        "set-cookie": f"a={written}; Path=/{written}",
        "server-timing": f"a;desc={written}",
    }


# Where a server may repeat it: each builds an answer with the spelling in it.
PLACES: dict[str, Callable[[str], httpx.Response]] = {
    **{
        f"header {name}": lambda written, name=name: httpx.Response(401, headers={name: in_headers(written)[name]})
        for name in in_headers("")
    },
    "media type": lambda written: raw(f"text/x-{written} ; a={written}", "x"),
    "reason": lambda written: httpx.Response(400, extensions={"reason_phrase": f"no {written} !".encode("latin-1")}),
    "JSON": lambda written: httpx.Response(200, json={"a": [{"echo": f"it: {written}"}]}),
    "JSON, as a name": lambda written: httpx.Response(200, json={written: 1, "a": {f"x {written}": 2}}),
    "JSON, as it is": lambda written: raw("application/json", f'{{"echo": "{written}", "price": 1.10}}'),
    "JSON, broken": lambda written: raw("application/json", f'{{"echo": ["{written}", '),
    "JSON in JSON": lambda written: httpx.Response(200, json={"a": json.dumps({"b": written})}),
    "text": lambda written: raw("text/plain", f"You sent {written}."),
    "no type": lambda written: httpx.Response(200, content=f"You sent {written}.".encode()),
    "HTML": lambda written: raw("text/html", f"<p title='{html.escape(written)}'>{html.escape(written)}</p>"),
    "XML": lambda written: raw("application/xml", f"<a b='{html.escape(written)}'>{html.escape(written)}</a>"),
    "form": lambda written: raw("application/x-www-form-urlencoded", f"a=b&echo={written}&c=d"),
    "error": lambda written: httpx.Response(400, json={"error": f"odd {written}"}),
    "error_description": lambda written: httpx.Response(
        400, json={"error": "invalid_request", "error_description": f"The token {written} is odd", "error_uri": written}
    ),
    "claims": lambda written: httpx.Response(200, json={"sub": written, "name": written, "email": f"{written}@x"}),
    "Okta's error": lambda written: httpx.Response(
        400, json={"errorCode": "E0000001", "errorSummary": written, "errorCauses": [{"errorSummary": f"x {written}"}]}
    ),
    "metadata": lambda written: httpx.Response(200, json={"issuer": f"https://x/{written}"}),
}  # fmt: skip


def raw(media_type: str, text: str) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": media_type}, content=text.encode())


class Wire:
    """An exchange by which a secret becomes known, others that repeat it, and all that anybody may read of them."""

    def __init__(self, folder: Path) -> None:
        self.clock = SimClock()
        self.journal = Journal(self.clock)
        self.details = Details(self.journal.secrets)
        self.folder = folder
        self.journal.subscribe(FailureMemory(folder))
        self.errors: list[LapseError] = []
        self.said: list[str] = []
        self._answer = httpx.Response(204)

    def play(self, *exchanges: tuple[httpx.Request, httpx.Response]) -> None:
        with asyncio.Runner(loop_factory=SimLoop) as runner:
            runner.run(self._play(exchanges))

    async def _play(self, exchanges: tuple[tuple[httpx.Request, httpx.Response], ...]) -> None:
        inner = httpx.MockTransport(lambda _: self._answer)
        recorder = RecordingTransport(inner, self.journal, self.clock, self.details)
        async with httpx.AsyncClient(transport=recorder) as http:
            for request, self._answer in exchanges:
                self._tell(await fetch(http, request, kind=ExchangeKind.TOKEN))

    def _tell(self, answer: FetchedResponse) -> None:
        """Make of an answer what Lapse makes of one: errors and events with the server's words."""
        error: LapseError = refused(answer, app="0oa", now=0.0)
        if isinstance(error, OktaRefused):
            self.errors.append(error)
        try:
            read_metadata("https://x", answer)
        except LapseError as trouble:
            self.errors.append(trouble)
        self.said += answer.reason, answer.media_type
        # even where somebody forgot to clean it
        text = answer.body.decode("utf-8", "replace")
        self.journal.append(RefreshFailed(text, True, 1.0, answer.reason, text, 400))

    def everything(self) -> Iterator[str]:
        yield from map(repr, self.journal)
        for entry in self.journal:
            yield entry.sentence()
            if isinstance(entry.event, Exchange):
                detail = self.details.get(entry.seq)
                assert detail is not None
                yield repr(detail)
                yield curl(entry.event.method, detail)
                yield request_text(entry.event.method, detail)
                yield response_text(entry.event.status, _why(entry.event), detail)
        archive = har(self.journal, self.details, version="1")
        yield json.dumps(archive, ensure_ascii=False)
        yield from texts_in(archive)
        yield from self.said
        for error in self.errors:
            yield "\n".join((*error.lines(), error.raw or "", str(error), repr(error)))
        yield (self.folder / "last-trouble.json").read_text(encoding="utf-8")
        yield repr(last_trouble(self.folder, ""))


def texts_in(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        yield from texts_in(list(found.items()))
    elif isinstance(found, list | tuple):
        for each in found:
            yield from texts_in(each)
    else:
        yield str(found)


@pytest.mark.parametrize("kind", KINDS)
def test_nowhere(kind: str, tmp_path: Path) -> None:
    leaks = []
    for number, place in enumerate(PLACES):
        folder = tmp_path / str(number)
        folder.mkdir()
        leaks += leaks_of(kind, place, folder)
    assert not leaks, "\n".join(("", *leaks))


def leaks_of(kind: str, place: str, folder: Path) -> Iterator[str]:
    secret, sends, answers = KINDS[kind]
    first = sends(secret) if sends else httpx.Request("POST", TOKENS)
    handed_out = answers(secret) if answers else httpx.Response(204)
    # each kind in each place in a third of the spellings: together every one of them everywhere
    turn = (list(KINDS).index(kind) + list(PLACES).index(place)) % 3
    written = [spell(secret) for spell in list(SPELLINGS.values())[turn::3]]
    if place.startswith("header") or place == "media type":
        written = [each for each in written if each.isascii()]
    wire = Wire(folder)
    wire.play((first, handed_out), *((httpx.Request("GET", API), PLACES[place](each)) for each in written))
    shown = list(wire.everything())
    if place == "media type":
        written += [each.lower() for each in written]
    for each in {secret, *written}:
        if any(each in text for text in shown):
            yield f"{place}: {each}"
    if not any(MASK in text for text in shown):
        yield f"{place}: nothing was masked"


@pytest.mark.parametrize("kind", KINDS)
def test_nor_where_we_send_it_ourselves(kind: str, tmp_path: Path) -> None:
    secret, sends, answers = KINDS[kind]
    wire = Wire(tmp_path)
    first = sends(secret) if sends else httpx.Request("POST", TOKENS)
    written = [spell(secret) for spell in SPELLINGS.values()]
    later = [
        *(
            httpx.Request("GET", f"{API}/{each}?state={each}")
            for each in written
            if each.isascii() and each.isprintable()
        ),
        *(httpx.Request("PUT", API, json={"harmless": each}) for each in written),
        *(
            httpx.Request("PUT", API, content=f"x {each}".encode(), headers={"x-a": each.encode()})
            for each in written[:9]
        ),
    ]
    handed_out = answers(secret) if answers else httpx.Response(204)
    wire.play((first, handed_out), *((each, httpx.Response(204)) for each in later))
    shown = list(wire.everything())
    for each in {secret, *written}:
        assert not [text for text in shown if each in text], each


def test_what_became_known_later_is_masked_in_what_was_kept_before(tmp_path: Path) -> None:
    wire = Wire(tmp_path)
    wire.play((httpx.Request("GET", API), PLACES["text"](OPAQUE)))
    wire.journal.secrets.add(Secret(OPAQUE))
    (detail,) = filter(None, (wire.details.get(entry.seq) for entry in wire.journal))
    assert OPAQUE not in repr(detail)


def _why(exchange: Exchange) -> str | None:
    return None if exchange.failure is None else failure(exchange.failure)
