"""Every sentence of Lapse reworded: verdicts, findings, lanes and form fields come out the same."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import wraps
from types import FunctionType, ModuleType
from typing import Any

import httpx
import pytest

import app
from app.connection import Connection, check_connection
from app.doctor.diagnose import diagnose
from app.doctor.evidence import trouble_in
from app.doctor.records import Case
from app.errors import BadInput, Hiccup, LapseError, OAuthError, Refusal, SignInFailed, UnusableResponse
from app.errors.reasons import FailureKind, SessionEnd, SignInEnded
from app.events import Entry, Event
from app.events.demo import ReplayAnswered, ReplayStarted, TokenRevoked
from app.events.refresh import RefreshFailed, RefreshStarted, RefreshSucceeded
from app.events.session import SessionEnded, SignOutFinished, Undone
from app.events.sign_in import SignInFinished, SignInStarted
from app.events.tokens import Issued, RefreshTokenFate, TokensReceived
from app.events.wire import Exchange, ExchangeKind
from app.lanes import lanes_of
from app.oauth.grants import error_response
from app.oauth.metadata import read_metadata
from app.oauth.words import did_not_come_back
from app.session import words
from app.session.failure_table import judge
from app.session.sign_in_result import finished
from app.wire.fetch import FetchedResponse
from app.wire.transport_errors import in_short, unreachable
from tests.names import AT, RT

WORDS = [each.name for each in pkgutil.walk_packages(app.__path__, "app.") if each.name.endswith(".words")]
CONNECTION = Connection(name="n", issuer="https://as.example.test", client_id="c")
URL = httpx.URL("https://as.example.test/token")


def _reworded(told: Any) -> Any:
    if isinstance(told, str):
        return "x"
    if isinstance(told, Mapping):
        return {key: _reworded(each) for key, each in told.items()}
    return tuple(map(_reworded, told)) if type(told) is tuple else told


def _reworder(say: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(say)
    def said(*args: Any, **more: Any) -> Any:
        return _reworded(say(*args, **more))

    return said


def reword(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> None:
    """Have a room say "x" whatever it says."""
    for name, told in vars(module).copy().items():
        if isinstance(told, FunctionType) and told.__module__ == module.__name__:
            monkeypatch.setattr(module, name, _reworder(told))
        elif not name.startswith("__") and isinstance(told, str | tuple | Mapping):
            monkeypatch.setattr(module, name, _reworded(told))


def reword_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every error say "x", where it is written in place too."""
    begin = LapseError.__init__

    def said(self: LapseError, what: str, **more: Any) -> None:
        begin(self, "x", **{**more, **({"next_step": "x"} if more.get("next_step") else {})})

    monkeypatch.setattr(LapseError, "__init__", said)


def test_a_reworded_room_says_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WORDS:
        reword(monkeypatch, importlib.import_module(name))
    reword_errors(monkeypatch)
    assert unreachable(httpx.ReadTimeout(""), URL).lines()[0] == "x"
    assert Entry(1, 0.0, None, SessionEnded(SessionEnd.REFUSED)).sentence() == "x"
    assert {f"app.{room}.words" for room in ("decision", "events", "oauth", "session", "wire")} <= set(WORDS)


def test_nothing_follows_from_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(facts())
    for name in WORDS:
        reword(monkeypatch, importlib.import_module(name))
    reword_errors(monkeypatch)
    assert list(facts()) == before
    assert len({str(each) for each in before}) > 40, "they tell enough apart"


def facts() -> Iterator[Any]:
    """Yield what Lapse makes of much that can go wrong."""
    for error in errors():
        verdict = judge(error)
        yield type(verdict), verdict.code, verdict.status, getattr(verdict, "kind", None), verdict.exit_code
        yield findings(SignInFinished("", SignInEnded.NO_RESPONSE), finished(error))
        kind = None if isinstance(verdict, Refusal) else verdict.kind
        failed = RefreshFailed(
            verdict.what, isinstance(verdict, Refusal), 0.1, verdict.code, verdict.description, verdict.status, kind
        )
        yield findings(RefreshStarted(RT(1)), failed)
    for failure in (httpx.ProxyError("407 no"), httpx.ConnectError(""), httpx.ReadTimeout("")):
        exchange = asked(None, failure)
        yield exchange.failure and exchange.failure.kind
        yield findings(exchange, finished(unreachable(failure, URL)))
    yield from ((mark.lane, mark.kind, mark.token) for mark in lanes_of(story()).marks)
    yield from ((bar.name, bar.end, bar.before) for bar in lanes_of(story()).bars)
    yield from map(field_of, wrong_connections())


