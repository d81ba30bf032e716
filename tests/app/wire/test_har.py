"""HAR 1.2: every field the format demands is there, of the right type, and no secret is anywhere in it."""

import asyncio
import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.wire import Exchange, ExchangeKind
from app.events.words import failure
from app.journal import Journal
from app.secret import Secret
from app.sim_loop import SimClock, SimLoop
from app.wire.curl import curl
from app.wire.details import Details
from app.wire.formatted import request_text, response_text
from app.wire.har import har
from app.wire.recorder import RecordingTransport

FORM = "application/x-www-form-urlencoded"
NUMBER = (int, float)
# The fields without [optional] in the specification of HAR 1.2, and their types.
REQUIRED: dict[str, dict[str, Any]] = {
    "log": {"version": str, "creator": dict, "entries": list},
    "creator": {"name": str, "version": str},
    "entry": {
        "startedDateTime": str,
        "time": NUMBER,
        "request": dict,
        "response": dict,
        "cache": dict,
        "timings": dict,
    },
    "request": {
        "method": str,
        "url": str,
        "httpVersion": str,
        "cookies": list,
        "headers": list,
        "queryString": list,
        "headersSize": int,
        "bodySize": int,
    },
    "response": {
        "status": int,
        "statusText": str,
        "httpVersion": str,
        "cookies": list,
        "headers": list,
        "content": dict,
        "redirectURL": str,
        "headersSize": int,
        "bodySize": int,
    },
    "content": {"size": int, "mimeType": str},
    "timings": {"send": NUMBER, "wait": NUMBER, "receive": NUMBER},
    "postData": {"mimeType": str},
    "pair": {"name": str, "value": str},
}
OPTIONAL = {
    "log": {"browser", "pages", "comment"},
    "entry": {"pageref", "serverIPAddress", "connection", "comment"},
    "request": {"postData", "comment"},
    "response": {"comment"},
    "content": {"compression", "text", "encoding", "comment"},
    "postData": {"params", "text", "comment"},
}


def faults(kind: str, found: dict[str, Any]) -> list[str]:
    """Return what an object lacks of the format, and what it has that the format does not know."""
    required, optional = REQUIRED[kind], OPTIONAL.get(kind, set())
    wrong = [
        f"{kind}.{name}" for name, types in required.items() if name not in found or not isinstance(found[name], types)
    ]
    known = required.keys() | optional
    return wrong + [f"{kind}.{name}?" for name in found if name not in known and not name.startswith("_")]


def check(archive: dict[str, Any]) -> list[dict[str, Any]]:
    """Read an archive as a stranger would; return its entries."""
    log = json.loads(json.dumps(archive))["log"]
    wrong = faults("log", log) + faults("creator", log["creator"])
    for entry in log["entries"]:
        request, response = entry["request"], entry["response"]
        wrong += faults("entry", entry) + faults("request", request) + faults("response", response)
        wrong += faults("content", response["content"]) + faults("timings", entry["timings"])
        wrong += faults("postData", request["postData"]) if "postData" in request else []
        pairs = [*request["headers"], *request["queryString"], *response["headers"]]
        wrong += [fault for pair in pairs for fault in faults("pair", pair)]
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo is not None
        assert sum(entry["timings"].values()) == pytest.approx(entry["time"])
        assert min(entry["timings"].values()) >= 0
        assert not {"params", "text"} <= request.get("postData", {}).keys()
        assert re.fullmatch(r"[!-~]+", request["url"]), "a URL is ASCII"
        assert urlsplit(request["url"]).scheme in ("http", "https")
    assert not wrong, wrong
    assert log["version"] == "1.2"
    starts = [entry["startedDateTime"] for entry in log["entries"]]
    assert starts == sorted(starts)
    return list(log["entries"])


