"""The two pages a person sees in the browser: sign in, and why that is not possible."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from starlette.responses import HTMLResponse, Response

from app.demo.dialect import OktaError

if TYPE_CHECKING:
    from app.demo.authorize import AuthorizationRequest
    from app.demo.org import DemoOrg

_FOLDER = Path(__file__).parent
_BAD_REQUEST = 400


def sign_in_page(
    org: "DemoOrg", asked: "AuthorizationRequest", *, username: str | None = None, message: str = ""
) -> Response:
    """Return the sign-in page; `message` says why the last try failed, `username` is what was typed then."""
    text = _template("sign-in.html").render(
        css=_css(),
        login=org.user.short_login,
        password=org.user.password,
        username=username or asked.login_hint or org.user.short_login,
        message=message,
        client=org.clients[asked.client_id].label,
        scopes=asked.scopes,
        lifetime_s=org.policy.access_token_lifetime_s,
    )
    status = _BAD_REQUEST if message else 200
    return _page(text, status=status, form_action=f"'self' {_source(asked.redirect_uri)}")


def refusal_page(error: OktaError) -> Response:
    """Return the page for a request whose redirect URI cannot be trusted: nobody to send the browser back to."""
    text = _template("refusal.html").render(css=_css(), error=error)
    return _page(text, status=max(error.status, _BAD_REQUEST), form_action="'none'")


def _page(text: str, *, status: int, form_action: str) -> Response:
    policy = (
        f"default-src 'none'; style-src '{_css_hash()}'; img-src data:; form-action {form_action}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return HTMLResponse(text, status_code=status, headers=headers)


def _source(redirect_uri: str) -> str:
    # browsers hold the redirect after a form against form-action; CSP has no way to write an IPv6 address
    parts = urlsplit(redirect_uri)
    return "http:" if "[" in parts.netloc else f"{parts.scheme}://{parts.netloc}"


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)


def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _css() -> str:
    return (_FOLDER / "page.css").read_text(encoding="utf-8")


@cache
def _css_hash() -> str:
    digest = hashlib.sha256(_css().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
