"""The embedded demo org, shared: the first Lapse process serves it, the others use it and take over when it goes."""

import json
import secrets
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from hmac import compare_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from app import files
from app.clock import Clock
from app.demo.addresses import DEFAULT_PORT, Addresses, addresses_of
from app.demo.identity import control_token, identity_proof, read_identity
from app.demo.policy import Policy
from app.errors import BadInput, Unreachable

# The server's libraries are imported where they are first needed: a window is painted before that.
if TYPE_CHECKING:
    from filelock import BaseFileLock

    from app.demo.org import DemoOrg
    from app.demo.serve import ServedOrg

_HOST = "127.0.0.1"
_NEIGHBOURS = 20
_PATIENCE_S = 5.0
_NAP_S = 0.1
_RESPONSE_WITHIN_S = 1.0
_RESET_WITHIN_S = 10.0  # it makes a key
_LONGEST_RESPONSE = 4096
_OK = 200
_NO_CONTENT = 204


class Role(StrEnum):
    """Who serves the org this process uses."""

    OWNER = "owner"
    GUEST = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """Where the org is and who serves it.

    `port` differs from `wanted_port` when a foreign program holds the latter; `set_aside` is the new name of a ledger
    that could not be read, whose grants are lost. `moved_s` is how many seconds its time was moved when it was found.
    """

    base_url: str
    issuer: str
    port: int
    wanted_port: int
    role: Role
    set_aside: Path | None = None
    moved_s: float = field(default=0.0, compare=False)


class Host(Protocol):
    """What provides the embedded org: `DemoHost`, or `InProcessHost` in simulated time."""

    @property
    def org(self) -> "DemoOrg | None":
        """The org itself when this process serves it."""

    @property
    def port(self) -> int | None:
        """The port in use."""

    @property
    def hosting(self) -> Hosting | None:
        """The org's address as of the last `ensure`."""

    @property
    def moved_s(self) -> float:
        """How many seconds the org's time was moved."""

    def ensure(self) -> Hosting:
        """Make sure the org responds; may block, like all methods here."""

    def reset(self) -> None:
        """Delete all grants of the org."""

    def addresses(self) -> Addresses:
        """Return the org's addresses and tokens."""

    def beside(self) -> "Host":
        """Return the host of a second Lapse process on the same org."""

    def close(self) -> None:
        """Stop serving, if this process serves."""


