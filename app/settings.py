"""Connections and preferences: load, validate, save; never a secret."""

import json
import os
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import platformdirs

from app import files
from app.connection import DEFAULT_LEEWAY_S, DEFAULT_SCOPES, DEMO_CONNECTION, DEMO_NAME, Connection
from app.connection_field import ConnectionField
from app.errors import BadInput
from app.records import Damaged, Record

_VERSION = 2
_MOST_NUMBERS = 1000
_NAME = "settings.json"
# For a user without a home folder, where nothing can be created or found.
_NOWHERE = Path(os.devnull, "lapse")
_ELSEWHERE = "Make the folder writable, or set LAPSE_HOME to another one; until then they hold for this run."


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings saved between runs: the connections, the one in use, how the window looks."""

    connections: tuple[Connection, ...] = (DEMO_CONNECTION,)
    current: str = DEMO_NAME
    scheme: str = "system"
    window: dict[str, str] = field(default_factory=dict)

    @property
    def connection(self) -> Connection:
        """The connection in use; the demo org if its name is gone."""
        return next((each for each in self.connections if each.name == self.current), self.connections[0])

    def with_connection(self, connection: Connection, *, instead_of: str | None = None) -> "Settings":
        """Return settings in which `connection` is in use; it replaces the one named `instead_of`, if any.

        One of the same issuer and client as another gets a session of its own. Raises BadInput when its name is taken.
        """
        others = tuple(each for each in self.connections if each.name != instead_of)
        if any(each.name == connection.name for each in others):
            raise BadInput(
                f"There is a connection named {connection.name} already.",
                next_step="Choose another name.",
                field=ConnectionField.NAME,
            )
        kept = _told_apart(connection, others)
        connections = tuple(kept if each.name == instead_of else each for each in self.connections)
        return replace(
            self, connections=connections if kept in connections else (*connections, kept), current=kept.name
        )

    def without(self, name: str) -> "Settings":
        """Return settings without the connection of that name. Raises BadInput for the demo org, which stays."""
        if any(each.embedded and each.name == name for each in self.connections):
            raise BadInput("The demo org cannot be removed.", next_step="Leave it; it costs nothing.")
        rest = tuple(each for each in self.connections if each.name != name)
        return replace(self, connections=rest, current=rest[0].name if self.current == name else self.current)

    def free_name(self, wanted: str) -> str:
        """Return `wanted`, or the first of "wanted 2", "wanted 3" … that is free."""
        names = {each.name for each in self.connections}
        candidates = (wanted, *(f"{wanted} {number}" for number in range(2, len(names) + 3)))
        return next(each for each in candidates if each not in names)


def _told_apart(connection: Connection, others: tuple[Connection, ...]) -> Connection:
    taken = {each.key for each in others}
    candidates = (connection, *(replace(connection, number=number) for number in range(_MOST_NUMBERS)))
    return next(each for each in candidates if each.key not in taken)


def config_dir() -> Path:
    """Return the folder of the settings; `LAPSE_HOME` moves settings and data together."""
    return _folder(platformdirs.user_config_dir)


def data_dir() -> Path:
    """Return the folder of the demo org's ledger and of the lock files."""
    return _folder(platformdirs.user_data_dir)


def _folder(usual: Callable[..., str]) -> Path:
    """Return this user's folder, or one that can be neither created nor found where they have no home."""
    if home := os.environ.get("LAPSE_HOME"):
        return Path(home)
    if os.environ.get("HOME") == "":  # which would make it the file system's root
        return _NOWHERE
    try:
        return Path(usual("lapse", appauthor=False))
    except RuntimeError:  # no HOME, and a user without a passwd entry
        return _NOWHERE


def folder_trouble(folder: Path) -> BadInput | None:
    """Return why nothing can be kept in the data folder, None where it can."""
    why = files.why_unusable(folder)
    if not why:
        return None
    if folder == _NOWHERE:
        why, what = "", "This user has no home folder, so Lapse keeps nothing between runs but what the keyring holds"
    else:
        what = f"Lapse can keep nothing in {folder}: "
    return BadInput(
        f"{what}{why}.",
        next_step="Make it a folder you can write to, or set LAPSE_HOME to one; until then do not run two of Lapse.",
    )


