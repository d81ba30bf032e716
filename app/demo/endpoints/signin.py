"""Signing in on a page, step by step: the password, then the one-time code of who has a second factor."""

import hmac
from dataclasses import dataclass

from starlette.requests import Request

from app.demo import dialect, words
from app.demo.dialect import Refused
from app.demo.forms import Parameters
from app.demo.one_time_code import spend_code
from app.demo.org import DemoOrg, User
from app.demo.pending import BrowserSession

_WRONG_PASSWORD = "Unable to sign in"  # noqa: S105 - Okta's sentence for it
_WRONG_CODE = "Invalid code. Try again."
_TOO_LATE = "That took too long. Sign in again."
_VERIFY = "verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordAsked:
    """The password must be typed (again); `username` is what was typed, `message` why it was not enough."""

    username: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAsked:
    """The password was right and the one-time code must follow, with the `ticket`; `message` as above."""

    user: User
    ticket: str
    message: str = ""


Step = PasswordAsked | CodeAsked | BrowserSession


def next_step(org: DemoOrg, request: Request, form: Parameters) -> Step:
    """Return what follows a page's form: `username` and `password`, or with `action=verify` a `ticket` and an `otp`.

    A BrowserSession means that the user is signed in; it is not stored yet.
    """
    if form.get("action") == _VERIFY:
        return _after_code(org, request, form)
    username = form.get("username", "")
    user = org.user_named(username)
    if user is None or not hmac.compare_digest(form.get("password", "").encode(), user.password.encode()):
        cause = words.NO_SUCH_LOGIN if user is None else words.WRONG_PASSWORD
        _note_failure(org, request, user, "user.session.start", Refused(dialect.WRONG_CREDENTIALS, cause))
        return PasswordAsked(username=username, message=_WRONG_PASSWORD)
    session = BrowserSession(user_id=user.id, auth_time=org.clock.now())
    return _code_asked(org, session) if user.has_second_factor else session


def _after_code(org: DemoOrg, request: Request, form: Parameters) -> Step:
    now = org.clock.now()
    first = org.pending.take_ticket(form.get("ticket", ""), now, _VERIFY)
    if first is None:
        return PasswordAsked(message=_TOO_LATE)
    user = org.users[first.user_id]
    try:
        spend_code(org, user, form.get("otp", "").strip())
    except Refused as refused:
        _note_failure(org, request, user, "user.authentication.auth_via_mfa", refused)
        return _code_asked(org, first, _WRONG_CODE)
    return BrowserSession(user_id=user.id, auth_time=now, amr=("pwd", "otp", "mfa"))


def _code_asked(org: DemoOrg, session: BrowserSession, message: str = "") -> CodeAsked:
    # this ticket proves only a password, so it is valid for this page only
    ticket = org.pending.new_ticket(session, org.clock.now(), _VERIFY)
    return CodeAsked(user=org.users[session.user_id], ticket=ticket, message=message)


def _note_failure(org: DemoOrg, request: Request, user: User | None, event_type: str, refused: Refused) -> None:
    org.log.add(
        event_type,
        succeeded=False,
        reason=refused.error.reason,
        cause=words.said(refused.cause),
        endpoint=request.state.endpoint,
        client_id=getattr(request.state, "client_id", ""),
        user_id=user.id if user else "",
    )
