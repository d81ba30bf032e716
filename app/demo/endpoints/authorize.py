"""The authorization endpoint: checks the request, asks the user, sends the browser back with a code."""

import re
import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.demo import dialect, words
from app.demo.applications import Application
from app.demo.authorization_request import AuthorizationRequest, ReturnAddress
from app.demo.dialect import Refused, listed
from app.demo.endpoint_routes import ActiveFaults, active_faults
from app.demo.endpoints.browser import PageRefused, read_own_form, session_of, start_session
from app.demo.endpoints.clients import known_application
from app.demo.endpoints.first_tokens import understood_scopes
from app.demo.endpoints.par import unpacked
from app.demo.endpoints.signin import CodeAsked, PasswordAsked, next_step
from app.demo.faults import FaultKind
from app.demo.forging import STRANGER
from app.demo.forms import Parameters, read_query
from app.demo.ledger import CodeRecord, hashed
from app.demo.org import DemoOrg
from app.demo.pages import consent_page, form_post_page, sign_in_page, verify_page
from app.demo.pending import BrowserSession
from app.demo.servers import AuthorizationServer
from app.urls import with_query

_PROMPTS = ("none", "login", "consent", "login consent")
_MODES = ("query", "form_post")
_STATE = re.compile(r"[A-Za-z0-9,._-]+")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43,128}")
_MAX_AGE = re.compile(r"[0-9]{1,10}")
_LARGEST_MAX_AGE = 2**31 - 1
_SEE_OTHER = 303


class SentBack(Refused):
    """A refusal the browser carries back to the redirect URI (RFC 6749 §4.1.2.1)."""

    def __init__(self, refused: Refused, back: ReturnAddress, issuer: str, faults: ActiveFaults) -> None:
        super().__init__(refused.error, refused.cause)
        self._back = back
        self._issuer = issuer
        self._faults = faults

    def response(self) -> Response:
        fields = {"error": self.error.error, "error_description": self.error.description}
        return send_back(self._back, fields, self._issuer, self._faults)