def errors() -> Iterator[LapseError]:
    for status, code, said in (
        (400, "invalid_grant", "The refresh token is invalid or expired."),
        (400, "login_required", ""),
        (401, "invalid_client", ""),
        (400, "unauthorized_client", "Configured grant types: [authorization_code]."),
        (429, "invalid_grant", "too many"),
    ):
        yield OAuthError(code, said, status=status)
    for response in (
        _response(503, b"", "text/plain"),
        _response(200, b"<html>", "text/html"),
        _response(302, b"", "text/plain"),
        _response(400, b"", "application/json"),
        _response(407, b"", "text/plain"),
    ):
        yield error_response(response)
        yield _caught(response)
    yield _caught(_response(200, b'{"issuer": "https://other.example.test"}', "application/json"))
    yield UnusableResponse("It lacks it.", status=200, kind=FailureKind.INCOMPLETE)
    yield Hiccup(words.left_alone(5)[0], kind=FailureKind.LEFT_ALONE, sent=False)
    said = {SignInEnded.CANCELLED: words.CANCELLED, SignInEnded.TIMED_OUT: did_not_come_back(300)}
    for reason in SignInEnded:
        yield SignInFailed(said.get(reason, "It failed."), reason=reason)
    yield SignInFailed(words.not_accepted(words.clock_wrong(120)), reason=SignInEnded.NOT_ACCEPTED, rule="exp")


def _response(status: int, body: bytes, media_type: str) -> FetchedResponse:
    return FetchedResponse(
        status, "", httpx.Headers({"content-type": media_type}), body, truncated=False, stated_length=None
    )


def _caught(response: FetchedResponse) -> LapseError:
    with pytest.raises(LapseError) as caught:
        read_metadata(CONNECTION.issuer, response)
    return caught.value


def findings(*happened: Event) -> list[tuple[str, Any]]:
    began = SignInStarted(CONNECTION.issuer, "http://127.0.0.1:1/callback")
    entries = tuple(Entry(seq, float(seq), None, each) for seq, each in enumerate((began, *happened), 1))
    case = Case(
        connection=CONNECTION,
        now=10.0,
        entries=entries,
        trouble=trouble_in(entries),
        redirect_uri="http://127.0.0.1:1/callback",
        skew_s=120.0,
    )
    return [(each.rule, each.certainty) for each in diagnose(case)]


def asked(status: int | None, failure: Exception | None = None) -> Exchange:
    return Exchange(
        kind=ExchangeKind.TOKEN,
        method="POST",
        url=str(URL),
        started_at=1.0,
        duration_s=0.1,
        status=status,
        failure=None if failure is None else in_short(failure, URL),
    )


def story() -> list[Entry]:
    fate = RefreshTokenFate.REPLACED
    happened: tuple[tuple[int | None, Event], ...] = (
        (None, _came(1, RefreshTokenFate.NEW, "authorization_code")),
        (None, RefreshStarted(RT(1))),
        (2, asked(200)),
        (2, _came(2, fate, "refresh_token")),
        (2, RefreshSucceeded(2, 0.1)),
        (None, ReplayStarted(RT(1))),
        (6, asked(400)),
        (6, ReplayAnswered(RT(1), "invalid_grant")),
        (None, TokenRevoked(RT(2))),
        (None, RefreshStarted(RT(2))),
        (10, asked(None, httpx.ReadTimeout(""))),
        (10, SessionEnded(SessionEnd.REFUSED)),
        (None, SignOutFinished(revoked=False, why=Undone.NO_TOKEN)),
    )
    return [Entry(seq, float(seq), cause, event) for seq, (cause, event) in enumerate(happened, 1)]


def _came(number: int, fate: RefreshTokenFate, grant: str) -> TokensReceived:
    return TokensReceived(number, grant, Issued(AT(number), "", 1), Issued(RT(number), "", 1), None, fate, "")


def wrong_connections() -> Iterator[Connection]:
    for name, value in (
        ("name", ""),
        ("issuer", "x y"),
        ("client_id", ""),
        ("scopes", "profile"),
        ("leeway_s", -1.0),
        ("api_url", "ftp://x"),
        ("resource", "x#y"),
        ("redirect_uris", ("x",)),
        ("authorize_params", (("state", "x"),)),
    ):
        yield replace(CONNECTION, **{name: value})


def field_of(connection: Connection) -> Any:
    with pytest.raises(BadInput) as wrong:
        check_connection(connection)
    return wrong.value.field
