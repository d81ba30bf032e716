"""The demo org's state: its users, applications, policy, clock, ledger, faults and System Log."""

from collections import Counter
from dataclasses import asdict, dataclass, fields, replace
from enum import Enum
from typing import Any

from app.clock import Clock, OwnClock
from app.demo.addresses import DEFAULT_PORT, PASSWORD, USERNAME, Addresses, addresses_of
from app.demo.applications import LAPSE, Application, Grant, Rotation, remembered
from app.demo.cause import Cause
from app.demo.faults import FaultBoard
from app.demo.ledger import MemoryLedger
from app.demo.pending import Pending
from app.demo.policy import Policy, Successor, TokenFormat
from app.demo.presets import preset_named
from app.demo.scenarios import ConformanceModule
from app.demo.servers import DEFAULT, AuthorizationServer
from app.demo.system_log import SystemLog
from app.errors import BadInput
from app.refusal_cause import RefusalCause


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user of the demo org; the password is no secret, the sign-in page shows it.

    With a second factor, signing in without a browser needs a one-time code or a push as well.
    """

    id: str
    login: str
    name: str
    password: str
    has_second_factor: bool = False

    @property
    def short_login(self) -> str:
        """The login without its domain, which Okta accepts too."""
        return self.login.partition("@")[0]


ADA = User(id="00u-demo-ada", login=f"{USERNAME}@example.com", name="Ada Lovelace", password=PASSWORD)
GRACE = User(
    id="00u-demo-grace",
    login="grace@example.com",
    name="Grace Hopper",
    password="compiler-1952",  # noqa: S106
    has_second_factor=True,
)
_ENUMS: dict[str, type[Enum]] = {
    "successor": Successor,
    "access_token_format": TokenFormat,
    "rotation_type": Rotation,
}
_APPLICATION_KNOBS = ("rotation_type", "grace_s", "requires_consent", "is_active")
_GRANT_KNOB = "refresh_grant_enabled"
_BY_ADMIN = Cause(kind=RefusalCause.REVOKED_BY_ADMIN)


class DemoOrg:
    """Authorization servers and an API, answered for by `front.asgi`; each attribute may be changed while it runs.

    `issuer_base` is where it is reached and must be set before the first request; `counters` counts requests by
    endpoint (see `app.demo.faults.ENDPOINTS`). Everything runs on the caller's loop, and time is `clock`'s alone: the
    given one plus the org's own skew. `addresses` has the tokens that open the Applications API and the control API.

    A whole story in simulated time; nothing listens on a port and nothing waits::

        async def story() -> None:
            org = DemoOrg(SimClock(), Policy(access_token_lifetime_s=60))
            async with httpx.AsyncClient(transport=OrgTransport(org)) as http:

                async def token(**form: str) -> httpx.Response:
                    data = {"client_id": org.application.id, **form}
                    return await http.post(f"{org.issuer}/v1/token", data=data)

                async def api(access_token: str) -> int:
                    bearer = {"Authorization": f"Bearer {access_token}"}
                    return (await http.get(org.api_url, headers=bearer)).status_code

                who = {"username": org.user.login, "password": org.user.password}
                first = (await token(grant_type="password", scope="openid offline_access", **who)).json()
                assert await api(first["access_token"]) == 200
                org.clock.jump(61)  # seconds, on both sides
                assert await api(first["access_token"]) == 401

                # The server commits the rotation, and its response is lost.
                org.faults.switch_on([Fault.parse("close-after@token.refresh*1")])
                again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
                with suppress(httpx.RemoteProtocolError):
                    await token(**again)
                second = await token(**again)  # the grace period is what makes this work
                assert await api(second.json()["access_token"]) == 200

                org.choose_preset("strict-single-use")  # no grace period: the old token ends the family
                refused = await token(**again)
                assert refused.json()["error"] == "invalid_grant"
                assert org.counters["token"] == 4

        with asyncio.Runner(loop_factory=SimLoop) as runner:
            runner.run(story())
    """

    idp = "00o-demo-org"

    def __init__(self, clock: Clock, policy: Policy | None = None, ledger: MemoryLedger | None = None) -> None:
        self.clock = OwnClock(clock)
        self.ledger = ledger or MemoryLedger()
        self.first_policy = policy or Policy()
        self.policy = self.first_policy
        self.users = {user.id: user for user in (ADA, GRACE)}
        self.applications = {LAPSE.id: LAPSE}
        self.faults = FaultBoard()
        self.counters: Counter[str] = Counter()
        self.log = SystemLog(self.clock.now)
        self.pending = Pending()
        self.issuer_base = f"http://127.0.0.1:{DEFAULT_PORT}"
        self._remember()

    @property
    def issuer(self) -> str:
        """The issuer identifier of the authorization server `default`."""
        return self.issuer_of(DEFAULT)

    def issuer_of(self, server: AuthorizationServer) -> str:
        return self.issuer_base + server.path

    @property
    def addresses(self) -> Addresses:
        """Its addresses and tokens; every reader of the ledger derives the same."""
        return addresses_of(self.issuer_base, self.ledger.identity)

    @property
    def api_url(self) -> str:
        """The URL of the first API call of a demo."""
        return self.addresses.api_url

    @property
    def api_token(self) -> str:
        """The SSWS token of the Applications API and the System Log."""
        return self.addresses.api_token

    @property
    def control_token(self) -> str:
        return self.addresses.control_token

    @property
    def user(self) -> User:
        """The user whose password the sign-in page shows."""
        return next(iter(self.users.values()))

    @property
    def application(self) -> Application:
        """The application the knobs are about: the first, Lapse's own."""
        return next(iter(self.applications.values()))

    def user_named(self, username: str) -> User | None:
        """Return the user with this login, with or without its domain, in any case."""
        name = username.strip().lower()
        return next((user for user in self.users.values() if name in (user.login, user.short_login)), None)

    def knobs(self) -> dict[str, Any]:
        """Return every knob with its value, as plain values."""
        return knobs_of(self.policy, self.application)

    def turn(self, /, **knobs: Any) -> None:
        """Change knobs of the policy and of the application (see `knobs`), all or none; raises BadInput. Not saved."""
        wanted = {name: _read_knob(name, value, self.knobs()) for name, value in knobs.items()}
        changes = {name: value for name, value in wanted.items() if name in _APPLICATION_KNOBS}
        policy = replace(self.policy, **{name: wanted[name] for name in wanted if name in _POLICY_KNOBS})
        if _GRANT_KNOB in wanted:
            changes["grant_types"] = _with_refresh(self.application.grant_types, enabled=wanted[_GRANT_KNOB])
        application = replace(self.application, **changes)
        self.policy = policy
        fresh = asdict(self.first_policy)
        self.ledger.settings["policy"] = {name: value for name, value in asdict(policy).items() if value != fresh[name]}
        if changes:
            self.register(application)

    def register(self, application: Application) -> None:
        """Put an application in place of the one with its id. Not saved yet."""
        self.applications[application.id] = replace(application, last_updated=self.clock.now())
        if application.id == LAPSE.id:
            self.ledger.settings["application"] = asdict(self.application)

    def choose_preset(self, name: str) -> None:
        """Apply a preset; raises BadInput for an unknown name. Not saved yet."""
        self.turn(**preset_named(name).knobs)

    @property
    def moved_s(self) -> float:
        return float(self.ledger.settings.get("moved_s", 0.0))

    @property
    def skew_s(self) -> float:
        """By how many seconds the org's clock is ahead of all others (negative: behind)."""
        return float(self.ledger.settings.get("skew_s", 0.0))

    def set_time(self, *, moved_s: float | None = None, skew_s: float | None = None) -> None:
        """Move the org's time or make its clock wrong, in seconds from the machine's. Not saved yet.

        Other clients cannot distinguish the two. Lapse follows the first, and sees the second as skew.
        """
        self.ledger.settings["moved_s"] = self.moved_s if moved_s is None else moved_s
        self.ledger.settings["skew_s"] = self.skew_s if skew_s is None else skew_s
        self.clock.travelled_s, self.clock.skew_s = self.moved_s, self.skew_s

    def revoke(self, family: str | None, *, access_tokens_only: bool = False) -> None:
        """Revoke a family, or all of them; or only their access tokens. Not saved yet."""
        if access_tokens_only:
            self.ledger.revoke_access(_BY_ADMIN, family=family)
            return
        for each in list(self.ledger.families) if family is None else [family]:
            self.ledger.end(each, _BY_ADMIN)

    def revoke_token(self, token: str) -> None:
        """Revoke one token, named by its hash; a refresh token takes its family along. Raises BadInput. Not saved."""
        if token in self.ledger.access:
            self.ledger.revoke_access(_BY_ADMIN, name=token)
        elif token in self.ledger.refresh:
            self.ledger.end(self.ledger.refresh[token].family, _BY_ADMIN)
        else:
            raise BadInput("There is no such token.")

    def expire(self, token: str) -> None:
        """End one token now, named by its hash (`ledger.hashed`); raises BadInput for an unknown one. Not saved yet."""
        if token in self.ledger.access:
            self.ledger.access[token] = replace(self.ledger.access[token], expires_at=self.clock.now())
        elif token in self.ledger.refresh:
            self.ledger.revoke_refresh(token, Cause(kind=RefusalCause.EXPIRED_BY_ADMIN))
        else:
            raise BadInput("There is no such token.")

    def play(self, scenario: ConformanceModule) -> None:
        """Switch on the faults of a scenario, and no others."""
        self.faults.clear()
        self.faults.switch_on(scenario.faults)

    def reset(self) -> None:
        """Delete all grants, faults, counts and events, and reset all settings. Not saved yet."""
        self.ledger.reset()
        self.policy = self.first_policy
        self.applications = {LAPSE.id: LAPSE}
        self.faults.clear()
        self.counters.clear()
        self.pending = Pending()
        self.set_time()
        self.log.clear()

    def _remember(self) -> None:
        """Restore the settings saved in the ledger; invalid ones are ignored."""
        settings = self.ledger.settings
        try:
            self.turn(**settings.get("policy", {}))
            if "application" in settings:
                self.applications[LAPSE.id] = remembered(settings["application"])
            self.set_time()
        except (BadInput, TypeError, ValueError, KeyError, AttributeError):
            self.ledger.settings = {}


