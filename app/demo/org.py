"""The demo org's state in one place: its people, its client, its policy, clock and ledger."""

import re
from collections import Counter
from dataclasses import dataclass

from starlette.types import ASGIApp

from app.clock import Clock
from app.demo.front import open_front
from app.demo.host import DEFAULT_PORT
from app.demo.issuer import PATH
from app.demo.ledger import MemoryLedger
from app.demo.policy import Policy
from app.settings import DEMO_CLIENT_ID

_LOOPBACK_CALLBACK = re.compile(r"http://(?:127\.0\.0\.1|\[::1\]):([1-9][0-9]{0,4})/callback")
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person of the demo org; the password is no secret, the sign-in page shows it."""

    id: str
    login: str
    name: str
    password: str

    @property
    def short_login(self) -> str:
        """The login without its domain, which Okta accepts too."""
        return self.login.partition("@")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A public native client; any loopback port will do for its redirect (RFC 8252 §7.3; Okta wants the exact one)."""

    id: str
    label: str

    def may_return_to(self, redirect_uri: str) -> bool:
        """Return whether this is `/callback` on a port of the loopback literal."""
        match = _LOOPBACK_CALLBACK.fullmatch(redirect_uri)
        return match is not None and int(match[1]) <= _LAST_PORT


ADA = User(id="00u-demo-ada", login="ada@example.com", name="Ada Lovelace", password="engine-1843")  # noqa: S106
LAPSE = Client(id=DEMO_CLIENT_ID, label="Lapse")


class DemoOrg:
    """An authorization server and API as an ASGI application, `app`; every attribute may be turned while it runs.

    `issuer_base` is where it is reached and must be set before anyone asks; `counters` counts requests by endpoint:
    discovery, keys, authorize, sign_in, token, userinfo, revoke, api. Everything runs on the caller's loop, and time
    is `clock`'s alone.
    """

    audience = "api://default"
    idp = "00o-demo-org"
    scopes = ("openid", "profile", "email", "address", "phone", "offline_access")

    def __init__(self, clock: Clock, policy: Policy | None = None, ledger: MemoryLedger | None = None) -> None:
        self.clock = clock
        self.policy = policy or Policy()
        self.ledger = ledger or MemoryLedger()
        self.users = {ADA.id: ADA}
        self.clients = {LAPSE.id: LAPSE}
        self.counters: Counter[str] = Counter()
        self.issuer_base = f"http://127.0.0.1:{DEFAULT_PORT}"
        self.app: ASGIApp = open_front(self)

    @property
    def issuer(self) -> str:
        """The issuer identifier of the authorization server `default`."""
        return self.issuer_base + PATH

    @property
    def api_url(self) -> str:
        """The URL of the API call a demo begins with."""
        return f"{self.issuer_base}/api/me"

    @property
    def user(self) -> User:
        """The person whose password the sign-in page shows."""
        return next(iter(self.users.values()))

    def user_named(self, username: str) -> User | None:
        """Return the user with this login, with or without its domain, in any case."""
        name = username.strip().lower()
        return next((user for user in self.users.values() if name in (user.login, user.short_login)), None)
