"""The browser's session at the org: the cookie that spares a second sign-in, and what can go wrong on a page."""

import secrets
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from app.demo.dialect import OktaError, Refused
from app.demo.forms import Parameters, read_form
from app.demo.ledger import hashed
from app.demo.org import DemoOrg
from app.demo.pages import refusal_page
from app.demo.pending import BrowserSession

_FOREIGN_FORM = OktaError(
    403, "access_denied", "The form was sent by another site. Go back to the program and start again.", "foreign_form"
)


class PageRefused(Refused):
    """A refusal shown as a page, because the redirect URI cannot be trusted (RFC 6749 §4.1.2.1)."""

    def response(self) -> Response:
        return refusal_page(self.error)


async def read_own_form(request: Request) -> Parameters:
    """Return a page's form; raises PageRefused for one that another site sent (its browser says so)."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise PageRefused(_FOREIGN_FORM)
    try:
        return await read_form(request)
    except Refused as refused:
        raise PageRefused(refused.error, refused.cause) from None


def session_of(org: DemoOrg, request: Request) -> BrowserSession | None:
    session = org.pending.sessions.get(hashed(request.cookies.get(_cookie(org), "")))
    if session is None or org.clock.now() - session.auth_time >= org.policy.browser_session_lifetime_s:
        return None
    return session


def start_session(org: DemoOrg, session: BrowserSession, response: Response) -> None:
    """Store the session, and set its cookie on `response`."""
    org.pending.keep_sessions(org.clock.now() - org.policy.browser_session_lifetime_s)
    value = secrets.token_urlsafe(24)
    org.pending.sessions[hashed(value)] = session
    response.set_cookie(_cookie(org), value, path="/", httponly=True, samesite="lax", secure=_is_secure(org))


def end_session(org: DemoOrg, request: Request, response: Response) -> None:
    org.pending.sessions.pop(hashed(request.cookies.get(_cookie(org), "")), None)
    response.delete_cookie(_cookie(org), path="/", httponly=True, samesite="lax", secure=_is_secure(org))


def _cookie(org: DemoOrg) -> str:
    # cookies are not isolated by port (RFC 6265 §8.5), so two orgs on one machine need two names
    return f"lapse-demo-sid-{urlsplit(org.issuer_base).port or 0}"


def _is_secure(org: DemoOrg) -> bool:
    return org.issuer_base.startswith("https:")
