"""Where a session is kept between runs: the OS keyring, or memory for this run; never a file."""

import asyncio
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from app.errors import StoreFailed
from app.errors.reasons import KeyringState
from app.events.session import StorePlace
from app.session import keyring_entry, words
from app.session.executor import Result, ThreadExecutor
from app.wire.running_time import running_limit

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "lapse"
_WINDOWS = "keyring.backends.Windows.WinVaultKeyring"
_PROBE = "Lapse was here; this entry may be deleted."
# By class, because names can be chosen freely; keyrings.alt's plain-text file is viable on most machines.
_ALLOWED_BACKENDS = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.macOS.Keyring",
        _WINDOWS,
    }
)
_WAITING_AFTER_S = 1.0
# The user may have to find and type the keyring's password.
_GIVE_UP_AFTER_S = 180.0


class TokenStore(Protocol):
    """Keeps one text a key; every method raises StoreFailed when it cannot."""

    place: StorePlace

    async def load(self, key: str) -> str | None: ...

    async def save(self, key: str, text: str) -> None:
        """Keep `text` under `key`, replacing what was there."""

    async def delete(self, key: str) -> None:
        """Delete `key`; a missing key is no error."""


class MemoryStore:
    """Keeps texts for this run only."""

    place = StorePlace.MEMORY

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    async def load(self, key: str) -> str | None:
        return self._texts.get(key)

    async def save(self, key: str, text: str) -> None:
        self._texts[key] = text

    async def delete(self, key: str) -> None:
        self._texts.pop(key, None)


class KeyringStore:
    """Keeps texts in the OS keyring, through a thread of its own.

    `awaited` is called with True when a call takes longer than a second, most likely because the keyring asks for its
    password, and with False once it has returned. Before the first write a dummy is written, read and deleted, because
    some backends silently lose what they are given; a read needs no such probe.
    """

    place = StorePlace.KEYRING

    def __init__(self, awaited: Callable[[bool], None], *, service: str = SERVICE) -> None:
        self._awaited = awaited
        self._service = service
        self._worker = ThreadExecutor("lapse-keyring")
        self._probed = False

    async def load(self, key: str) -> str | None:
        return await self._call(lambda: keyring_entry.read(_trusted_backend(), self._service, key))

    async def save(self, key: str, text: str) -> None:
        """Keep `text`, and read it back: some backends lose a write silently (security facts §4.4)."""

        def write() -> bool:
            backend = self._probed_backend()
            keyring_entry.write(backend, self._service, key, text)
            return keyring_entry.read(backend, self._service, key) == text

        if not await self._call(write):
            raise _lost()

    async def delete(self, key: str) -> None:
        await self._call(lambda: keyring_entry.delete(_trusted_backend(), self._service, key))

    def _probed_backend(self) -> "KeyringBackend":
        """Return a backend that keeps what it is given; runs on the worker's thread: choosing one opens D-Bus."""
        backend = _trusted_backend()
        if not self._probed:
            name = f"probe-{secrets.token_hex(4)}"
            keyring_entry.write(backend, self._service, name, _PROBE)
            kept = keyring_entry.read(backend, self._service, name)
            keyring_entry.delete(backend, self._service, name)
            if kept != _PROBE:
                raise _lost()
            self._probed = True
        return backend

    async def _call(self, call: Callable[[], Result]) -> Result:
        notified: list[bool] = []
        notice = asyncio.get_running_loop().call_later(_WAITING_AFTER_S, self._notify_waiting, notified)
        try:
            async with running_limit(_GIVE_UP_AFTER_S):
                return await self._worker.run(call)
        except TimeoutError:
            raise StoreFailed(words.NOT_ANSWERING, state=KeyringState.NOT_ANSWERING) from None
        except StoreFailed:
            raise
        except Exception as failure:  # noqa: BLE001 - backends leak D-Bus, OS and pywin32 errors of their own
            raise _described(failure) from None
        finally:
            notice.cancel()
            if notified:
                self._awaited(False)  # noqa: FBT003 - the callback's one argument

    def _notify_waiting(self, notified: list[bool]) -> None:
        notified.append(True)
        self._awaited(True)  # noqa: FBT003 - the callback's one argument


def _lost() -> StoreFailed:
    return StoreFailed(words.NOT_GIVEN_BACK, state=KeyringState.REFUSED)


def _trusted_backend() -> "KeyringBackend":
    import keyring
    import keyring.backends.chainer
    import keyring.backends.fail

    chosen = keyring.get_keyring()
    if isinstance(chosen, keyring.backends.fail.Keyring):
        raise StoreFailed(words.NONE_RUNNING, state=KeyringState.ABSENT)
    # keyring's ChainerBackend means that several are viable; its own fallbacks would reach a refused one.
    candidates = chosen.backends if isinstance(chosen, keyring.backends.chainer.ChainerBackend) else [chosen]
    for backend in candidates:
        if keyring_entry.class_name(backend) in _ALLOWED_BACKENDS:
            if keyring_entry.class_name(backend) == _WINDOWS:
                backend.persist = "local machine"  # type: ignore[union-attr]  # tokens do not roam with the profile
            return backend
    raise StoreFailed(words.not_trusted(keyring_entry.class_name(chosen)), state=KeyringState.REFUSED)


def _described(failure: Exception) -> StoreFailed:
    import keyring.errors

    if isinstance(failure, keyring.errors.NoKeyringError):
        return StoreFailed(words.NONE_RUNNING, state=KeyringState.ABSENT)
    # InitError is what a keyring that was never unlocked raises when there is no prompt to ask for its password.
    if isinstance(failure, keyring.errors.KeyringLocked | keyring.errors.InitError):
        return StoreFailed(words.LOCKED, state=KeyringState.LOCKED)
    return StoreFailed(words.unusable(type(failure).__name__), state=KeyringState.NOT_ANSWERING)
