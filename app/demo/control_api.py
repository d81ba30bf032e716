"""The control API: policy, faults, clock, keys and revocation of the demo org, for holders of its control token."""

import hmac
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.demo import state
from app.demo.dialect import OktaError, Refused, printable
from app.demo.endpoints.clients import save
from app.demo.faults import Fault
from app.demo.forms import read_body
from app.demo.org import DemoOrg
from app.demo.phone import Phone
from app.demo.presets import PRESETS
from app.demo.scenarios import SCENARIOS, scenario_named
from app.errors import BadInput

_UNAUTHORIZED = OktaError(401, "invalid_token", "The control token is missing or wrong.", "invalid_control_token")
_NO_OBJECT = OktaError(400, "invalid_request", "The body must be one JSON object.", "invalid_body")
_BAD_REQUEST = 400
_NO_CONTENT = 204
_LONGEST_MOVE_S = 10 * 365 * 86400.0


class ControlRefused(Refused):
    """A request without the control token (RFC 6750 §3)."""

    def response(self) -> Response:
        response = super().response()
        response.headers["WWW-Authenticate"] = "Bearer"
        return response


class ControlApi:
    """Answers under `/demo/control`; JSON in and out, and no CORS: pages of other origins cannot read or call it.

    An invalid request changes nothing and gets 400 with a next step.
    """

    def __init__(self, org: DemoOrg) -> None:
        self._org = org

    def routes(self) -> list[Route]:
        return [
            self._route("", "GET", self._dump),
            self._route("/presets", "GET", self._presets),
            self._route("/policy", "PATCH", self._turn),
            self._route("/faults", "GET", self._faults),
            self._route("/faults", "POST", self._switch_on),
            self._route("/faults", "DELETE", self._switch_off),
            self._route("/scenarios", "GET", self._scenarios),
            self._route("/clock", "POST", self._move_clock),
            self._route("/revoke", "POST", self._revoke),
            self._route("/expire", "POST", self._expire),
            self._route("/keys/rotate", "POST", self._rotate_keys),
            self._route("/phone", "GET", self._phone),
            self._route("/phone", "POST", self._answer_push),
            self._route("/counters/clear", "POST", self._clear_counters),
            self._route("/reset", "POST", self._reset),
        ]

    def _route(self, path: str, method: str, handler: Callable[[dict[str, Any]], Response]) -> Route:
        async def checked(request: Request) -> Response:
            self._check(request)
            body = await _read_object(request) if method != "GET" else {}
            try:
                response = handler(body)
            except BadInput as bad:
                return _refusal(bad)
            if method != "GET":
                save(self._org)
            return response

        return Route(f"/demo/control{path}", checked, methods=[method])

    def _check(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = self._org.control_token.encode()
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), known):
            raise ControlRefused(_UNAUTHORIZED)

    def _dump(self, _body: dict[str, Any]) -> Response:
        return JSONResponse(state.dump(self._org))

    def _presets(self, _body: dict[str, Any]) -> Response:
        return JSONResponse([state.preset(preset) for preset in PRESETS.values()])

    def _turn(self, body: dict[str, Any]) -> Response:
        """Change knobs; `preset` is applied first, so single knobs may override it."""
        knobs = dict(body)
        preset = knobs.pop("preset", None)
        before = (self._org.policy, self._org.application)
        try:
            if preset is not None:
                self._org.choose_preset(_text(preset, "preset"))
            self._org.turn(**knobs)
        except BadInput:
            self._org.policy = before[0]
            self._org.register(before[1])
            raise
        return JSONResponse(self._org.knobs())

    def _faults(self, _body: dict[str, Any]) -> Response:
        return JSONResponse(state.faults(self._org))

    def _switch_on(self, body: dict[str, Any]) -> Response:
        """Switch on `{"fault": "503=5@token*2"}`, `{"faults": [...]}` or `{"scenario": name}`."""
        if "scenario" in body:
            scenario = scenario_named(_text(body["scenario"], "scenario"))
            self._org.play(scenario)
            return JSONResponse(state.faults(self._org), status_code=201)
        texts = body.get("faults", [body["fault"]] if "fault" in body else [])
        if not isinstance(texts, list) or not texts:
            raise BadInput("Give 'fault', 'faults' or 'scenario'.")
        self._org.faults.switch_on([Fault.parse(_text(text, "fault")) for text in texts])
        return JSONResponse(state.faults(self._org), status_code=201)

    def _switch_off(self, body: dict[str, Any]) -> Response:
        """Switch off the fault `number`, or all."""
        number = body.get("number")
        if number is None:
            self._org.faults.clear()
        elif type(number) is not int or not self._org.faults.switch_off(number):
            raise BadInput(f"No fault has the number {number!r}.")
        return JSONResponse(state.faults(self._org))

    def _scenarios(self, _body: dict[str, Any]) -> Response:
        return JSONResponse([state.scenario(each) for each in SCENARIOS.values()])

    def _move_clock(self, body: dict[str, Any]) -> Response:
        """Advance the clock by `jump_s` seconds, or set `skew_s`, its lead over the machine's."""
        if not body or not body.keys() <= {"jump_s", "skew_s"}:
            raise BadInput("Give 'jump_s' or 'skew_s'.")
        moved_s = _number(self._org.moved_s + _number(body.get("jump_s", 0.0), "jump_s"), "jump_s")
        self._org.set_time(moved_s=moved_s, skew_s=_number(body.get("skew_s", self._org.skew_s), "skew_s"))
        return JSONResponse(state.clock(self._org))

    def _revoke(self, body: dict[str, Any]) -> Response:
        """Revoke a `family` (all without one): with `"what": "access_tokens"` only its access tokens.

        Or one token by its `token_hash` (see `/expire`), as its client could; a refresh token takes its family along.
        """
        if "token_hash" in body:
            self._org.revoke_token(_text(body["token_hash"], "token_hash"))
            return JSONResponse(state.families(self._org))
        family, what = body.get("family"), body.get("what", "refresh_token")
        if what not in ("refresh_token", "access_tokens"):
            raise BadInput("'what' must be refresh_token or access_tokens.")
        if family is not None and _text(family, "family") not in self._org.ledger.families:
            raise BadInput(f"There is no family {family!r}.")
        self._org.revoke(family, access_tokens_only=what == "access_tokens")
        return JSONResponse(state.families(self._org))

    def _expire(self, body: dict[str, Any]) -> Response:
        """End one token now: `token_hash` is its SHA-256, base64url without padding, so that its value stays home."""
        self._org.expire(_text(body.get("token_hash"), "token_hash"))
        return JSONResponse(state.families(self._org))

    def _rotate_keys(self, body: dict[str, Any]) -> Response:
        """Sign with a new key; with `"overlap": false` the old ones are published no more."""
        overlap = body.get("overlap", True)
        if not isinstance(overlap, bool):
            raise BadInput("'overlap' must be true or false.")
        self._org.ledger.rotate_keys(overlap=overlap)
        return JSONResponse(state.keys(self._org))

    def _phone(self, _body: dict[str, Any]) -> Response:
        return JSONResponse(Phone(self._org).dump())

    def _answer_push(self, body: dict[str, Any]) -> Response:
        """Answer the `push` of that id: `"answer"` is `approve` (a number challenge with its `number`) or `deny`."""
        phone, push, response = Phone(self._org), _text(body.get("push"), "push"), body.get("answer")
        if response == "approve":
            phone.approve(push, _text(body["number"], "number") if "number" in body else None)
        elif response == "deny":
            phone.deny(push)
        else:
            raise BadInput("'answer' must be approve or deny.")
        return JSONResponse(phone.dump())

    def _clear_counters(self, _body: dict[str, Any]) -> Response:
        self._org.counters.clear()
        return Response(status_code=_NO_CONTENT)

    def _reset(self, _body: dict[str, Any]) -> Response:
        self._org.reset()
        return Response(status_code=_NO_CONTENT)


def _refusal(bad: BadInput) -> Response:
    found = {"error": "invalid_request", "error_description": bad.what, "next_step": bad.next_step}
    return JSONResponse(found, status_code=_BAD_REQUEST)


async def _read_object(request: Request) -> dict[str, Any]:
    body = await read_body(request)
    try:
        found = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        raise Refused(_NO_OBJECT) from None
    if not isinstance(found, dict):
        raise Refused(_NO_OBJECT)
    return found


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise BadInput(f"'{name}' must be a text, not {printable(repr(value))}.")
    return value


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LONGEST_MOVE_S:
        raise BadInput(f"'{name}' must be a number of seconds, at most ten years.")
    return float(value)
