"""Which application asks: public ones name themselves and have no secret (RFC 6749 §2.3, Okta fact §1.4)."""

import base64
import binascii

from starlette.requests import Request

from app.demo import dialect, words
from app.demo.applications import Application, Grant
from app.demo.dialect import Refused, listed
from app.demo.forms import Parameters
from app.demo.ledger import CodeRecord, Family
from app.demo.org import DemoOrg
from app.demo.pending import PendingSignIn


def identified_application(org: DemoOrg, request: Request, form: Parameters) -> Application:
    """Return the application that asks; raises Refused when it is unknown, deactivated or shows credentials."""
    basic = _basic_user(request.headers.get("authorization", ""))
    in_body = {"client_secret", "client_assertion"} & form.keys()
    if basic is not None and in_body:
        raise Refused(dialect.MULTIPLE_CREDENTIALS)
    client_id = form.get("client_id", basic)
    if client_id is None:
        raise Refused(dialect.NO_CREDENTIALS)
    application = known_application(org, request, client_id)
    if basic is not None or in_body:
        raise Refused(dialect.INVALID_SECRET, words.PUBLIC_CLIENT)
    return application


def known_application(org: DemoOrg, request: Request, client_id: str) -> Application:
    """Return the active application of this id; raises Refused."""
    application = org.applications.get(client_id)
    if application is None:
        raise Refused(dialect.INVALID_CLIENT_ID, words.NO_SUCH_CLIENT)
    request.state.client_id = application.id
    if not application.is_active:
        raise Refused(dialect.INVALID_CLIENT_ID, words.CLIENT_DEACTIVATED)
    return application


def check_grant(application: Application, grant: Grant) -> None:
    """Raise Refused when the application is not configured for the grant."""
    if not application.may(grant):
        cause = words.grant_off(grant.short, application.label)
        raise Refused(dialect.UNAUTHORIZED_CLIENT.about(listed(application.grant_types)), cause)


def check_issued(what: str, issued: CodeRecord | Family | PendingSignIn, application: Application, issuer: str) -> None:
    """Raise Refused when a grant was issued to another client (RFC 6749 §5.2) or by another server."""
    if issued.client_id != application.id:
        raise Refused(dialect.MISMATCHED_CLIENT, words.issued_to(what, issued.client_id))
    if issued.issuer != issuer:
        raise Refused(dialect.MISMATCHED_SERVER, words.issued_by(what, issued.issuer))


def required(form: Parameters, name: str) -> str:
    """Return a parameter; raises Refused when it is missing."""
    if name not in form:
        raise Refused(dialect.MISSING_PARAMETER.about(name))
    return form[name]


def save(org: DemoOrg) -> None:
    """Save the ledger; a disk that refuses becomes Okta's `temporarily_unavailable`, and no token leaves."""
    try:
        org.ledger.save()
    except OSError as failed:
        raise Refused(dialect.UNAVAILABLE, words.disk_refused(failed.strerror)) from None


def _basic_user(header: str) -> str | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value).decode("latin-1").partition(":")[0]
    except (binascii.Error, ValueError):
        return ""
