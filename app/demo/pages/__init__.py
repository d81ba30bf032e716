"""The pages a person sees in the browser: sign in, allow, go back, signed out, and why something is not possible."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from starlette.responses import HTMLResponse, Response

from app.demo.dialect import OktaError
from app.text import duration

if TYPE_CHECKING:
    from app.demo.endpoints.authorize import AuthorizationRequest
    from app.demo.org import DemoOrg, User

_FOLDER = Path(__file__).parent
_BAD_REQUEST = 400
_NOWHERE = "'none'"
_SELF = "'self'"
_SUBMIT = "document.forms[0].submit()"


def sign_in_page(
    org: "DemoOrg", asked: "AuthorizationRequest", *, username: str | None = None, message: str = ""
) -> Response:
    """Return the sign-in page; `message` says why the last try failed, `username` is what was typed then."""
    return page(
        "sign-in.html",
        status=_BAD_REQUEST if message else 200,
        form_action=f"{_SELF} {_source(asked.back.redirect_uri)}",
        login=org.user.short_login,
        password=org.user.password,
        username=username or asked.login_hint or org.user.short_login,
        message=message,
        client=asked.application.label,
        scopes=asked.scopes,
        lifetime=duration(org.policy.access_token_lifetime_s),
    )


def consent_page(asked: "AuthorizationRequest", user: "User", ticket: str) -> Response:
    """Return the page that asks the signed-in `user` to allow what was asked for."""
    return page(
        "consent.html",
        form_action=f"{_SELF} {_source(asked.back.redirect_uri)}",
        client=asked.application.label,
        name=user.name,
        scopes=asked.scopes,
        ticket=ticket,
    )


def form_post_page(redirect_uri: str, fields: dict[str, str]) -> Response:
    """Return the page that takes `fields` back by itself (OAuth 2.0 Form Post Response Mode)."""
    return page("form-post.html", form_action=_source(redirect_uri), script=_SUBMIT, action=redirect_uri, fields=fields)


def signed_out_page() -> Response:
    """Return the page at the end of a sign-out that goes nowhere else."""
    return page("signed-out.html", form_action=_NOWHERE)


def refusal_page(error: OktaError) -> Response:
    """Return the page for a request whose redirect URI cannot be trusted: nobody to send the browser back to."""
    return page("refusal.html", status=max(error.status, _BAD_REQUEST), form_action=_NOWHERE, error=error)


def with_query(uri: str, fields: dict[str, str]) -> str:
    """Return `uri` with `fields` added to its query."""
    return f"{uri}{'&' if urlsplit(uri).query else '?'}{urlencode(fields)}"


def page(template: str, /, *, form_action: str = _SELF, status: int = 200, script: str = "", **values: Any) -> Response:
    """Return `template` as a page that may do nothing but post its own form to `form_action`."""
    text = _template(template).render(css=_css(), script=script, **values)
    scripts = f"script-src '{_hash(script)}'; " if script else ""
    policy = (
        f"default-src 'none'; style-src '{_hash(_css())}'; {scripts}img-src data:; form-action {form_action}; "
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
def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
