"""Where an org's management API is, from the issuer of one of its authorization servers."""

import re
from urllib.parse import urlsplit

from app.connection_field import ConnectionField
from app.errors import BadInput
from app.urls import check_url

# The org authorization server's issuer is the org's own URL; a custom one's has a path (Okta fact §2.5).
_ISSUER_PATH = re.compile(r"|/|/oauth2/[A-Za-z0-9_-]+/?")


def org_url(issuer: str) -> str:
    """Return `https://org.okta.com` for an issuer there, on a custom domain and the demo org alike; raises BadInput.

    The API token is sent nowhere else.
    """
    parts = urlsplit(check_url(issuer, "The issuer", ConnectionField.ISSUER))
    if not _ISSUER_PATH.fullmatch(parts.path) or parts.query or parts.fragment:
        raise BadInput(
            f"{issuer.strip()} is no issuer of Okta's, and the Applications API is Okta's alone.",
            next_step="Okta's issuers look like https://org.okta.com/oauth2/default or https://org.okta.com.",
            field=ConnectionField.ISSUER,
        )
    return f"{parts.scheme}://{parts.netloc}"
