"""The first tokens of a sign-in, whatever the grant: its scopes, its family, its tokens."""

from typing import Any

from starlette.requests import Request

from app.demo import dialect
from app.demo.applications import Application, Grant
from app.demo.dialect import Refused
from app.demo.endpoint_routes import active_faults
from app.demo.faults import FaultKind
from app.demo.minting import OFFLINE, new_family, new_refresh_token, token_response
from app.demo.org import DemoOrg
from app.demo.servers import AuthorizationServer


def understood_scopes(server: AuthorizationServer, application: Application, text: str) -> tuple[str, ...]:
    """Return the scopes asked for, each once; raises Refused for none, unknown ones, or OpenID's without `openid`.

    `offline_access` is dropped in silence when the application lacks the Refresh Token grant.
    """
    scopes = tuple(dict.fromkeys(text.split()))
    if not scopes:
        raise Refused(dialect.NO_SCOPES)
    if not set(scopes) <= set(server.scopes):
        raise Refused(dialect.UNKNOWN_SCOPE)
    if "openid" not in scopes:
        raise Refused(dialect.OPENID_REQUIRED)
    return tuple(scope for scope in scopes if scope != OFFLINE or application.may(Grant.REFRESH))


def first_tokens(
    org: DemoOrg,
    server: AuthorizationServer,
    request: Request,
    application: Application,
    *,
    user_id: str,
    scopes: tuple[str, ...],
    auth_time: float,
    amr: tuple[str, ...] = ("pwd",),
    nonce: str | None = None,
) -> dict[str, Any]:
    """Return the token response of a new sign-in, entered in the ledger but not saved yet; raises Refused.

    `auth_time` in epoch seconds. User and family are noted in the request's state, for the System Log.
    """
    request.state.user_id = user_id
    if not org.policy.user_is_assigned:
        raise Refused(dialect.USER_NOT_ASSIGNED)
    family = new_family(
        org, server, client_id=application.id, user_id=user_id, scopes=scopes, auth_time=auth_time, amr=amr
    )
    request.state.family = family.id
    faults = active_faults(request)
    tokens = token_response(org, server, family, scopes, nonce=nonce, faults=faults)
    if OFFLINE in scopes and FaultKind.NO_REFRESH_TOKEN not in faults:
        tokens["refresh_token"] = new_refresh_token(org, family)
    return tokens
