"""Direct authentication: password, one-time code and phone without a browser, alone or as factors (Okta fact §4)."""

import hmac
from dataclasses import replace
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.demo import dialect, words
from app.demo.applications import Application, Grant
from app.demo.dialect import Refused
from app.demo.endpoints.clients import check_issued, required
from app.demo.endpoints.first_tokens import first_tokens, understood_scopes
from app.demo.forms import Parameters
from app.demo.ledger import hashed
from app.demo.one_time_code import spend_code
from app.demo.org import DemoOrg, User
from app.demo.pending import FirstFactor, OutOfBand, PendingSignIn, PushResult, keep, new_handle
from app.demo.servers import AuthorizationServer

HANDLE_LIFETIME_S = 300
_SECOND_FACTORS = (Grant.MFA_OTP, Grant.MFA_OOB)
_AMR = {"push": "swk", "sms": "sms", "voice": "tel"}  # RFC 8176

H = TypeVar("H", bound=PendingSignIn)


class SecondFactorRequired(Refused):
    """The password is right and a second factor must follow; the response has the `mfa_token` for it."""

    def __init__(self, mfa_token: str) -> None:
        super().__init__(dialect.MFA_REQUIRED, "The password was right; the user has a second factor.")
        self._mfa_token = mfa_token

    def response(self) -> Response:
        body = {"error": self.error.error, "error_description": self.error.description, "mfa_token": self._mfa_token}
        return JSONResponse(body, status_code=self.error.status)


class DirectGrants:
    """What the grants of direct authentication share: one server's sign-ins and the handles given out for them."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self.org = org
        self._server = server

    @property
    def issuer(self) -> str:
        return self.org.issuer_of(self._server)

    @property
    def handles_end(self) -> float:
        """When a handle given out now ends, in epoch seconds."""
        return self.org.clock.now() + HANDLE_LIFETIME_S

    def scopes(self, application: Application, form: Parameters) -> tuple[str, ...]:
        """Return the scopes asked for; raises Refused."""
        return understood_scopes(self._server, application, form.get("scope", ""))

    def signed_in(
        self, request: Request, application: Application, user_id: str, scopes: tuple[str, ...], amr: tuple[str, ...]
    ) -> dict[str, Any]:
        """Return the tokens of a completed sign-in; raises Refused."""
        return first_tokens(
            self.org,
            self._server,
            request,
            application,
            user_id=user_id,
            scopes=scopes,
            auth_time=self.org.clock.now(),
            amr=amr,
        )

    def first_factor(self, request: Request, application: Application, form: Parameters) -> FirstFactor:
        """Return the password sign-in that the form's `mfa_token` continues; raises Refused."""
        found = self._live("mfa_token", self.org.pending.first_factors, application, form)
        request.state.user_id = found.user_id
        return found

    def out_of_band(self, request: Request, application: Application, form: Parameters) -> OutOfBand:
        """Return the phone's question behind the form's `oob_code`; raises Refused."""
        found = self._live("oob_code", self.org.pending.out_of_band, application, form)
        request.state.user_id = found.user_id
        if found.mfa_token != (hashed(form["mfa_token"]) if "mfa_token" in form else None):
            raise Refused(_expired("oob_code"), words.OTHER_SIGN_IN)
        return found

    def spend(self, form: Parameters) -> None:
        """Mark the form's handles as used."""
        if "mfa_token" in form:
            _spend(self.org.pending.first_factors, hashed(form["mfa_token"]))
        if "oob_code" in form:
            _spend(self.org.pending.out_of_band, hashed(form["oob_code"]))

    def _live(self, name: str, store: dict[str, H], application: Application, form: Parameters) -> H:
        found = store.get(hashed(required(form, name)))
        if found is None:
            raise Refused(_expired(name), words.handle_never_issued(name))
        check_issued(name, found, application, self.issuer)
        if found.is_spent:
            raise Refused(_expired(name), words.handle_used(name))
        if self.org.clock.now() >= found.expires_at:
            raise Refused(_expired(name), words.handle_ended(name))
        return found