class AuthorizationEndpoint:
    """Signs users in; between the pages of a sign-in only a ticket is kept, so any number of tabs may be open."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self._org = org
        self._server = server

    async def show(self, request: Request) -> Response:
        """Answer GET: a page, or straight back with a code when a session allows it.

        Raises PageRefused when the redirect URI cannot be trusted, SentBack for every other error.
        """
        return self._checked(request, None)

    async def sign_in(self, request: Request) -> Response:
        """Answer a page's form.

        `action` is `sign-in` (with `username`, `password`), `verify` (`ticket`, `otp`), `allow` (`ticket`) or `cancel`.
        """
        form = await read_own_form(request)
        return self._checked(request, form)

    def _checked(self, request: Request, form: Parameters | None) -> Response:
        request.state.event_type = self._server.event("authorize")
        try:
            query = unpacked(self._org, self._server, read_query(request))
            application = known_application(self._org, request, query.get("client_id", ""))
            back = self._trusted_address(query, application)
        except Refused as refused:
            raise PageRefused(refused.error, refused.cause) from None
        try:
            asked = self._understood(query, application, back)
            return self._begun(request, asked) if form is None else self._continued(request, asked, form)
        except Refused as refused:
            raise SentBack(refused, back, self._org.issuer_of(self._server), active_faults(request)) from None

    def _trusted_address(self, query: Parameters, application: Application) -> ReturnAddress:
        redirect_uri = query.get("redirect_uri", "")
        if not application.may_return_to(redirect_uri, exact=self._org.policy.exact_redirect_uris):
            raise Refused(dialect.ILLEGAL_REDIRECT_URI)
        mode = query.get("response_mode", "query")
        return ReturnAddress(
            redirect_uri=redirect_uri, response_mode=mode if mode in _MODES else "query", state=query.get("state")
        )

    def _understood(self, query: Parameters, application: Application, back: ReturnAddress) -> AuthorizationRequest:
        if not _STATE.fullmatch(query.get("state", "")):
            raise Refused(dialect.INVALID_STATE)
        _check_response(query)
        challenge = _challenge(query)
        scopes = understood_scopes(self._server, application, query.get("scope", ""))
        return AuthorizationRequest(
            application=application,
            back=back,
            scopes=scopes,
            challenge=challenge,
            nonce=query.get("nonce"),
            login_hint=query.get("login_hint"),
            prompt=_prompt(query),
            max_age_s=_max_age(query),
        )

    def _begun(self, request: Request, asked: AuthorizationRequest) -> Response:
        session = session_of(self._org, request)
        if session is not None and asked.max_age_s is not None:
            fresh = self._org.clock.now() - session.auth_time <= asked.max_age_s
            session = session if fresh and asked.max_age_s else None
        if asked.prompt == "none":
            return self._unprompted(request, asked, session)
        if session is None or "login" in asked.prompt:
            return sign_in_page(self._org, asked, PasswordAsked())
        return self._consented(request, asked, session)

    def _unprompted(self, request: Request, asked: AuthorizationRequest, session: BrowserSession | None) -> Response:
        if session is None:
            raise Refused(dialect.NO_SESSION if asked.max_age_s is None else dialect.LOGIN_REQUIRED)
        if self._needs_consent(asked, session):
            raise Refused(dialect.CONSENT_REQUIRED.about(listed(asked.scopes)))
        return self._sent_back_with_code(request, asked, session)

    def _continued(self, request: Request, asked: AuthorizationRequest, form: Parameters) -> Response:
        action = form.get("action")
        if action == "cancel":
            raise Refused(dialect.ACCESS_DENIED, words.CHOSE_CANCEL)
        if action == "allow":
            return self._allowed(request, asked, form)
        step = next_step(self._org, request, form)
        if isinstance(step, PasswordAsked):
            return sign_in_page(self._org, asked, step)
        if isinstance(step, CodeAsked):
            return verify_page(asked, step)
        response = self._consented(request, asked, step)
        start_session(self._org, step, response)
        return response

    def _allowed(self, request: Request, asked: AuthorizationRequest, form: Parameters) -> Response:
        session = self._org.pending.take_ticket(form.get("ticket", ""), self._org.clock.now())
        if session is None:
            return sign_in_page(self._org, asked, PasswordAsked())
        self._org.pending.consents.add((session.user_id, asked.application.id))
        return self._sent_back_with_code(request, asked, session)

    def _consented(self, request: Request, asked: AuthorizationRequest, session: BrowserSession) -> Response:
        if not self._needs_consent(asked, session):
            return self._sent_back_with_code(request, asked, session)
        ticket = self._org.pending.new_ticket(session, self._org.clock.now())
        return consent_page(asked, self._org.users[session.user_id], ticket)

    def _needs_consent(self, asked: AuthorizationRequest, session: BrowserSession) -> bool:
        given = (session.user_id, asked.application.id) in self._org.pending.consents
        return "consent" in asked.prompt or (asked.application.requires_consent and not given)

    def _sent_back_with_code(self, request: Request, asked: AuthorizationRequest, session: BrowserSession) -> Response:
        if not self._org.policy.user_is_assigned:
            raise Refused(dialect.USER_NOT_ASSIGNED)
        code = self._new_code(asked, session)
        self._org.log.add(
            self._server.event("authorize.code"),
            endpoint="authorize",
            client_id=asked.application.id,
            user_id=session.user_id,
            scopes=asked.scopes,
        )
        return send_back(asked.back, {"code": code}, self._org.issuer_of(self._server), active_faults(request))

    def _new_code(self, asked: AuthorizationRequest, session: BrowserSession) -> str:
        code, now = secrets.token_urlsafe(32), self._org.clock.now()
        self._org.ledger.prune(now)
        self._org.ledger.codes[hashed(code)] = CodeRecord(
            issuer=self._org.issuer_of(self._server),
            client_id=asked.application.id,
            user_id=session.user_id,
            redirect_uri=asked.back.redirect_uri,
            scopes=asked.scopes,
            challenge=asked.challenge,
            nonce=asked.nonce,
            auth_time=session.auth_time,
            amr=session.amr,
            expires_at=now + self._org.policy.code_lifetime_s,
        )
        return code


def send_back(back: ReturnAddress, fields: dict[str, str], issuer: str, faults: ActiveFaults) -> Response:
    """Return the response that takes the browser back, with `state` and `iss` (RFC 9207) as the faults want them."""
    given = {} if back.state is None else {"state": back.state}
    sent = {**fields, **given, "iss": issuer}
    if FaultKind.WRONG_ISS in faults:
        sent["iss"] = STRANGER
    if FaultKind.WRONG_STATE in faults:
        sent["state"] = "another-state"
    absent = {"iss" if FaultKind.NO_ISS in faults else "", "state" if FaultKind.NO_STATE in faults else ""}
    sent = {name: value for name, value in sent.items() if name not in absent}
    if back.response_mode == "form_post":
        return form_post_page(back.redirect_uri, sent)
    headers = {"Referrer-Policy": "no-referrer"}
    return RedirectResponse(with_query(back.redirect_uri, sent), status_code=_SEE_OTHER, headers=headers)


def _check_response(query: Parameters) -> None:
    if query.get("response_type") is None:
        raise Refused(dialect.MISSING_PARAMETER.about("response_type"))
    if query["response_type"] != "code":
        raise Refused(dialect.UNSUPPORTED_RESPONSE_TYPE.about(listed(["code"])))
    if query.get("response_mode", "query") not in _MODES:
        raise Refused(dialect.UNSUPPORTED_RESPONSE_MODE.about(listed(_MODES)))


def _challenge(query: Parameters) -> str:
    challenge = query.get("code_challenge", "")
    if not challenge:
        raise Refused(dialect.MISSING_CHALLENGE)
    if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise Refused(dialect.UNSUPPORTED_CHALLENGE.about(listed(["S256"])))
    return challenge


def _prompt(query: Parameters) -> str:
    prompt = query.get("prompt", "")
    if prompt and prompt not in _PROMPTS:
        raise Refused(dialect.INVALID_PROMPT.about(listed(_PROMPTS)))
    return prompt


def _max_age(query: Parameters) -> int | None:
    max_age = query.get("max_age")
    if max_age is None:
        return None
    if not _MAX_AGE.fullmatch(max_age) or int(max_age) > _LARGEST_MAX_AGE:
        raise Refused(dialect.INVALID_MAX_AGE)
    return int(max_age)
