"""Where a session is kept between runs: the OS keyring, or memory for this run; never a file."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from app.errors import StoreFailed
from app.events import StorePlace
from app.session.worker import Result, Worker

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "lapse"
# By class, because names can be chosen by anybody; keyrings.alt's plain-text file is viable on most machines.
_ALLOWED_BACKENDS = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    }
)
_WAITING_AFTER_S = 1.0
# A person may have to find and type the keyring's password.
_GIVE_UP_AFTER_S = 180.0


class TokenStore(Protocol):
    """Keeps one text a key; every method raises StoreFailed when it cannot."""

    place: StorePlace

    async def load(self, key: str) -> str | None:
        """Return the text kept under `key`, None when there is none."""

    async def save(self, key: str, text: str) -> None:
        """Keep `text` under `key`, replacing what was there."""

    async def delete(self, key: str) -> None:
        """Forget `key`; a key that is not there is no error."""


class MemoryStore:
    """Keeps texts for this run only."""

    place = StorePlace.MEMORY

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    async def load(self, key: str) -> str | None:
        """Return the text kept under `key`."""
        return self._texts.get(key)

    async def save(self, key: str, text: str) -> None:
        """Keep `text` under `key`."""
        self._texts[key] = text

    async def delete(self, key: str) -> None:
        """Forget `key`."""
        self._texts.pop(key, None)


class KeyringStore:
    """Keeps texts in the OS keyring, through a thread of its own.

    `awaited` is told True when a call takes longer than a second, most likely because the keyring asks for its
    password, and False once it has answered.
    """

    place = StorePlace.KEYRING

    def __init__(self, awaited: Callable[[bool], None], *, service: str = SERVICE) -> None:
        self._awaited = awaited
        self._service = service
        self._worker = Worker("lapse-keyring")

    async def load(self, key: str) -> str | None:
        """Return the text kept under `key`."""
        return await self._call(lambda: _keyring().get_password(self._service, key))

    async def save(self, key: str, text: str) -> None:
        """Keep `text`, and read it back: some backends lose a write without a word (security facts §4.4)."""

        def write() -> bool:
            backend = _keyring()
            backend.set_password(self._service, key, text)
            return bool(backend.get_password(self._service, key) == text)

        if not await self._call(write):
            raise StoreFailed("The keyring took the session but did not give it back.")

    async def delete(self, key: str) -> None:
        """Forget `key`."""

        def remove() -> None:
            backend = _keyring()
            if backend.get_password(self._service, key) is not None:
                backend.delete_password(self._service, key)

        await self._call(remove)

    async def _call(self, call: Callable[[], Result]) -> Result:
        loop = asyncio.get_running_loop()
        told: list[bool] = []
        notice = loop.call_later(_WAITING_AFTER_S, self._tell_waiting, told)
        try:
            async with asyncio.timeout(_GIVE_UP_AFTER_S):
                return await self._worker.run(call)
        except TimeoutError:
            raise StoreFailed("The keyring does not answer.") from None
        except StoreFailed:
            raise
        except Exception as failure:  # noqa: BLE001 - backends leak D-Bus, OS and pywin32 errors of their own
            raise StoreFailed(f"The keyring cannot be used ({type(failure).__name__}).") from None
        finally:
            notice.cancel()
            if told:
                self._awaited(False)  # noqa: FBT003 - the callback's one argument

    def _tell_waiting(self, told: list[bool]) -> None:
        told.append(True)
        self._awaited(True)  # noqa: FBT003 - the callback's one argument


def _keyring() -> "KeyringBackend":
    """Return the one usable backend; called on the worker's thread, because choosing one opens D-Bus."""
    import keyring
    import keyring.backends.chainer

    chosen = keyring.get_keyring()
    # A chain is keyring's way to say that several are viable; its own fallbacks would reach a refused one.
    candidates = chosen.backends if isinstance(chosen, keyring.backends.chainer.ChainerBackend) else [chosen]
    for backend in candidates:
        kind = type(backend)
        if f"{kind.__module__}.{kind.__qualname__}" in _ALLOWED_BACKENDS:
            return backend
    raise StoreFailed("No keyring that Lapse trusts is available on this machine.")
