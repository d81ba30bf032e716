"""The authorization endpoint: checks the request, shows the sign-in page, sends the browser back with a code."""

import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.demo import dialect
from app.demo.dialect import OktaError, Refused, listed
from app.demo.forms import Parameters, read_form, read_query
from app.demo.ledger import CodeRecord, hashed
from app.demo.minting import OFFLINE
from app.demo.pages import refusal_page, sign_in_page

if TYPE_CHECKING:
    from app.demo.org import DemoOrg, User

_PROMPTS = ("none", "login", "consent", "login consent")
_STATE = re.compile(r"[A-Za-z0-9,._-]+")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43,128}")
_MAX_AGE = re.compile(r"[0-9]{1,10}")
_LARGEST_MAX_AGE = 2**31 - 1
_SEE_OTHER = 303
_WRONG_PASSWORD = "Unable to sign in"  # noqa: S105 - Okta's sentence for it
_FOREIGN_FORM = OktaError(
    403, "access_denied", "The sign-in form was sent by another site. Go back to the program and sign in again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request that may be shown to the person (RFC 6749 §4.1.1, RFC 7636 §4.3)."""

    client_id: str
    redirect_uri: str
    state: str
    scopes: tuple[str, ...]
    challenge: str
    nonce: str | None
    login_hint: str | None


class RedirectedError(Exception):
    """An error the browser carries back to `redirect_uri` (RFC 6749 §4.1.2.1)."""

    def __init__(self, error: OktaError) -> None:
        super().__init__(error.error)
        self.error = error


class AuthorizationEndpoint:
    """Shows the sign-in page and takes its form; nothing is kept between the two, so any number of tabs may be open."""

    def __init__(self, org: "DemoOrg") -> None:
        self._org = org

    async def show(self, request: Request) -> Response:
        """Answer GET: the sign-in page, an error by redirect, or a page when the redirect URI cannot be trusted."""
        return self._checked(request, None)

    async def sign_in(self, request: Request) -> Response:
        """Answer the page's form: fields `username`, `password`, and the button's `action`, `sign-in` or `cancel`."""
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return refusal_page(_FOREIGN_FORM)
        try:
            form = await read_form(request)
        except Refused as refused:
            return refusal_page(refused.error)
        return self._checked(request, form)

    def _checked(self, request: Request, form: Parameters | None) -> Response:
        try:
            query = read_query(request)
            redirect_uri = self._trusted_redirect_uri(query)
        except Refused as refused:
            return refusal_page(refused.error)
        try:
            asked = self._understood(query, redirect_uri)
            return self._answered(asked, form)
        except RedirectedError as refused:
            fields = {"error": refused.error.error, "error_description": refused.error.description}
            return self._sent_back(redirect_uri, query.get("state"), fields)

    def _trusted_redirect_uri(self, query: Parameters) -> str:
        client = self._org.clients.get(query.get("client_id", ""))
        if client is None:
            raise Refused(dialect.INVALID_CLIENT_ID)
        redirect_uri = query.get("redirect_uri", "")
        if not client.may_return_to(redirect_uri):
            raise Refused(dialect.ILLEGAL_REDIRECT_URI)
        return redirect_uri

    def _understood(self, query: Parameters, redirect_uri: str) -> AuthorizationRequest:
        if not _STATE.fullmatch(query.get("state", "")):
            raise RedirectedError(dialect.INVALID_STATE)
        _check_response(query)
        challenge = _challenge(query)
        scopes = self._scopes(query.get("scope", ""))
        _check_prompt(query)
        return AuthorizationRequest(
            client_id=query["client_id"],
            redirect_uri=redirect_uri,
            state=query["state"],
            scopes=scopes,
            challenge=challenge,
            nonce=query.get("nonce"),
            login_hint=query.get("login_hint"),
        )

    def _scopes(self, text: str) -> tuple[str, ...]:
        scopes = tuple(dict.fromkeys(text.split()))
        if not scopes:
            raise RedirectedError(dialect.NO_SCOPES)
        if not set(scopes) <= set(self._org.scopes):
            raise RedirectedError(dialect.UNKNOWN_SCOPE)
        if "openid" not in scopes:
            raise RedirectedError(dialect.OPENID_REQUIRED)
        # without the Refresh Token grant the answer simply lacks a refresh token
        enabled = self._org.policy.refresh_grant_enabled
        return tuple(scope for scope in scopes if enabled or scope != OFFLINE)

    def _answered(self, asked: AuthorizationRequest, form: Parameters | None) -> Response:
        if form is None:
            return sign_in_page(self._org, asked)
        if form.get("action") == "cancel":
            raise RedirectedError(dialect.ACCESS_DENIED)
        username = form.get("username", "")
        user = self._org.user_named(username)
        if user is None or not _same(form.get("password", ""), user.password):
            return sign_in_page(self._org, asked, username=username, message=_WRONG_PASSWORD)
        return self._sent_back(asked.redirect_uri, asked.state, {"code": self._new_code(asked, user)})

    def _new_code(self, asked: AuthorizationRequest, user: "User") -> str:
        code, now = secrets.token_urlsafe(32), self._org.clock.now()
        self._org.ledger.prune(now)
        self._org.ledger.codes[hashed(code)] = CodeRecord(
            client_id=asked.client_id,
            user_id=user.id,
            redirect_uri=asked.redirect_uri,
            scopes=asked.scopes,
            challenge=asked.challenge,
            nonce=asked.nonce,
            auth_time=now,
            expires_at=now + self._org.policy.code_lifetime_s,
        )
        return code

    def _sent_back(self, redirect_uri: str, state: str | None, fields: dict[str, str]) -> Response:
        # a state Okta finds invalid still belongs to whoever waits at the redirect URI
        given = {} if state is None else {"state": state}
        query = urlencode({**fields, **given, "iss": self._org.issuer})
        headers = {"Referrer-Policy": "no-referrer"}
        return RedirectResponse(f"{redirect_uri}?{query}", status_code=_SEE_OTHER, headers=headers)


def _check_response(query: Parameters) -> None:
    if query.get("response_type") is None:
        raise RedirectedError(dialect.MISSING_PARAMETER.about("response_type"))
    if query["response_type"] != "code":
        raise RedirectedError(dialect.UNSUPPORTED_RESPONSE_TYPE.about(listed(["code"])))
    if query.get("response_mode", "query") != "query":
        raise RedirectedError(dialect.UNSUPPORTED_RESPONSE_MODE.about(listed(["query"])))


def _challenge(query: Parameters) -> str:
    challenge = query.get("code_challenge", "")
    if not challenge:
        raise RedirectedError(dialect.MISSING_CHALLENGE)
    if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise RedirectedError(dialect.UNSUPPORTED_CHALLENGE.about(listed(["S256"])))
    return challenge


def _check_prompt(query: Parameters) -> None:
    prompt, max_age = query.get("prompt", "login"), query.get("max_age", "0")
    if prompt not in _PROMPTS:
        raise RedirectedError(dialect.INVALID_PROMPT.about(listed(_PROMPTS)))
    if not _MAX_AGE.fullmatch(max_age) or int(max_age) > _LARGEST_MAX_AGE:
        raise RedirectedError(dialect.INVALID_MAX_AGE)
    if prompt == "none":
        # the org keeps no browser session, so that every sign-in of a demo shows its page
        raise RedirectedError(dialect.LOGIN_REQUIRED)


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())
