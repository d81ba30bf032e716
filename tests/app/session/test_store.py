"""The keyring store: backends that are absent, refused, silent, slow or stuck."""

import asyncio
import threading
from collections.abc import Iterator

import keyring
import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, Windows
from keyring.backends.chainer import ChainerBackend

from app.errors import StoreFailed
from app.errors.reasons import KeyringState
from app.session.store import KeyringStore, MemoryStore, TokenStore

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # the worker is a real thread


class Backend(KeyringBackend):
    """Stands in a keyring's place; its class is given an allowed name by the fixture."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[tuple[str, str], str] = {}
        self.failure: BaseException | None = None
        self.forgetful = False
        self.gate: threading.Event | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._behave()
        return self.texts.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._behave()
        if not self.forgetful:
            self.texts[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._behave()
        del self.texts[service, username]

    def _behave(self) -> None:
        if self.gate is not None:
            self.gate.wait()
        if self.failure is not None:
            raise self.failure


def named(module: str, name: str) -> Backend:
    """Return a backend that is of the class `module.name`, as far as its class can tell."""
    kind = type(name, (Backend,), {"__module__": module})
    found = kind()
    assert isinstance(found, Backend)
    return found


def chosen(backend: KeyringBackend) -> None:
    keyring.set_keyring(backend)


@pytest.fixture(autouse=True)
def _no_choice_is_left() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    chosen(before)


@pytest.fixture
def backend() -> Backend:
    found = named(SecretService.__name__, "Keyring")
    chosen(found)
    return found


async def contract(store: TokenStore) -> None:
    assert await store.load("a") is None
    await store.save("a", "one")
    await store.save("b", "zwei é\0\n")
    await store.save("a", "two")
    assert (await store.load("a"), await store.load("b")) == ("two", "zwei é\0\n")
    await store.delete("a")
    await store.delete("a")
    assert (await store.load("a"), await store.load("b")) == (None, "zwei é\0\n")


async def test_every_store_keeps_the_contract(backend: Backend) -> None:
    await contract(MemoryStore())
    await contract(KeyringStore(lambda _: None))
    assert set(backend.texts) == {("lapse", "b")}


async def test_without_a_keyring_it_says_so() -> None:
    chosen(keyring.backends.fail.Keyring())
    for method in (KeyringStore(lambda _: None).load("a"), KeyringStore(lambda _: None).save("a", "secret-value")):
        with pytest.raises(StoreFailed, match="No keyring is running") as caught:
            await method
        assert "secret-value" not in str(caught.value)


async def test_a_plain_text_backend_is_refused_by_class() -> None:
    plain = named("keyrings.alt.file", "PlaintextKeyring")
    chosen(plain)
    with pytest.raises(StoreFailed, match="does not trust"):
        await KeyringStore(lambda _: None).save("a", "b")
    assert plain.texts == {}


async def test_a_chain_is_used_through_its_trusted_member_only(backend: Backend) -> None:
    class Chain(ChainerBackend):
        backends = [named("keyrings.alt.file", "PlaintextKeyring"), backend]  # noqa: RUF012 - shape of keyring's own

    chosen(Chain())
    await KeyringStore(lambda _: None).save("a", "b")
    assert backend.texts == {("lapse", "a"): "b"}


async def test_a_write_that_is_lost_silently_is_noticed(backend: Backend) -> None:
    backend.forgetful = True
    with pytest.raises(StoreFailed, match="did not give it back"):
        await KeyringStore(lambda _: None).save("a", "b")


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (keyring.errors.KeyringLocked("Failed to unlock the collection!"), KeyringState.LOCKED),
        (keyring.errors.InitError("Prompt dismissed"), KeyringState.LOCKED),
        (keyring.errors.NoKeyringError("none"), KeyringState.ABSENT),
        (OSError("D-Bus"), KeyringState.NOT_ANSWERING),
    ],
)
async def test_the_state_of_the_keyring_is_told(backend: Backend, failure: Exception, state: KeyringState) -> None:
    backend.failure = failure
    with pytest.raises(StoreFailed) as caught:
        await KeyringStore(lambda _: None).save("a", "b")
    assert caught.value.state is state
    assert "will not survive a restart" in caught.value.next_step


async def test_a_backend_that_cannot_write_is_found_out_before_anything_depends_on_it(backend: Backend) -> None:
    backend.forgetful = True
    with pytest.raises(StoreFailed, match="did not give it back") as caught:
        await KeyringStore(lambda _: None).save("a", "text")
    assert caught.value.state is KeyringState.REFUSED


@pytest.mark.parametrize(
    "failure", [keyring.errors.KeyringLocked("locked"), OSError("D-Bus"), RuntimeError("leaked"), ValueError("x")]
)
async def test_whatever_a_backend_raises_becomes_one_error(backend: Backend, failure: Exception) -> None:
    backend.failure = failure
    with pytest.raises(StoreFailed) as caught:
        await KeyringStore(lambda _: None).load("a")
    assert all(caught.value.lines())


async def test_a_stuck_keyring_is_told_and_holds_nobody(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.session.store._WAITING_AFTER_S", 0.01)
    monkeypatch.setattr("app.session.store._GIVE_UP_AFTER_S", 0.05)
    backend.gate = threading.Event()
    told: list[bool] = []
    with pytest.raises(StoreFailed, match="does not answer"):
        await KeyringStore(told.append).load("a")
    assert told == [True, False]
    backend.gate.set()


async def test_a_cancelled_wait_leaves_the_worker_usable(backend: Backend) -> None:
    backend.gate = threading.Event()
    store = KeyringStore(lambda _: None)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await store.save("a", "one")
    backend.gate.set()
    assert await store.load("a") == "one"


# --- a backend with small entries: Windows ------------------------------------------------------------------------


class Vault:
    """Stands in win32cred's place: entries of 2,560 bytes, as UTF-16; counts down to a failure on request."""

    CRED_TYPE_GENERIC, CRED_PERSIST_LOCAL_MACHINE, CRED_PERSIST_ENTERPRISE = 1, 2, 3

    class error(OSError):  # noqa: N801 - pywintypes.error
        def __init__(self, winerror: int, funcname: str) -> None:
            super().__init__(winerror, funcname)
            self.winerror = winerror
            self.funcname = funcname

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, object]] = {}
        self.writes_left = 10_000

    def CredRead(self, Type: int, TargetName: str) -> dict[str, object]:  # noqa: N803
        if TargetName not in self.entries:
            raise self.error(1168, "CredRead")
        return dict(self.entries[TargetName])

    def CredWrite(self, credential: dict[str, object], flags: int) -> None:
        blob = str(credential["CredentialBlob"]).encode("utf-16-le")
        self.writes_left -= 1
        if len(blob) > 2560 or self.writes_left < 0:
            raise self.error(1783, "CredWrite")
        self.entries[str(credential["TargetName"])] = {**credential, "CredentialBlob": b"\xff\xfe" + blob}

    def CredDelete(self, Type: int, TargetName: str) -> None:  # noqa: N803
        if TargetName not in self.entries:
            raise self.error(1168, "CredDelete")
        del self.entries[TargetName]

    def texts(self) -> str:
        return " ".join(bytes(entry["CredentialBlob"]).decode("utf-16") for entry in self.entries.values())  # type: ignore[call-overload]


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Vault:
    """Keyring's own Windows backend, on a stand-in for the vault beneath it."""
    found = Vault()
    monkeypatch.setattr(Windows, "win32cred", found, raising=False)
    monkeypatch.setattr(Windows, "pywintypes", found, raising=False)
    chosen(Windows.WinVaultKeyring())
    return found


