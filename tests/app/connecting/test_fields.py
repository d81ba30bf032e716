"""Which field of a connection an error is about: every check says it, and none is left without a case here."""

import ast
import inspect
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from types import ModuleType

import pytest

from app import connection, urls
from app.connecting import pasted_issuer
from app.connecting.pasted_issuer import candidates_in
from app.connecting.trial_step import FIELD_OF_CODE, TrialStep
from app.connecting.trial_verdict import TrialOutcome, TrialVerdict
from app.connection import Connection, check_connection
from app.connection_field import ConnectionField
from app.errors import BadInput, DiscoveryFailed
from app.okta import addresses
from app.okta.addresses import org_url

GOOD = Connection(name="x", issuer="https://as.example", client_id="c")
MODULES = (connection, urls, pasted_issuer, addresses)


def with_(**changes: object) -> Callable[[], object]:
    return lambda: check_connection(replace(GOOD, **changes))  # type: ignore[arg-type]


CASES = [
    (ConnectionField.NAME, with_(name=" ")),
    (ConnectionField.NAME, with_(name="\ud800")),
    (ConnectionField.CLIENT_ID, with_(client_id="")),
    (ConnectionField.CLIENT_ID, with_(client_id="\udcff")),
    (ConnectionField.SCOPES, with_(scopes="email")),
    (ConnectionField.SCOPES, with_(scopes="openid \udcff")),
    (ConnectionField.AUDIENCE, with_(audience="\udcff")),
    (ConnectionField.LEEWAY, with_(leeway_s=-1.0)),
    (ConnectionField.ISSUER, with_(issuer="http://as.example")),
    (ConnectionField.ISSUER, with_(issuer="https://as.example?x")),
    (ConnectionField.ISSUER, with_(issuer="nothing")),
    (ConnectionField.ISSUER, with_(issuer=f"https://as.example/{'x' * 40_000}")),
    (ConnectionField.ISSUER, with_(issuer="https://as.example:port")),
    (ConnectionField.ISSUER, with_(issuer="https://u:p@as.example")),
    (ConnectionField.ISSUER, with_(issuer="https://☃.example")),
    (ConnectionField.ISSUER, lambda: candidates_in(" ")),
    (ConnectionField.ISSUER, lambda: candidates_in("x" * 2001)),
    (ConnectionField.ISSUER, lambda: candidates_in("ftp://as.example")),
    (ConnectionField.ISSUER, lambda: org_url("https://as.example/other/path")),
    (ConnectionField.API_URL, with_(api_url="ftp://x")),
    (ConnectionField.API_URL, with_(api_url="http://api.example")),
    (ConnectionField.RESOURCE, with_(resource="no-uri")),
    (ConnectionField.RESOURCE, with_(resource="urn:\udcff")),
    (ConnectionField.REDIRECT_URIS, with_(redirect_uris=("https://app.example/cb",))),
    (
        ConnectionField.REDIRECT_URIS,
        with_(redirect_uris=tuple(f"http://127.0.0.1:{port}/" for port in range(8001, 8008))),
    ),
    (ConnectionField.REDIRECT_URIS, with_(redirect_uris=("http://127.0.0.1:99999/",))),
    (ConnectionField.AUTHORIZE_PARAMS, with_(authorize_params=(("a b", "x"),))),
    (ConnectionField.AUTHORIZE_PARAMS, with_(authorize_params=(("state", "x"),))),
    (ConnectionField.AUTHORIZE_PARAMS, with_(authorize_params=(("x", "1"), ("x", "2")))),
    (ConnectionField.AUTHORIZE_PARAMS, with_(authorize_params=(("x", "\udcff"),))),
]


def raised_by(act: Callable[[], object]) -> tuple[ConnectionField | None, tuple[str, int]]:
    """Return the field of the error, and where it was raised: file and line."""
    try:
        act()
    except BadInput as refused:
        trace = refused.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        assert trace is not None
        return refused.field, (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
    raise AssertionError("nothing was refused")


def raise_sites(module: ModuleType) -> dict[tuple[str, int], ast.Call]:
    """Return where the module raises BadInput."""
    path = inspect.getsourcefile(module)
    assert path is not None
    found = (each for each in ast.walk(ast.parse(Path(path).read_text())) if isinstance(each, ast.Raise))
    return {
        (path, each.lineno): each.exc
        for each in found
        if isinstance(each.exc, ast.Call) and isinstance(each.exc.func, ast.Name) and each.exc.func.id == "BadInput"
    }


def test_every_check_names_the_field_it_is_about() -> None:
    wrong = [(number, found) for number, (field, act) in enumerate(CASES) if (found := raised_by(act)[0]) is not field]
    assert not wrong


def test_every_check_has_a_case_here() -> None:
    sites = {place for module in MODULES for place in raise_sites(module)}
    reached = {raised_by(act)[1] for _, act in CASES}
    assert len(sites) == 21
    assert sites - reached == set()


def test_every_field_is_one_of_a_connection() -> None:
    assert {each.value for each in ConnectionField} < {each.name for each in fields(Connection)}
    assert {field for field, _ in CASES} == set(ConnectionField) - {ConnectionField.SIGN_IN}


def test_a_failed_discovery_is_about_the_issuer() -> None:
    assert DiscoveryFailed("No metadata.").field is ConnectionField.ISSUER


@pytest.mark.parametrize("verdict", [TrialVerdict.PUSH_REFUSED, TrialVerdict.SENT_BACK])
def test_a_servers_error_code_names_the_field(verdict: TrialVerdict) -> None:
    for code, field in FIELD_OF_CODE.items():
        assert TrialStep(verdict, {"said": "anything"}, code=code).field is field
    assert TrialStep(verdict, {"said": "anything"}, code="access_denied").field is None


def test_every_verdict_has_its_words() -> None:
    about = dict.fromkeys(
        (
            "what",
            "next_step",
            "asked",
            "number",
            "algorithms",
            "scopes",
            "why",
            "port",
            "taken",
            "said",
            "status",
            "uri",
        ),
        "x",
    )
    for verdict in TrialVerdict:
        step = TrialStep(verdict, about)
        assert step.words
        assert step.name
        assert step.cure or step.outcome is not TrialOutcome.BAD or verdict is TrialVerdict.UNTRUSTED_KEYS
