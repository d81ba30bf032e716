"""The page where a user types the code a device shows, signs in, and allows it (RFC 8628 §3.3)."""

import re
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.demo import dialect, words
from app.demo.dialect import OktaError, Refused
from app.demo.endpoint_routes import EndpointRoutes
from app.demo.endpoints.browser import PageRefused, read_own_form, session_of, start_session
from app.demo.endpoints.device import ACTIVATE
from app.demo.endpoints.signin import CodeAsked, PasswordAsked, next_step
from app.demo.forms import Parameters, read_query
from app.demo.org import DemoOrg
from app.demo.pages import (
    activate_page,
    activated_page,
    device_consent_page,
    device_sign_in_page,
    device_verify_page,
)
from app.demo.pending import BrowserSession, DeviceSignIn

_EVENT = "lapse.activate"  # the event type of its refusals
_NOT_LETTERS = re.compile(r"[^A-Z]")
_CANCELS = ("deny", "cancel")
_LONGEST_CODE = 64


class CodeRefused(PageRefused):
    """A code that no device waits with; the page asks for it again."""

    def __init__(self, error: OktaError, cause: str, typed: str) -> None:
        super().__init__(error, cause)
        self._typed = typed

    def response(self) -> Response:
        return activate_page(self._typed, message=self.error.description, status=self.error.status)


class Activation:
    """The pages under `/activate`, for devices of both servers; the form carries the code from page to page."""

    def __init__(self, org: DemoOrg) -> None:
        self._org = org
        self._routes = EndpointRoutes(org)

    def routes(self) -> list[Route]:
        return [
            self._routes.route(ACTIVATE, "activate", self.show),
            self._routes.route(ACTIVATE, "activate", self.submit, ("POST",)),
        ]

    async def show(self, request: Request) -> Response:
        """Ask for the code; `user_code` in the query is filled in, for the user to compare (RFC 8628 §3.3.1)."""
        try:
            query = read_query(request)
        except Refused as refused:
            raise PageRefused(refused.error, refused.cause) from None
        return activate_page(query.get("user_code", "")[:_LONGEST_CODE])

    async def submit(self, request: Request) -> Response:
        """Handle a page's form: `user_code` with an `action` of `enter`, `sign-in`, `verify`, `allow` or `deny`."""
        form = await read_own_form(request)
        name, device = self._device(request, form)
        action = form.get("action")
        if action in _CANCELS:
            return self._denied(name, device)
        if action == "allow":
            return self._allowed(name, device, form)
        if action in ("sign-in", "verify"):
            return self._signing_in(request, device, form)
        session = session_of(self._org, request)
        if session is None:
            return device_sign_in_page(self._org, device, PasswordAsked())
        return self._asked(device, session)

    def _device(self, request: Request, form: Parameters) -> tuple[str, DeviceSignIn]:
        pending, now = self._org.pending, self._org.clock.now()
        typed = form.get("user_code", "")[:_LONGEST_CODE]
        if pending.has_too_many_wrong_codes(now):
            raise CodeRefused(dialect.TOO_MANY_USER_CODES, words.TOO_MANY_USER_CODES, typed)
        found = pending.device_of(_NOT_LETTERS.sub("", typed.upper()), now)
        if found is None:
            pending.wrong_codes.append(now)
            raise CodeRefused(dialect.INVALID_USER_CODE, words.NO_DEVICE_WAITS, typed)
        request.state.client_id = found[1].client_id
        return found

    def _signing_in(self, request: Request, device: DeviceSignIn, form: Parameters) -> Response:
        step = next_step(self._org, request, form)
        if isinstance(step, PasswordAsked):
            return device_sign_in_page(self._org, device, step)
        if isinstance(step, CodeAsked):
            return device_verify_page(self._org, device, step)
        response = self._asked(device, step)
        start_session(self._org, step, response)
        return response

    def _asked(self, device: DeviceSignIn, session: BrowserSession) -> Response:
        ticket = self._org.pending.new_ticket(session, self._org.clock.now(), _purpose(device))
        return device_consent_page(self._org, device, self._org.users[session.user_id], ticket)

    def _allowed(self, name: str, device: DeviceSignIn, form: Parameters) -> Response:
        session = self._org.pending.take_ticket(form.get("ticket", ""), self._org.clock.now(), _purpose(device))
        if session is None:
            return device_sign_in_page(self._org, device, PasswordAsked(message="That took too long. Sign in again."))
        self._org.pending.devices[name] = replace(device, session=session)
        self._note(device, session.user_id)
        return activated_page(self._org, device, is_allowed=True)

    def _denied(self, name: str, device: DeviceSignIn) -> Response:
        self._org.pending.devices[name] = replace(device, is_denied=True)
        self._note(device, "", dialect.ACCESS_DENIED)
        return activated_page(self._org, device, is_allowed=False)

    def _note(self, device: DeviceSignIn, user_id: str, refusal: OktaError | None = None) -> None:
        self._org.log.add(
            _EVENT,
            succeeded=refusal is None,
            reason=refusal.reason if refusal else "",
            cause=words.CHOSE_DENY if refusal else "",
            endpoint="activate",
            client_id=device.client_id,
            user_id=user_id,
        )


def _purpose(device: DeviceSignIn) -> str:
    # a ticket for one device's page allows no other device
    return f"device {device.user_code}"