async def test_the_contract_holds_on_windows(vault: Vault) -> None:
    await contract(KeyringStore(lambda _: None))


async def test_a_session_larger_than_an_entry_is_kept_in_parts(vault: Vault) -> None:
    store = KeyringStore(lambda _: None)
    first, second = "old " * 1500, "new " * 1700
    await store.save("a", first)
    await store.save("a", second)
    assert await store.load("a") == second
    assert "old" not in vault.texts()  # neither parts nor the copies the backend makes
    assert {entry["Persist"] for entry in vault.entries.values()} == {Vault.CRED_PERSIST_LOCAL_MACHINE}
    await store.save("a", "small")
    assert await store.load("a") == "small"
    assert len(vault.entries) == 1
    await store.save("a", second)
    await store.delete("a")
    assert vault.entries == {}


@pytest.mark.parametrize("writes", range(6))
async def test_a_write_that_breaks_off_leaves_the_old_session(vault: Vault, writes: int) -> None:
    store = KeyringStore(lambda _: None)
    old, new = "old " * 1500, "new " * 1500
    await store.save("a", old)
    vault.writes_left = writes
    with pytest.raises(StoreFailed):
        await store.save("a", new)
    assert await store.load("a") == old


async def test_a_missing_part_is_noticed(vault: Vault) -> None:
    store = KeyringStore(lambda _: None)
    await store.save("a", "text " * 1000)
    part = next(name for name, entry in vault.entries.items() if "#" in str(entry["UserName"]))
    del vault.entries[part]
    with pytest.raises(StoreFailed, match="parts of it are missing"):
        await store.load("a")