class PasswordGrant(DirectGrants):
    """Handles `grant_type=password`: enough for a user without a second factor."""

    def respond(self, request: Request, application: Application, form: Parameters) -> dict[str, Any]:
        """Return tokens; raises SecondFactorRequired for a user with a second factor, Refused otherwise."""
        username, password = required(form, "username"), required(form, "password")
        scopes = self.scopes(application, form)
        user = self.org.user_named(username)
        if user is None:
            raise Refused(dialect.WRONG_CREDENTIALS, words.NO_SUCH_LOGIN)
        request.state.user_id = user.id
        if not hmac.compare_digest(password.encode(), user.password.encode()):
            raise Refused(dialect.WRONG_CREDENTIALS, words.WRONG_PASSWORD)
        if user.has_second_factor:
            raise SecondFactorRequired(self._new_mfa_token(application, form, user))
        return self.signed_in(request, application, user.id, scopes, ("pwd",))

    def _new_mfa_token(self, application: Application, form: Parameters, user: User) -> str:
        known = form["grant_types_supported"].split() if "grant_types_supported" in form else _SECOND_FACTORS
        if not any(grant in known and application.may(grant) for grant in _SECOND_FACTORS):
            raise Refused(dialect.POLICY_NOT_SATISFIED, words.SECOND_FACTOR_IMPOSSIBLE)
        token = new_handle()
        factor = FirstFactor(client_id=application.id, issuer=self.issuer, expires_at=self.handles_end, user_id=user.id)
        keep(self.org.pending.first_factors, hashed(token), factor)
        return token


class OtpGrant(DirectGrants):
    """Handles a one-time code as the only factor."""

    def respond(self, request: Request, application: Application, form: Parameters) -> dict[str, Any]:
        """Return tokens; raises Refused."""
        login = required(form, "login_hint")
        scopes = self.scopes(application, form)
        user = self.org.user_named(login)
        if user is None or not user.has_second_factor:
            raise Refused(dialect.WRONG_OTP, words.NO_LOGIN_WITH_CODES)
        request.state.user_id = user.id
        spend_code(self.org, user, form.get("otp", ""))
        return self.signed_in(request, application, user.id, scopes, ("otp",))


class MfaOtpGrant(DirectGrants):
    """Handles the one-time code after a password; a wrong one may be tried again."""

    def respond(self, request: Request, application: Application, form: Parameters) -> dict[str, Any]:
        """Return tokens; raises Refused."""
        factor = self.first_factor(request, application, form)
        scopes = self.scopes(application, form)
        spend_code(self.org, self.org.users[factor.user_id], form.get("otp", ""))
        self.spend(form)
        return self.signed_in(request, application, factor.user_id, scopes, ("pwd", "otp", "mfa"))


class OobGrant(DirectGrants):
    """Handles the polls for a phone's answer as the only factor."""

    def respond(self, request: Request, application: Application, form: Parameters) -> dict[str, Any]:
        """Return tokens once the user has answered; raises Refused until then, and for a rejection."""
        oob = self.out_of_band(request, application, form)
        scopes = self.scopes(application, form)
        _check_response(oob, form)
        self.spend(form)
        return self.signed_in(request, application, oob.user_id, scopes, (_AMR[oob.channel],))


class MfaOobGrant(DirectGrants):
    """Handles the polls for a phone's answer after a password."""

    def respond(self, request: Request, application: Application, form: Parameters) -> dict[str, Any]:
        """Return tokens once the user has answered; raises Refused until then, and for a rejection."""
        self.first_factor(request, application, form)
        oob = self.out_of_band(request, application, form)
        scopes = self.scopes(application, form)
        _check_response(oob, form)
        self.spend(form)
        return self.signed_in(request, application, oob.user_id, scopes, ("pwd", _AMR[oob.channel], "mfa"))


def _check_response(oob: OutOfBand, form: Parameters) -> None:
    if oob.code is not None:
        if not hmac.compare_digest(form.get("binding_code", "").encode(), oob.code.encode()):
            raise Refused(dialect.WRONG_BINDING_CODE, words.wrong_binding_code(oob.channel))
    elif oob.response is PushResult.REJECTED:
        raise Refused(dialect.OOB_REJECTED, words.PUSH_DENIED)
    elif oob.response is PushResult.NONE:
        raise Refused(dialect.OOB_PENDING, words.PUSH_PENDING)


def _expired(name: str) -> dialect.OktaError:
    return dialect.HANDLE_EXPIRED.about(name)


def _spend(store: dict[str, H], name: str) -> None:
    if name in store:
        store[name] = replace(store[name], is_spent=True)
