"""What a PUT makes of an application: every rule of Okta's validation that a public client can break."""

from dataclasses import replace

from app.demo.applications import Application, Grant, Rotation
from app.demo.management import body_members
from app.demo.management.body_members import Found
from app.demo.management.refusals import blank, failed, failed_member, forbidden, invalid_value
from app.urls import may_be_redirect_uri

_NONE = "none"
_NATIVE = "native"
_ALGORITHMS = ("HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
# Okta has these grants too; the org keeps them, but refuses their use with unsupported_grant_type.
_OTHER_GRANTS = (
    "client_credentials",
    "implicit",
    "interaction_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:openid:params:grant-type:ciba",
)
_RESPONSE_TYPES = frozenset({"code", "id_token", "token"})
_LONGEST_LABEL = 100
_MOST_GRACE_S = 60
_USUAL_GRACE_S = 30
_MOST_URIS = 100

_KEPT = {
    "accessibility": {"selfService": bool, "errorRedirectUrl": str, "loginRedirectUrl": str},
    "visibility": {
        "autoLaunch": bool,
        "autoSubmitToolbar": bool,
        "hide": {"iOS": bool, "web": bool},
        "appLinks": {"oidc_client_link": bool},
    },
    "profile": dict,
    "credentials": {
        "userNameTemplate": {"template": str, "type": ("BUILT_IN", "CUSTOM", "NONE"), "userSuffix": str},
        "oauthClient": {"autoKeyRotation": bool},
    },
    "settings": {
        "app": dict,
        "notifications": {
            "vpn": {
                "network": {
                    "connection": ("ANYWHERE", "DISABLED", "OFF_NETWORK", "ON_NETWORK", "ZONE"),
                    "include": list,
                    "exclude": list,
                },
                "message": str,
                "helpUrl": str,
            }
        },
        "notes": {"admin": str, "enduser": str},
        "manualProvisioning": bool,
        "implicitAssignment": bool,
        "oauthClient": {
            "client_uri": str,
            "logo_uri": str,
            "tos_uri": str,
            "policy_uri": str,
            "initiate_login_uri": str,
            "response_types": list,
            "issuer_mode": ("ORG_URL", "CUSTOM_URL", "DYNAMIC"),
            "idp_initiated_login": {"mode": ("DISABLED", "OKTA", "SPEC"), "default_scope": list},
            "wildcard_redirect": ("DISABLED", "SUBDOMAIN"),
            "jwks": {"keys": list},
            "jwks_uri": str,
            "network": dict,
            "participate_slo": bool,
            "frontchannel_logout_uri": str,
            "frontchannel_logout_session_required": bool,
            "request_object_signing_alg": _ALGORITHMS,
            "sector_identifier_uri": str,
            "subject_type": ("public", "pairwise"),
        },
    },
}
"""The members that Okta keeps but have no effect here; unknown ones are dropped, as Okta does."""


def replacement(before: Application, body: Found) -> Application:
    """Return the application after a PUT of `body`; raises ManagementRefused with Okta's error.

    id, name, status, created and lastUpdated in the body are ignored (Okta fact §3.3). Sentences missing
    from our facts are ours, in Okta's style.
    """
    if body_members.one_of(body, "signOnMode", ("OPENID_CONNECT",)) is None:
        raise blank("signOnMode")
    settings = _required(body, "settings")
    client = _required(settings, "oauthClient")
    _check_credentials(before, _required(_required(body, "credentials"), "oauthClient"))
    _check_client(before, client)
    grants = _grant_types(before, client)
    rotation, grace_s = _refresh_settings(before, client, grants)
    return replace(
        before,
        label=_label(body),
        grant_types=tuple(Grant(each) for each in grants if each not in _OTHER_GRANTS),
        rotation_type=rotation,
        grace_s=grace_s,
        redirect_uris=_redirect_uris(client, grants),
        post_logout_redirect_uris=_uris(client, "post_logout_redirect_uris"),
        requires_consent=body_members.one_of(client, "consent_method", ("TRUSTED", "REQUIRED")) == "REQUIRED",
        more={
            "kept": body_members.kept(body, _KEPT),
            "other_grant_types": [each for each in grants if each in _OTHER_GRANTS],
        },
    )


def _required(found: Found, name: str) -> Found:
    value = body_members.part(found, name)
    if value is None:
        raise blank(name)
    return value


def _label(body: Found) -> str:
    label = (body_members.text(body, "label") or "").strip()
    if not label:
        raise blank("label")
    if len(label) > _LONGEST_LABEL:
        raise failed_member("label", f"The field is too long, it can have {_LONGEST_LABEL} characters")
    return label


def _check_credentials(before: Application, found: Found) -> None:
    client_id = body_members.text(found, "client_id")
    if client_id not in (None, before.id):
        raise failed_member("client_id", "'client_id' cannot be changed.")
    # Okta's default is client_secret_basic; this org has public applications only, and says so
    method = body_members.text(found, "token_endpoint_auth_method")
    if method != _NONE:
        raise failed_member(
            "token_endpoint_auth_method", "The demo org has public applications only: 'none' is required."
        )
    if body_members.flag(found, "pkce_required") is False:
        raise failed_member(
            "pkce_required", "'pkce_required' must be true when 'token_endpoint_auth_method' is 'none'."
        )


def _check_client(before: Application, client: Found) -> None:
    kind = body_members.one_of(client, "application_type", ("browser", _NATIVE, "service", "web"))
    if kind not in (None, before.application_type):
        raise failed_member("application_type", "'application_type' cannot be changed.")
    if body_members.flag(client, "dpop_bound_access_tokens"):
        raise failed_member("dpop_bound_access_tokens", "The demo org does not bind tokens to keys.")
    types = body_members.texts(client, "response_types")
    if types is not None and not set(types) <= _RESPONSE_TYPES:
        raise invalid_value("response_types")


def _grant_types(before: Application, client: Found) -> list[str]:
    found = body_members.texts(client, "grant_types")
    if found is None:
        raise failed("grantTypes", "'grant_types' is required.")
    grants = list(dict.fromkeys(found))
    if not set(grants) <= {*Grant, *_OTHER_GRANTS}:
        raise invalid_value("grant_types")
    is_native = before.application_type == _NATIVE
    if is_native and Grant.CODE not in grants:
        raise failed("App Instance", "'authorization_code' grant type is required for native applications.")
    banned = "client_credentials" if is_native else Grant.DEVICE
    if banned in grants:
        raise failed(
            "App Instance", f"'{banned}' grant type is not allowed for {before.application_type} applications."
        )
    if Grant.CODE in grants and "code" not in (body_members.texts(client, "response_types") or ["code"]):
        raise failed("App Instance", "'code' response type is required for the 'authorization_code' grant type.")
    return grants


def _refresh_settings(before: Application, client: Found, grants: list[str]) -> tuple[Rotation, int]:
    """Return rotation and grace period; both are unchanged if the object is absent (Okta fact §3.3)."""
    found = body_members.part(client, "refresh_token")
    if found is None:
        return before.rotation_type, before.grace_s
    if before.application_type == "service":
        raise forbidden()
    if Grant.REFRESH not in grants:
        # our copy of Okta's sentence ends at "con"; the rest is ours
        raise failed("App Instance", "'refresh_token' grant type is required to configure 'refresh_token' settings.")
    rotation = body_members.one_of(found, "rotation_type", tuple(Rotation))
    if rotation is None:
        raise failed("rotationType", "'rotation_type' is required.")
    grace_s = body_members.whole(found, "leeway")
    if grace_s is None:
        grace_s = _USUAL_GRACE_S
    if not 0 <= grace_s <= _MOST_GRACE_S:
        raise failed_member("leeway", f"The field must lie between 0 and {_MOST_GRACE_S}")
    return Rotation(rotation), grace_s


def _redirect_uris(client: Found, grants: list[str]) -> tuple[str, ...]:
    uris = _uris(client, "redirect_uris")
    if not uris and Grant.CODE in grants:
        raise failed("redirectUris", "'redirect_uris' is required for the 'authorization_code' grant type.")
    return uris


def _uris(client: Found, name: str) -> tuple[str, ...]:
    uris = tuple(dict.fromkeys(body_members.texts(client, name) or ()))
    if len(uris) > _MOST_URIS or not all(map(may_be_redirect_uri, uris)):
        raise invalid_value(name)
    return uris