class Wire:
    """Records exchanges with a server that answers as it is told."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.clock = SimClock()
        self.journal, self.details = Journal(self.clock), Details()
        self._answers = list(answers)

    def send(self, *requests: httpx.Request) -> "Wire":
        with asyncio.Runner(loop_factory=SimLoop) as runner:
            runner.run(self._send(requests))
        return self

    def archive(self) -> dict[str, Any]:
        return har(self.journal, self.details, version="1.0")

    def everything(self) -> str:
        """Return all that is shown, copied or exported of it."""
        parts = [json.dumps(self.archive(), ensure_ascii=False)]
        for entry in self.journal:
            assert isinstance(entry.event, Exchange)
            detail = self.details.get(entry.seq)
            assert detail is not None
            parts += [entry.sentence(), curl(entry.event.method, detail), request_text(entry.event.method, detail)]
            parts.append(response_text(entry.event.status, _why(entry.event), detail))
        return "\n".join(parts)

    async def _send(self, requests: tuple[httpx.Request, ...]) -> None:
        recorder = RecordingTransport(httpx.MockTransport(self._answer), self.journal, self.clock, self.details)
        async with httpx.AsyncClient(transport=recorder) as http:
            for request in requests:
                request.extensions = {"lapse_kind": ExchangeKind.TOKEN}
                try:
                    await http.send(request)
                except httpx.HTTPError:
                    continue

    def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Broken(httpx.AsyncByteStream):
    """A body that breaks off."""

    def __init__(self, part: bytes) -> None:
        self._part = part

    async def __aiter__(self) -> Any:
        yield self._part
        raise httpx.ReadError("gone")


def test_every_kind_of_exchange_is_an_entry_a_stranger_can_read() -> None:
    wire = Wire(
        httpx.Response(200, json={"access_token": "s3cret-access"}),
        httpx.Response(302, headers={"location": "https://as/cb?code=s3cret-code&state=s"}),
        httpx.ConnectError("refused"),
        httpx.Response(200, headers={"content-type": "text/plain"}, stream=Broken(b"the first pa")),
        httpx.Response(204),
    ).send(
        httpx.Request("POST", "https://as/token", data={"refresh_token": "s3cret", "grant_type": "refresh_token"}),
        httpx.Request("GET", "https://as/authorize?state=a+b&code=s3cret-code"),
        httpx.Request("GET", "https://as/é"),
        httpx.Request("PUT", "https://api/x", json={"password": "s3cret"}),
        httpx.Request("HEAD", "https://api/x"),
    )
    token, redirect, refused, broken, _ = check(wire.archive())
    assert [pair["name"] for pair in token["request"]["postData"]["params"]] == ["refresh_token", "grant_type"]
    assert json.loads(token["response"]["content"]["text"])["access_token"].startswith("●●●")
    assert redirect["request"]["queryString"][0] == {"name": "state", "value": "a b"}
    assert redirect["response"]["redirectURL"].startswith("https://as/cb?code=●●●")
    assert (refused["response"]["status"], refused["response"]["_error"]) == (0, "ConnectError")
    assert (broken["response"]["status"], broken["response"]["_error"]) == (200, "ReadError")
    assert broken["response"]["content"]["text"] == "the first pa"
    assert "s3cret" not in wire.everything()


def test_an_exchange_of_long_ago_keeps_its_line() -> None:
    wire = Wire(httpx.Response(200)).send(httpx.Request("GET", "https://api/x"))
    (entry,) = check(har(wire.journal, Details(), version="1"))
    assert entry["request"]["url"] == "https://api/x"
    assert entry["comment"].endswith("too long ago, only its line is kept")


def test_the_file_says_that_it_is_redacted() -> None:
    archive = Wire().archive()
    assert check(archive) == []
    assert archive["log"]["comment"].startswith("Redacted")


# begins as no word of ours does: hypothesis likes to try those
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=5, max_size=60).map("Zq9~".__add__)
NAMES = st.sampled_from(("refresh_token", "code", "code_verifier", "client_secret", "password", "id_token_hint"))


def spellings(secret: str) -> set[str]:
    """Return the ways a secret may be written."""
    found = {secret, quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1]}
    return found | {each.lower() for each in found}


@given(SECRETS, NAMES, st.sampled_from(("form", "json", "query", "header", "cookie", "answer", "location", "broken")))
def test_no_secret_is_anywhere_wherever_it_stood(secret: str, name: str, where: str) -> None:
    url, headers, content = "https://as.example/token", {}, b""
    answer = httpx.Response(200)
    if where == "form":
        headers, content = {"content-type": FORM}, httpx.QueryParams({name: secret, "a": "b"}).__str__().encode()
    elif where == "json":
        headers, content = {"content-type": "application/json"}, json.dumps({"deep": [{name: secret}]}).encode()
    elif where == "query":
        url += f"?a=b&{name}={quote(secret, safe='')}"
    elif where == "header":
        headers = {"authorization": f"Bearer {secret}"}
    elif where == "cookie":
        headers = {"cookie": f"sid={secret.replace(';', '')}"}
        secret = secret.replace(";", "") or secret
    elif where == "answer":
        answer = httpx.Response(200, json={"access_token": secret, "nested": {"id_token": secret}})
    elif where == "location":
        answer = httpx.Response(302, headers={"location": f"https://x/cb?code={quote(secret, safe='')}"})
    else:
        part = json.dumps({"access_token": secret})[:-1].encode()
        answer = httpx.Response(200, headers={"content-type": "application/json"}, stream=Broken(part))
    wire = Wire(answer).send(httpx.Request("POST", url, headers=headers, content=content))
    check(wire.archive())
    shown = wire.everything()
    assert not [each for each in spellings(secret) if each in shown]
    assert Secret(secret).fingerprint in shown or where == "broken"


def _why(exchange: Exchange) -> str | None:
    return None if exchange.failure is None else failure(exchange.failure)