class DemoHost:
    """The embedded org shared by all processes that use `folder`; all methods block and belong off the GUI thread."""

    def __init__(self, folder: Path, clock: Clock, policy: Policy | None = None, preferred_port: int = DEFAULT_PORT):
        self._folder = folder
        self._clock = clock
        self._policy = policy or Policy()
        self._preferred_port = preferred_port
        self._ledger_path = folder / "demo-org" / "ledger.json"
        self._port_path = folder / "demo-org.port"
        self._lock: BaseFileLock | None = None
        self._one_at_a_time = threading.Lock()
        self._closing = threading.Event()
        self._served: ServedOrg | None = None
        self.hosting: Hosting | None = None

    @property
    def org(self) -> "DemoOrg | None":
        """The org itself, if this process serves it."""
        return self._served.org if self._served is not None else None

    @property
    def moved_s(self) -> float:
        """How many seconds its time was moved: now if this process serves it, else as of the last `ensure`."""
        if self._served is not None:
            return self._served.org.moved_s
        return self.hosting.moved_s if self.hosting else 0.0

    @property
    def role(self) -> Role | None:
        """Owner, guest, or None before the first `ensure`."""
        return self.hosting.role if self.hosting else None

    @property
    def port(self) -> int | None:
        return self.hosting.port if self.hosting else None

    def ensure(self) -> Hosting:
        """Make sure the org responds: serve it, or find who does; take over if the serving process has gone.

        Raises Unreachable if another process holds the org but does not respond, BadInput if the folder is
        unusable.
        """
        with self._one_at_a_time:
            if self._served is not None and self._served.running and self.hosting is not None:
                return self.hosting
            try:
                self.hosting = self._found_or_served()
            except OSError as failed:
                raise BadInput(
                    f"The demo org cannot use its folder {self._folder}: {failed.strerror or failed}.",
                    next_step="Make the folder writable, or set LAPSE_HOME to another one.",
                ) from failed
            return self.hosting

    def reset(self) -> None:
        """Delete all grants and rotate the key, in whichever process the org runs; raises Unreachable, BadInput."""
        where = self.ensure()
        # the process on the port must prove to be the org before the token is sent to it
        if self._identified(where.port) is None:
            raise _silent(where.port)
        token = control_token(read_identity(self._ledger_path) or "")
        status, _ = _asked(where.port, "POST", "/demo/control/reset", token, within_s=_RESET_WITHIN_S)
        if status != _NO_CONTENT:
            raise _silent(where.port)

    def addresses(self) -> Addresses:
        """Return the org's addresses and tokens, in whichever process it runs; raises Unreachable, BadInput."""
        where = self.ensure()
        return addresses_of(where.base_url, read_identity(self._ledger_path) or "")

    def beside(self) -> "DemoHost":
        """Return the host of a second Lapse in the same folder, which acts like another process."""
        return DemoHost(self._folder, self._clock, self._policy, self._preferred_port)

    def close(self) -> None:
        """Stop serving, then release the org to other processes."""
        self._closing.set()
        with self._one_at_a_time:
            if self._served is not None:
                self._served.stop()
                self._served = None
            if self._lock is not None:
                self._lock.release(force=True)
            self.hosting = None

    def _found_or_served(self) -> Hosting:
        files.make_folder(self._folder)
        for _ in range(round(_PATIENCE_S / _NAP_S)):
            if self._owns():
                return self._serve()
            if (found := self._guest()) is not None:
                return found
            if self._closing.wait(_NAP_S):
                break
        raise _silent(self._noted_port())

    def _owns(self) -> bool:
        from filelock import FileLock, Timeout

        if self._closing.is_set():
            return False
        if self._lock is None:
            self._lock = FileLock(self._folder / "demo-org.lock", mode=files.PRIVATE, thread_local=False)
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        return True

    def _serve(self) -> Hosting:
        from app.demo.ledger import FileLedger
        from app.demo.org import DemoOrg

        assert self._lock is not None
        try:
            ledger = FileLedger(self._ledger_path)
            wanted = ledger.port or self._preferred_port
            served = _started(DemoOrg(self._clock, self._policy, ledger), wanted)
            if ledger.port is None:
                ledger.port = wanted
                ledger.save()
            self._note_port(served.port)
        except BaseException:
            self._lock.release()
            raise
        self._served = served
        return Hosting(
            base_url=served.base_url,
            issuer=served.issuer,
            port=served.port,
            wanted_port=wanted,
            role=Role.OWNER,
            set_aside=ledger.set_aside,
        )

    def _guest(self) -> Hosting | None:
        port = self._noted_port()
        if port is None:
            return None
        response = self._identified(port)
        if response is None:
            return None
        base_url = f"http://{_HOST}:{port}"
        return Hosting(
            base_url=base_url,
            issuer=str(response["issuer"]),
            port=port,
            wanted_port=int(response["wanted_port"]),
            role=Role.GUEST,
            moved_s=float(response.get("moved_s", 0.0)),
        )

    def _identified(self, port: int) -> dict[str, Any] | None:
        """Return the org's response to a challenge, None if what listens on the port is not this ledger's org."""
        identity = read_identity(self._ledger_path)
        nonce = secrets.token_urlsafe(24)
        status, body = _asked(port, "GET", f"/demo/identity?nonce={nonce}")
        if identity is None or status != _OK:
            return None
        try:
            response = json.loads(body)
            proven = compare_digest(str(response["proof"]).encode(), identity_proof(identity, nonce).encode())
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        return response if proven else None

    def _note_port(self, port: int) -> None:
        files.write_text(self._port_path, f"{port}\n")

    def _noted_port(self) -> int | None:
        try:
            port = int(self._port_path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
        return port if 0 < port <= 0xFFFF else None  # noqa: PLR2004 - the last port


def _started(org: "DemoOrg", wanted: int) -> "ServedOrg":
    """Serve on the wanted port, else on the next free one."""
    from app.demo.serve import ServedOrg

    for port in (*range(wanted, min(wanted + _NEIGHBOURS, 0xFFFF)), 0):
        served = ServedOrg(org, _HOST, port)
        try:
            served.start()
        except OSError:
            continue
        return served
    raise OSError("no port on 127.0.0.1 is free")


def _asked(
    port: int, method: str, path: str, token: str | None = None, *, within_s: float = _RESPONSE_WITHIN_S
) -> tuple[int | None, bytes]:
    """Return status and body of a small request to loopback; no status without a usable response."""
    import http.client

    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    connection = http.client.HTTPConnection(_HOST, port, timeout=within_s)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read(_LONGEST_RESPONSE)
    except (OSError, http.client.HTTPException):
        return None, b""
    finally:
        connection.close()


def _silent(port: int | None) -> Unreachable:
    where = "" if port is None else f" on port {port}"
    failed = Unreachable(f"Another Lapse holds the demo org but does not respond{where}.", sent=False)
    failed.next_step = "Close the other Lapse, or end it if it hangs, then try again."
    return failed