def load(folder: Path, kinds: Collection[str]) -> Settings:
    """Read `settings.json`; a missing file gives the defaults. `kinds` are the known kinds of sign-in.

    Raises BadInput when the file cannot be used; it is left as it is, so nothing in it is lost.
    """
    path = folder / _NAME
    try:
        return _settings(Record.of(path.read_bytes()), kinds)
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except OSError as failed:
        why = failed.strerror or str(failed)
    except Damaged as wrong:
        why = str(wrong)
    raise BadInput(
        f"The settings in {path} cannot be read: {why}.", next_step="Fix the file or move it away, then start again."
    )


def save(settings: Settings, folder: Path) -> None:
    """Write `settings.json`; see `files.write_text`. Raises BadInput when it cannot be written."""
    path = folder / _NAME
    try:
        files.write_text(path, json.dumps({"version": _VERSION, **asdict(settings)}, indent=2) + "\n")
    except OSError as failed:
        raise _unsaved(path, failed) from None


def change(folder: Path, how: Callable[[Settings], Settings], kinds: Collection[str]) -> Settings:
    """Apply `how` to the settings as saved by now, save and return them; what another Lapse saved stays.

    Raises BadInput when they cannot be read or written, or when another Lapse keeps them locked for seconds.
    """
    path = folder / _NAME
    try:
        with files.changing(path):
            changed = how(load(folder, kinds))
            save(changed, folder)
            return changed
    except OSError as failed:
        raise _unsaved(path, failed) from None


def _unsaved(path: Path, failed: OSError) -> BadInput:
    if path.parent == _NOWHERE:
        return BadInput("The settings cannot be saved: this user has no home folder.", next_step=_ELSEWHERE)
    next_step = "Try again." if isinstance(failed, files.Busy) else _ELSEWHERE
    return BadInput(f"The settings cannot be saved to {path}: {failed.strerror or failed}.", next_step=next_step)


def _settings(found: Record, kinds: Collection[str]) -> Settings:
    version = found.whole("version")
    if version not in _CONNECTIONS:
        raise Damaged("its version is not one this Lapse knows")
    connections = tuple(_CONNECTIONS[version](each, kinds) for each in found.records("connections"))
    if not any(each.embedded for each in connections):
        connections = (DEMO_CONNECTION, *connections)
    return Settings(
        connections=connections,
        current=found.text("current"),
        scheme=found.text("scheme"),
        window=found.texts_by_name("window"),
    )


def _connection(found: Record, kinds: Collection[str]) -> Connection:
    return replace(
        _of_any_version(found.only(_MEMBERS)),
        redirect_uris=found.texts("redirect_uris"),
        authorize_params=found.pairs("authorize_params"),
        sign_in=found.one_of("sign_in", kinds),
        audience=found.text("audience", ""),
        resource=found.text("resource", ""),
        number=found.whole("number", 0),
    )


def _connection_of_version_1(found: Record, _kinds: Collection[str]) -> Connection:
    """Read version 1, which had one redirect URI or none, and one kind of sign-in."""
    uri = found.nullable("redirect_uri", found.text)
    return replace(_of_any_version(found), redirect_uris=(uri,) if uri else ())


def _of_any_version(found: Record) -> Connection:
    return Connection(
        name=found.text("name"),
        issuer=found.text("issuer"),
        client_id=found.text("client_id"),
        scopes=found.text("scopes", DEFAULT_SCOPES),
        api_url=found.text("api_url", ""),
        leeway_s=found.number("leeway_s", DEFAULT_LEEWAY_S),
        embedded=found.flag("embedded", default=False),
    )


_MEMBERS = frozenset(each.name for each in fields(Connection))
_CONNECTIONS = {1: _connection_of_version_1, 2: _connection}
