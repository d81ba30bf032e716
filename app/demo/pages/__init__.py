"""The pages a user sees in the browser: sign in, allow, go back, signed out, and why something is not possible."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from starlette.responses import HTMLResponse, Response

from app.demo.authorization_request import AuthorizationRequest
from app.demo.dialect import OktaError
from app.demo.endpoints.signin import CodeAsked, PasswordAsked
from app.demo.org import DemoOrg, User
from app.demo.pending import DeviceSignIn
from app.demo.phone import Phone
from app.text import duration

_FOLDER = Path(__file__).parent
_BAD_REQUEST = 400
_NOWHERE = "'none'"
_SELF = "'self'"
_SUBMIT = "document.forms[0].submit()"
# do not reload while the user has the focus in the page
_LOOK_AGAIN = "setInterval(() => { if (document.activeElement === document.body) location.reload() }, 5000)"


def sign_in_page(org: DemoOrg, asked: AuthorizationRequest, step: PasswordAsked) -> Response:
    """Return the sign-in page; `step` has the last attempt's error and login."""
    return _sign_in(
        org,
        step,
        username=step.username or asked.login_hint or org.user.short_login,
        form_action=_back_to(asked),
        client=asked.application.label,
        scopes=asked.scopes,
        hidden={},
    )


def verify_page(asked: AuthorizationRequest, step: CodeAsked) -> Response:
    """Return the page that asks for the one-time code, after the password."""
    return _verify(step, form_action=_back_to(asked), client=asked.application.label, hidden={})


def consent_page(asked: AuthorizationRequest, user: User, ticket: str) -> Response:
    return page(
        "consent.html",
        form_action=_back_to(asked),
        client=asked.application.label,
        name=user.name,
        scopes=asked.scopes,
        ticket=ticket,
    )


def activate_page(user_code: str, *, message: str = "", status: int = 200) -> Response:
    """Return the page that asks for a device's user code; `message` says why the last one was refused."""
    return page("activate.html", status=status, user_code=user_code, message=message)


def device_sign_in_page(org: DemoOrg, device: DeviceSignIn, step: PasswordAsked) -> Response:
    """Return the sign-in page after a device's user code."""
    return _sign_in(
        org,
        step,
        username=step.username or org.user.short_login,
        client=_label(org, device),
        scopes=device.scopes,
        hidden={"user_code": device.user_code},
    )


def device_verify_page(org: DemoOrg, device: DeviceSignIn, step: CodeAsked) -> Response:
    """Return the page that asks for the one-time code after a device's user code."""
    return _verify(step, client=_label(org, device), hidden={"user_code": device.user_code})


def device_consent_page(org: DemoOrg, device: DeviceSignIn, user: User, ticket: str) -> Response:
    """Return the page that asks the signed-in `user` to allow the device."""
    return page("activate-allow.html", client=_label(org, device), user=user, device=device, ticket=ticket)


def activated_page(org: DemoOrg, device: DeviceSignIn, *, is_allowed: bool) -> Response:
    """Return the page after the user has allowed or denied a device."""
    return page("activated.html", form_action=_NOWHERE, client=_label(org, device), is_allowed=is_allowed)


def phone_page(phone: Phone, message: str = "") -> Response:
    """Return the page that simulates a user's phone; `message` says why the last answer failed."""
    return page("phone.html", status=_BAD_REQUEST if message else 200, script=_LOOK_AGAIN, phone=phone, message=message)


def form_post_page(redirect_uri: str, fields: dict[str, str]) -> Response:
    """Return the page that posts `fields` back automatically (OAuth 2.0 Form Post Response Mode)."""
    return page("form-post.html", form_action=_source(redirect_uri), script=_SUBMIT, action=redirect_uri, fields=fields)


def signed_out_page() -> Response:
    return page("signed-out.html", form_action=_NOWHERE)


def refusal_page(error: OktaError) -> Response:
    """Return the page for a request whose redirect URI cannot be trusted."""
    return page("refusal.html", status=max(error.status, _BAD_REQUEST), form_action=_NOWHERE, error=error)


def page(template: str, /, *, form_action: str = _SELF, status: int = 200, script: str = "", **values: Any) -> Response:
    """Return `template` as a page whose Content-Security-Policy allows only posting its form to `form_action`."""
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


def _sign_in(org: DemoOrg, step: PasswordAsked, **values: Any) -> Response:
    return page(
        "sign-in.html",
        status=_BAD_REQUEST if step.message else 200,
        login=org.user.short_login,
        password=org.user.password,
        others=[user for user in org.users.values() if user.has_second_factor],
        message=step.message,
        lifetime=duration(org.policy.access_token_lifetime_s),
        **values,
    )


def _verify(step: CodeAsked, **values: Any) -> Response:
    return page("verify.html", status=_BAD_REQUEST if step.message else 200, step=step, **values)


def _label(org: DemoOrg, device: DeviceSignIn) -> str:
    application = org.applications.get(device.client_id)
    return application.label if application else device.client_id


def _back_to(asked: AuthorizationRequest) -> str:
    return f"{_SELF} {_source(asked.back.redirect_uri)}"


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
