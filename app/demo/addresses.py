"""A demo org's addresses and tokens, for programs that may change its settings."""

from dataclasses import dataclass, field

from app.connection import DEMO_CLIENT_ID
from app.demo.identity import api_token, control_token
from app.demo.servers import DEFAULT

DEFAULT_PORT = 8899

USERNAME, PASSWORD = "ada", "engine-1843"
"""The user of the demo; the sign-in page shows both."""

MOVED_HEADER = "Lapse-Moved-S"
"""The response header with the seconds by which the org's time was moved, which Lapse follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """What a program needs to use the org; password and tokens are a demo's, made to be shown.

    `api_token` opens the Applications API and the System Log under `org_url` (`Authorization: SSWS …`),
    `control_token` the control API at `control_url` (`Authorization: Bearer …`).
    """

    issuer: str
    client_id: str
    api_url: str
    username: str
    password: str = field(repr=False)
    org_url: str
    api_token: str = field(repr=False)
    control_url: str
    control_token: str = field(repr=False)


def addresses_of(base_url: str, identity: str) -> Addresses:
    """Return the addresses of the org at `base_url` whose ledger holds `identity`."""
    return Addresses(
        issuer=base_url + DEFAULT.path,
        client_id=DEMO_CLIENT_ID,
        api_url=f"{base_url}/api/me",
        username=USERNAME,
        password=PASSWORD,
        org_url=base_url,
        api_token=api_token(identity),
        control_url=f"{base_url}/demo/control",
        control_token=control_token(identity),
    )
