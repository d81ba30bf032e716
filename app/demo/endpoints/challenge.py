"""The endpoints that ask a user on the phone: as the first factor, and after a password (Okta fact §4)."""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.demo import dialect, words
from app.demo.applications import Application, Grant
from app.demo.dialect import Refused, listed
from app.demo.endpoints.clients import check_grant, identified_application, required
from app.demo.endpoints.direct import HANDLE_LIFETIME_S, DirectGrants
from app.demo.forms import Parameters, read_form
from app.demo.ledger import hashed
from app.demo.org import DemoOrg
from app.demo.pending import OutOfBand, keep, new_handle
from app.demo.servers import AuthorizationServer

_EVENT = "user.authentication.auth_via_mfa"
_SENT = {
    "push": "system.push.send_factor_verify_push",
    "sms": "system.sms.send_factor_verify_message",
    "voice": "system.voice.send_mfa_challenge_call",
}
_TYPES = (Grant.MFA_OTP, Grant.MFA_OOB)
_NUMBERS = range(10, 100)
_CHOICES = 3


class ChallengeEndpoint:
    """Sends the challenges; `app.demo.phone` answers them, and the token endpoint is polled for that."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self._org = org
        self._direct = DirectGrants(org, server)

    async def primary(self, request: Request) -> Response:
        """Handle `/primary-authenticate`: ask the user on the phone, without a password; raises Refused."""
        request.state.event_type = _EVENT
        form = await read_form(request)
        application = identified_application(self._org, request, form)
        if required(form, "challenge_hint") != Grant.OOB:
            raise Refused(dialect.UNSUPPORTED_GRANT_TYPE.about(listed([Grant.OOB])))
        _check_grant(request, application, Grant.OOB)
        channel = _channel(required(form, "channel_hint"))
        user = self._org.user_named(required(form, "login_hint"))
        if user is None:
            raise Refused(dialect.POLICY_NOT_SATISFIED, words.NO_SUCH_LOGIN)
        request.state.user_id = user.id
        if not user.has_second_factor:
            raise Refused(dialect.POLICY_NOT_SATISFIED, words.NO_PHONE)
        return JSONResponse(self._asked(request, application, user.id, channel))

    async def second(self, request: Request) -> Response:
        """Handle `/challenge`: ask for a second factor that the application supports; raises Refused."""
        request.state.event_type = _EVENT
        form = await read_form(request)
        application = identified_application(self._org, request, form)
        grant = _second_factor(form, application)
        _check_grant(request, application, grant)
        channel = _channel(form.get("channel_hint", "push"))
        factor = self._direct.first_factor(request, application, form)
        if grant is Grant.MFA_OTP:
            return JSONResponse({"challenge_type": grant})
        asked = self._asked(request, application, factor.user_id, channel, mfa_token=hashed(form["mfa_token"]))
        return JSONResponse({"challenge_type": grant, **asked})

    def _asked(
        self, request: Request, application: Application, user_id: str, channel: str, mfa_token: str | None = None
    ) -> dict[str, Any]:
        choices, number = self._numbers(channel)
        oob_code = new_handle()
        oob = OutOfBand(
            client_id=application.id,
            issuer=self._direct.issuer,
            expires_at=self._direct.handles_end,
            id=f"opf{secrets.token_hex(8)}",
            user_id=user_id,
            channel=channel,
            mfa_token=mfa_token,
            number=number,
            choices=choices,
            code=None if channel == "push" else f"{secrets.randbelow(10**6):06}",
        )
        keep(self._org.pending.out_of_band, hashed(oob_code), oob)
        self._note(request, application, oob)
        return {"oob_code": oob_code, **self._response(oob)}

    def _numbers(self, channel: str) -> tuple[tuple[str, ...], str | None]:
        if channel != "push" or not self._org.policy.number_challenge:
            return (), None
        choices = tuple(str(number) for number in secrets.SystemRandom().sample(_NUMBERS, _CHOICES))
        return choices, secrets.choice(choices)

    def _response(self, oob: OutOfBand) -> dict[str, Any]:
        response: dict[str, Any] = {"channel": oob.channel, "expires_in": HANDLE_LIFETIME_S}
        if oob.code is not None:
            return {**response, "binding_method": "prompt"}
        response["interval"] = self._org.policy.poll_interval_s
        if oob.number is None:
            return {**response, "binding_method": "none"}
        return {**response, "binding_method": "transfer", "binding_code": oob.number}

    def _note(self, request: Request, application: Application, oob: OutOfBand) -> None:
        self._org.log.add(
            _SENT[oob.channel],
            endpoint=request.state.endpoint,
            grant=request.state.grant,
            client_id=application.id,
            user_id=oob.user_id,
        )


def _check_grant(request: Request, application: Application, grant: Grant) -> None:
    request.state.grant = grant.short
    check_grant(application, grant)


def _second_factor(form: Parameters, application: Application) -> Grant:
    """Return a grant both sides support: the phone if a channel is named or nothing else is left, else the code."""
    asked = required(form, "challenge_types_supported").split()
    known = [grant for grant in _TYPES if grant in asked]
    if not known:
        raise Refused(dialect.POLICY_NOT_SATISFIED, words.no_common_challenge(listed(_TYPES)))
    allowed = [grant for grant in known if application.may(grant)] or known
    return allowed[-1] if "channel_hint" in form else allowed[0]


def _channel(given: str) -> str:
    if given not in _SENT:
        raise Refused(dialect.INVALID_CHANNEL.about(listed(_SENT)))
    return given
