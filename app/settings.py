"""Connections and preferences: load, validate, save; no secret ever lies here."""

import json
import os
import re
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from app.errors import BadInput

_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
_VERSION = 1
DEMO_NAME = "Demo org"
DEMO_CLIENT_ID = "0oa-demo-native"
DEFAULT_SCOPES = "openid profile email offline_access"
# Small: a token that is refused a moment early costs one hidden 401, a long leeway costs needless refreshes.
DEFAULT_LEEWAY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An issuer, a client, its scopes and an API: where to sign in and what to call.

    `redirect_uri` None means `http://127.0.0.1:<free port>/callback` (RFC 8252 §7.3). `embedded` marks the demo org
    of this program, whose issuer is known only once it listens.
    """

    name: str
    issuer: str
    client_id: str
    scopes: str = DEFAULT_SCOPES
    redirect_uri: str | None = None
    api_url: str = ""
    leeway_s: float = DEFAULT_LEEWAY_S
    embedded: bool = False

    @property
    def key(self) -> str:
        """The name its session is stored under: issuer and client, both public."""
        return f"{self.issuer}#{self.client_id}"


DEMO_CONNECTION = Connection(name=DEMO_NAME, issuer="", client_id=DEMO_CLIENT_ID, embedded=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is remembered between runs: the connections, the one in use, how the window looks."""

    connections: tuple[Connection, ...] = (DEMO_CONNECTION,)
    current: str = DEMO_NAME
    scheme: str = "system"
    window: dict[str, str] = field(default_factory=dict)

    @property
    def connection(self) -> Connection:
        """The connection in use; the demo org if its name is gone."""
        return next((each for each in self.connections if each.name == self.current), self.connections[0])

    def with_connection(self, connection: Connection) -> "Settings":
        """Return settings in which `connection` is in use, replacing the one with the same issuer and client."""
        others = tuple(each for each in self.connections if each.key != connection.key and each.name != connection.name)
        return replace(self, connections=(*others, connection), current=connection.name)


def config_dir() -> Path:
    """Return the folder of the settings; `LAPSE_HOME` moves settings and data together."""
    home = os.environ.get("LAPSE_HOME")
    return Path(home) if home else Path(platformdirs.user_config_dir("lapse", appauthor=False))


def data_dir() -> Path:
    """Return the folder of the demo org's ledger and of the lock files."""
    home = os.environ.get("LAPSE_HOME")
    return Path(home) if home else Path(platformdirs.user_data_dir("lapse", appauthor=False))


def is_loopback_url(url: str) -> bool:
    """Return whether the URL's host is this machine's loopback."""
    return (urlsplit(url).hostname or "") in _LOOPBACK_HOSTS


def check_url(url: str, what: str) -> str:
    """Return `url` stripped, or raise BadInput: it must be https, or http on loopback, with a host and no user part."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as broken:
        raise BadInput(f"{what} is not a URL: {broken}.") from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise BadInput(f"{what} is not a URL; it must begin with https:// (or http:// for this machine).")
    if re.search(r"[\s\x00-\x1f\x7f]", url) or parts.username is not None or parts.password is not None:
        raise BadInput(f"{what} must not contain spaces or a user name.")
    if parts.scheme == "http" and not is_loopback_url(url):
        raise BadInput(f"{what} uses plain http; that is allowed for this machine only.", next_step="Use https://.")
    return url


def check_connection(connection: Connection) -> Connection:
    """Return the connection with its URLs checked; raise BadInput for the first that cannot be used."""
    if not connection.client_id.strip():
        raise BadInput("The client ID is missing.", next_step="Give the client ID of the app you registered.")
    if "openid" not in connection.scopes.split():
        raise BadInput("The scopes lack openid.", next_step="Add openid; without it there is no sign-in.")
    issuer = check_url(connection.issuer, "The issuer")
    if urlsplit(issuer).query or urlsplit(issuer).fragment:
        raise BadInput("The issuer must not have a query or a fragment.")
    if connection.redirect_uri is not None:
        _check_redirect_uri(connection.redirect_uri)
    if connection.api_url:
        check_url(connection.api_url, "The API URL")
    return replace(connection, issuer=issuer)


def _check_redirect_uri(uri: str) -> None:
    check_url(uri, "The redirect URI")
    parts = urlsplit(uri)
    if parts.scheme != "http" or not is_loopback_url(uri):
        raise BadInput(
            "The redirect URI must be http on this machine, because Lapse listens there.",
            next_step="Use http://127.0.0.1:PORT/callback and register exactly that.",
        )


def load(folder: Path) -> Settings:
    """Read `settings.json`; a missing file gives the defaults.

    Raises BadInput when the file cannot be used; it is left as it is, so nothing in it is lost.
    """
    path = folder / "settings.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return _from_json(found)
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, TypeError, KeyError) as broken:
        raise BadInput(
            f"The settings in {path} cannot be read: {broken}.",
            next_step="Mend the file or move it away, then start again.",
        ) from broken


def save(settings: Settings, folder: Path) -> None:
    """Write `settings.json` in one step, so that a crash leaves the old or the new file, never half of one.

    Raises BadInput when the folder cannot be written.
    """
    path = folder / "settings.json"
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    text = json.dumps({"version": _VERSION, **asdict(settings)}, indent=2)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as broken:
        raise BadInput(
            f"The settings cannot be saved to {path}: {broken.strerror}.",
            next_step="Make the folder writable, or set LAPSE_HOME to another one; until then they hold for this run.",
        ) from None


def _from_json(found: Any) -> Settings:
    if not isinstance(found, dict) or found.get("version") != _VERSION:
        raise ValueError("not a settings file of this version")
    connections = tuple(Connection(**each) for each in found["connections"])
    if not any(each.embedded for each in connections):
        connections = (DEMO_CONNECTION, *connections)
    return Settings(
        connections=connections,
        current=str(found["current"]),
        scheme=str(found["scheme"]),
        window={str(key): str(value) for key, value in found["window"].items()},
    )
