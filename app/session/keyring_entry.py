"""One text in the keyring: in one entry, or in several with a manifest where the backend's entries are too small."""

import hashlib
import secrets
from typing import TYPE_CHECKING

from app.errors import StoreFailed
from app.errors.reasons import KeyringState
from app.session import words

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

# Windows Credential Manager takes 2,560 bytes an entry and keyring writes UTF-16 (security facts §4.4).
_ENTRY_LIMITS = {"keyring.backends.Windows.WinVaultKeyring": 1280}
_MANIFEST = "lapse-parts"
_FIELDS = 4


def read(backend: "KeyringBackend", service: str, key: str) -> str | None:
    """Return the text kept under `key`, None when there is none; raises StoreFailed when parts of it are missing."""
    found = backend.get_password(service, key)
    names = _parts_of(key, found)
    if found is None or not names:
        return found
    text = "".join(backend.get_password(service, name) or "" for name in names)
    if _digest(text) != found.split()[3]:
        raise StoreFailed(words.PARTS_MISSING, state=KeyringState.READY)
    return text


def write(backend: "KeyringBackend", service: str, key: str, text: str) -> None:
    """Keep `text` under `key`, replacing what was there; a failure on the way leaves the old text readable.

    Parts get new names each time and the manifest is written last, so that it always names complete parts.
    """
    before = _parts_of(key, backend.get_password(service, key))
    limit = _ENTRY_LIMITS.get(class_name(backend))
    if limit is None or len(text) <= limit:
        _set(backend, service, key, text)
    else:
        _write_parts(backend, service, key, text, limit)
    for name in before:
        _delete(backend, service, name)


def delete(backend: "KeyringBackend", service: str, key: str) -> None:
    """Delete `key` and its parts; a missing key is no error."""
    parts = _parts_of(key, backend.get_password(service, key))
    for name in (key, *parts):
        _delete(backend, service, name)


def class_name(backend: "KeyringBackend") -> str:
    """Return the full name of the backend's class, which the allow-list and the limits go by."""
    kind = type(backend)
    return f"{kind.__module__}.{kind.__qualname__}"


def _write_parts(backend: "KeyringBackend", service: str, key: str, text: str, limit: int) -> None:
    series = secrets.token_hex(4)
    pieces = [text[at : at + limit] for at in range(0, len(text), limit)]
    manifest = f"{_MANIFEST} {series} {len(pieces)} {_digest(text)}"
    for name, piece in zip(_parts_of(key, manifest), pieces, strict=True):
        _set(backend, service, name, piece)
    _set(backend, service, key, manifest)


def _parts_of(key: str, text: str | None) -> list[str]:
    fields = (text or "").split(" ")
    if len(fields) != _FIELDS or fields[0] != _MANIFEST or not fields[2].isdigit():
        return []
    return [f"{key}#{fields[1]}-{number}" for number in range(int(fields[2]))]


def _set(backend: "KeyringBackend", service: str, name: str, text: str) -> None:
    backend.set_password(service, name, text)
    _remove_copy(backend, service, name)


def _remove_copy(backend: "KeyringBackend", service: str, name: str) -> None:
    # Before it writes, the Windows backend copies the old entry to `name@service`: an old refresh token that nothing
    # would ever delete. It offers no public way to remove just that.
    if class_name(backend) in _ENTRY_LIMITS:
        backend._delete_password(backend._compound_name(name, service))  # type: ignore[attr-defined]  # noqa: SLF001


def _delete(backend: "KeyringBackend", service: str, name: str) -> None:
    if backend.get_password(service, name) is not None:
        backend.delete_password(service, name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
