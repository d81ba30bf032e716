"""The two authorization servers of an org: the custom one called `default`, and the org's own (Okta fact §2.1)."""

from dataclasses import dataclass

from app.demo.policy import DAY_S, HOUR_S, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """How long what a server issues lives, in seconds; 0 means no limit."""

    access_token_s: int
    id_token_s: int
    refresh_token_s: int
    refresh_idle_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationServer:
    """An authorization server; `path` follows the org's base URL and makes its issuer identifier.

    `audience` is None where access tokens are meant for the org itself.
    """

    id: str
    path: str
    audience: str | None
    scopes: tuple[str, ...]

    @property
    def endpoints(self) -> str:
        return f"{self.path or '/oauth2'}/v1"

    @property
    def is_org(self) -> bool:
        """Whether this is the org's own server, whose access tokens are opaque to clients."""
        return self.audience is None

    def lifetimes(self, policy: Policy) -> Lifetimes:
        """Return its token lifetimes; those of the org server are fixed, without idle limit (Okta fact §2.7)."""
        if self.is_org:
            return Lifetimes(access_token_s=HOUR_S, id_token_s=HOUR_S, refresh_token_s=90 * DAY_S, refresh_idle_s=0)
        return Lifetimes(
            access_token_s=policy.access_token_lifetime_s,
            id_token_s=policy.id_token_lifetime_s,
            refresh_token_s=policy.refresh_token_lifetime_s,
            refresh_idle_s=policy.refresh_idle_s,
        )

    def event(self, name: str) -> str:
        """Return the System Log's name of an OAuth event here, `token.grant` for example (Okta fact §2.9)."""
        return f"app.oauth2.{name}" if self.is_org else f"app.oauth2.as.{name}"


_SCOPES = ("openid", "profile", "email", "address", "phone", "offline_access")
DEFAULT = AuthorizationServer(id="default", path="/oauth2/default", audience="api://default", scopes=_SCOPES)
ORG = AuthorizationServer(id="org", path="", audience=None, scopes=(*_SCOPES, "groups"))
SERVERS = (DEFAULT, ORG)
