"""Connections and preferences: load, validate, save; no secret ever lies here."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import platformdirs

from app.connection import DEMO_CONNECTION, DEMO_NAME, Connection, SignInKind
from app.errors import BadInput

_VERSION = 2
_MOST_NUMBERS = 1000


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

    def with_connection(self, connection: Connection, *, instead_of: str | None = None) -> "Settings":
        """Return settings in which `connection` is in use, in the place of the one named `instead_of` if there is one.

        One of the same issuer and client as another gets a session of its own. Raises BadInput when its name is taken.
        """
        others = tuple(each for each in self.connections if each.name != instead_of)
        if any(each.name == connection.name for each in others):
            raise BadInput(f"There is a connection named {connection.name} already.", next_step="Choose another name.")
        kept = _told_apart(connection, others)
        found = tuple(kept if each.name == instead_of else each for each in self.connections)
        return replace(self, connections=found if kept in found else (*found, kept), current=kept.name)

    def without(self, name: str) -> "Settings":
        """Return settings without the connection of that name. Raises BadInput for the demo org, which stays."""
        if any(each.embedded and each.name == name for each in self.connections):
            raise BadInput("The demo org cannot be removed.", next_step="Leave it; it costs nothing.")
        rest = tuple(each for each in self.connections if each.name != name)
        return replace(self, connections=rest, current=rest[0].name if self.current == name else self.current)

    def free_name(self, wanted: str) -> str:
        """Return `wanted`, or the first of "wanted 2", "wanted 3" … that no connection has."""
        names = {each.name for each in self.connections}
        candidates = (wanted, *(f"{wanted} {number}" for number in range(2, len(names) + 3)))
        return next(each for each in candidates if each not in names)


def _told_apart(connection: Connection, others: tuple[Connection, ...]) -> Connection:
    taken = {each.key for each in others}
    candidates = (connection, *(replace(connection, number=number) for number in range(_MOST_NUMBERS)))
    return next(each for each in candidates if each.key not in taken)


def config_dir() -> Path:
    """Return the folder of the settings; `LAPSE_HOME` moves settings and data together."""
    home = os.environ.get("LAPSE_HOME")
    return Path(home) if home else Path(platformdirs.user_config_dir("lapse", appauthor=False))


def data_dir() -> Path:
    """Return the folder of the demo org's ledger and of the lock files."""
    home = os.environ.get("LAPSE_HOME")
    return Path(home) if home else Path(platformdirs.user_data_dir("lapse", appauthor=False))


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
    if not isinstance(found, dict):
        raise TypeError("not a settings file")
    while found.get("version") in _UPGRADES:
        found = _UPGRADES[found["version"]](found)
    if found.get("version") != _VERSION:
        raise ValueError("not a settings file of this version")
    connections = tuple(_connection(each) for each in found["connections"])
    if not any(each.embedded for each in connections):
        connections = (DEMO_CONNECTION, *connections)
    return Settings(
        connections=connections,
        current=str(found["current"]),
        scheme=str(found["scheme"]),
        window={str(key): str(value) for key, value in found["window"].items()},
    )


def _connection(found: dict[str, Any]) -> Connection:
    return Connection(
        **{
            **found,
            "redirect_uris": tuple(str(each) for each in found["redirect_uris"]),
            "authorize_params": tuple((str(name), str(value)) for name, value in found["authorize_params"]),
            "sign_in": SignInKind(found["sign_in"]),
        }
    )


def _with_many_redirect_uris(found: dict[str, Any]) -> dict[str, Any]:
    """Upgrade version 1, which knew one redirect URI or none, and one kind of sign-in."""
    connections = []
    for each in found["connections"]:
        uri = each.pop("redirect_uri")
        new = {"redirect_uris": [uri] if uri else [], "authorize_params": [], "sign_in": SignInKind.BROWSER}
        connections.append({**each, **new})
    return {**found, "version": 2, "connections": connections}


_UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _with_many_redirect_uris}
