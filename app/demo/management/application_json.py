"""An application as the Applications API shows it: members with an effect, members only kept, and Okta's defaults."""

from datetime import UTC, datetime
from typing import Any

from app.demo.applications import Application, Grant
from app.demo.management.body_members import merged
from app.demo.org import DemoOrg

_DEFAULTS: dict[str, Any] = {
    "features": [],
    "accessibility": {"selfService": False, "errorRedirectUrl": None, "loginRedirectUrl": None},
    "visibility": {
        "autoLaunch": False,
        "autoSubmitToolbar": False,
        "hide": {"iOS": True, "web": True},
        "appLinks": {"oidc_client_link": True},
    },
    "profile": {},
    "credentials": {
        "userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"},
        "oauthClient": {"autoKeyRotation": True},
    },
    "settings": {
        "app": {},
        "notifications": {"vpn": {"network": {"connection": "DISABLED"}, "message": None, "helpUrl": None}},
        "notes": {"admin": None, "enduser": None},
        "manualProvisioning": False,
        "implicitAssignment": False,
        "emOptInStatus": "NONE",
        "oauthClient": {
            "client_uri": None,
            "logo_uri": None,
            "tos_uri": None,
            "policy_uri": None,
            "initiate_login_uri": None,
            "response_types": ["code"],
            "issuer_mode": "DYNAMIC",
            "idp_initiated_login": {"mode": "DISABLED", "default_scope": []},
            "wildcard_redirect": "DISABLED",
            "dpop_bound_access_tokens": False,
        },
    },
}


def shown(org: DemoOrg, application: Application) -> dict[str, Any]:
    """Return the application as JSON (Okta fact §3.2)."""
    kept = application.more.get("kept", {})
    return merged(_head(org, application), _DEFAULTS, kept, _own(org, application), _links(org, application))


def iso(at: float) -> str:
    """Return epoch seconds as Okta writes times: ISO 8601 with milliseconds, in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _head(org: DemoOrg, application: Application) -> dict[str, Any]:
    return {
        "id": application.id,
        "orn": f"orn:okta:idp:{org.idp}:apps:oidc_client:{application.id}",
        "name": "oidc_client",
        "label": application.label,
        "status": "ACTIVE" if application.is_active else "INACTIVE",
        "lastUpdated": iso(application.last_updated),
        "created": iso(application.created),
        "signOnMode": "OPENID_CONNECT",
    }


def _own(org: DemoOrg, application: Application) -> dict[str, Any]:
    client: dict[str, Any] = {
        "application_type": application.application_type,
        "grant_types": [*application.grant_types, *application.more.get("other_grant_types", ())],
        "redirect_uris": list(application.redirect_uris),
        "post_logout_redirect_uris": list(application.post_logout_redirect_uris),
        "consent_method": "REQUIRED" if application.requires_consent else "TRUSTED",
    }
    if application.may(Grant.REFRESH):
        # Okta shows it with the grant only (Okta fact §3.2)
        client["refresh_token"] = {"rotation_type": application.rotation_type, "leeway": application.grace_s}
    identity = {"client_id": application.id, "token_endpoint_auth_method": "none", "pkce_required": True}
    signing = {"kid": org.ledger.keys[0].kid}
    return {"credentials": {"oauthClient": identity, "signing": signing}, "settings": {"oauthClient": client}}


def _links(org: DemoOrg, application: Application) -> dict[str, Any]:
    url = f"{org.issuer_base}/api/v1/apps/{application.id}"
    other = "deactivate" if application.is_active else "activate"
    return {"_links": {"self": {"href": url}, other: {"href": f"{url}/lifecycle/{other}"}}}