_POLICY_KNOBS = tuple(each.name for each in fields(Policy))


def knobs_of(policy: Policy, application: Application) -> dict[str, Any]:
    return {
        **asdict(policy),
        **{name: getattr(application, name) for name in _APPLICATION_KNOBS},
        _GRANT_KNOB: application.may(Grant.REFRESH),
    }


def _with_refresh(grants: tuple[Grant, ...], *, enabled: bool) -> tuple[Grant, ...]:
    others = tuple(grant for grant in grants if grant is not Grant.REFRESH)
    return (others[0], Grant.REFRESH, *others[1:]) if enabled else others


def _read_knob(name: str, value: Any, known: dict[str, Any]) -> Any:
    """Return `value` in the knob's type; raises BadInput for an unknown knob or an invalid value."""
    if name not in known:
        raise BadInput(f"There is no knob {name!r}.", next_step=f"Choose one of {', '.join(sorted(known))}.")
    if name in _ENUMS:
        return _chosen(name, value)
    wanted = bool if isinstance(known[name], bool) else int
    if type(value) is not wanted:
        raise BadInput(f"{name} must be {'true or false' if wanted is bool else 'a whole number'}, not {value!r}.")
    return value


def _chosen(name: str, value: Any) -> Enum:
    kind = _ENUMS[name]
    try:
        return kind(value)
    except ValueError:
        choices = ", ".join(str(each.value) for each in kind)
        raise BadInput(f"{name} must be one of {choices}, not {value!r}.") from None
