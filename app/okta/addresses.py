"""Where an org's management API is, from the issuer of one of its authorization servers."""

import re
from urllib.parse import urlsplit

from app.connection_field import ConnectionField
from app.errors import BadInput
from app.okta import words
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
            words.no_issuer(issuer.strip()),
            next_step=words.NO_ISSUER_NEXT,
            field=ConnectionField.ISSUER,
        )
    return f"{parts.scheme}://{parts.netloc}"
