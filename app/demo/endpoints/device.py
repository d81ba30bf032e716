"""The device grant: a device asks for a code, its user allows it in a browser, the device polls (RFC 8628)."""

import secrets
import uuid
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.demo import dialect, words
from app.demo.applications import Application, Grant
from app.demo.dialect import Refused
from app.demo.endpoints.clients import check_grant, check_issued, identified_application, required
from app.demo.endpoints.first_tokens import first_tokens, understood_scopes
from app.demo.forms import Parameters, read_form
from app.demo.ledger import hashed
from app.demo.org import DemoOrg
from app.demo.pending import DeviceSignIn, keep
from app.demo.servers import AuthorizationServer
from app.urls import with_query

ACTIVATE = "/activate"
_EVENT = "lapse.device_authorize"  # our event type; Okta's is not in our facts
_LIFETIME_S = 600
_SLOWER_BY_S = 5.0
# RFC 8628 §6.1: consonants make no words and are not mistaken for digits
_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
_LENGTH = 8


class DeviceEndpoint:
    """Handles `/device/authorize`."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self._org = org
        self._server = server

    async def respond(self, request: Request) -> Response:
        """Return a device code and a user code (RFC 8628 §3.2, Okta fact §4); raises Refused."""
        form = await read_form(request)
        application = identified_application(self._org, request, form)
        request.state.grant = Grant.DEVICE.short
        check_grant(application, Grant.DEVICE)
        scopes = understood_scopes(self._server, application, form.get("scope", ""))
        device_code = str(uuid.uuid4())
        device = self._new_device(application, scopes)
        keep(self._org.pending.devices, hashed(device_code), device)
        self._org.log.add(
            _EVENT,
            endpoint="device_authorize",
            grant=request.state.grant,
            client_id=application.id,
            scopes=scopes,
        )
        page = f"{self._org.issuer_base}{ACTIVATE}"
        return JSONResponse(
            {
                "user_code": device.user_code,
                "device_code": device_code,
                "interval": self._org.policy.poll_interval_s,
                "verification_uri": page,
                "verification_uri_complete": with_query(page, {"user_code": device.user_code}),
                "expires_in": _LIFETIME_S,
            }
        )

    def _new_device(self, application: Application, scopes: tuple[str, ...]) -> DeviceSignIn:
        return DeviceSignIn(
            client_id=application.id,
            issuer=self._org.issuer_of(self._server),
            expires_at=self._org.clock.now() + _LIFETIME_S,
            user_code="".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)),
            scopes=scopes,
            interval_s=self._org.policy.poll_interval_s,
        )


class DeviceGrant:
    """Handles the polls of a device."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self._org = org
        self._server = server

    def respond(self, request: Request, application: Application, form: Parameters) -> dict[str, Any]:
        """Return tokens once, after the user has allowed it; raises Refused until then (RFC 8628 §3.5)."""
        name = hashed(required(form, "device_code"))
        device = self._live(name, application)
        self._check_pace(name, device)
        if device.is_denied:
            raise Refused(dialect.ACCESS_DENIED, words.CHOSE_DENY)
        if device.session is None:
            raise Refused(dialect.DEVICE_PENDING, words.DEVICE_PENDING)
        self._org.pending.devices[name] = replace(device, is_spent=True)
        return first_tokens(
            self._org,
            self._server,
            request,
            application,
            user_id=device.session.user_id,
            scopes=device.scopes,
            auth_time=device.session.auth_time,
            amr=device.session.amr,
        )

    def _live(self, name: str, application: Application) -> DeviceSignIn:
        device = self._org.pending.devices.get(name)
        if device is None:
            raise Refused(dialect.INVALID_DEVICE_CODE, words.DEVICE_NEVER_ISSUED)
        check_issued("device code", device, application, self._org.issuer_of(self._server))
        if device.is_spent:
            raise Refused(dialect.INVALID_DEVICE_CODE, words.DEVICE_USED)
        if self._org.clock.now() >= device.expires_at:
            raise Refused(dialect.DEVICE_EXPIRED, words.DEVICE_ENDED)
        return device

    def _check_pace(self, name: str, device: DeviceSignIn) -> None:
        """Note the poll; RFC 8628 §3.5: who polls too fast must wait 5 s longer from then on."""
        now = self._org.clock.now()
        # the org's time may have been moved back to before the last poll
        is_fast = device.polled_at is not None and 0 <= now - device.polled_at < device.interval_s
        slower_by_s = _SLOWER_BY_S if is_fast else 0.0
        self._org.pending.devices[name] = replace(device, polled_at=now, interval_s=device.interval_s + slower_by_s)
        if is_fast:
            raise Refused(dialect.SLOW_DOWN, words.polled_too_soon(device.interval_s))
