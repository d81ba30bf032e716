"""What the demo org remembers: keys, families, and tokens as SHA-256 hashes, never by value."""

import hashlib
import json
import secrets
from dataclasses import asdict, astuple, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from app import files
from app.base64url import base64url
from app.demo.cause import Cause
from app.refusal_cause import RefusalCause

_VERSION = 1
_KEY_BITS = 2048
_PORTS = range(1, 1 << 16)
# An expired access token is still distinguished from a revoked one, by its exp claim.
_KEEP_EXPIRED_S = 60.0
_MOST_STRUCK = 5000


def hashed(value: str) -> str:
    """Return the SHA-256 of a token or code, base64url without padding, by which the ledger knows it."""
    return base64url(hashlib.sha256(value.encode()).digest())


@dataclass(frozen=True)
class SigningKey:
    """An RSA key that signs tokens, kept as PEM; `kid` is its public name."""

    kid: str
    pem: str = field(repr=False)

    @classmethod
    def generate(cls) -> "SigningKey":
        """Return a new key of 2048 bits, which takes some tenths of a second."""
        key = generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return cls(secrets.token_urlsafe(16), pem.decode())

    @cached_property
    def private(self) -> RSAPrivateKey:
        """The key itself; raises ValueError when the PEM is not an RSA private key."""
        key = serialization.load_pem_private_key(self.pem.encode(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("the signing key is not an RSA key")  # noqa: TRY004 - a broken file, not a broken caller
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One sign-in: whose, for which client and scopes, and until when it may be refreshed (epoch s, None: no limit).

    `id` looks like Okta's refresh token ids (`oar…`) and stays the same through rotation; `refreshes` counts them.
    """

    id: str
    issuer: str
    client_id: str
    user_id: str
    scopes: tuple[str, ...]
    auth_time: float
    refresh_until: float | None
    amr: tuple[str, ...] = ("pwd",)
    refreshes: int = 0


@dataclass(frozen=True, slots=True)
class RefreshRecord:
    """A refresh token: its family, when it was issued or last used, and when it was first exchanged for another.

    The first of a family is of generation 1.
    """

    family: str
    idle_from: float
    used_at: float | None = None
    generation: int = 1


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """An access token that counts: its family, its life in epoch seconds, its scopes in one text, its `jti`."""

    family: str
    expires_at: float
    issued_at: float = 0.0
    scope: str = ""
    jti: str = ""


@dataclass(frozen=True, slots=True)
class RevokedToken:
    """A token that counted once: its family, and why it does no more."""

    family: str
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRecord:
    """An authorization code and its request; `spent` once used, with the family issued for it."""

    issuer: str
    client_id: str
    user_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str
    nonce: str | None
    auth_time: float
    expires_at: float
    amr: tuple[str, ...] = ("pwd",)
    spent: bool = False
    family: str | None = None


class MemoryLedger:
    """A ledger in memory. Only tokens it lists are valid: revoking removes them.

    Codes are never written to disk: a restart within their five minutes costs a second sign-in, no more. Nor is
    `revoked`, the removed tokens, which only helps the System Log to name causes. `settings` are the changed knobs.
    """

    def __init__(self, key: SigningKey | None = None) -> None:
        self.identity = secrets.token_urlsafe(32)
        self.port: int | None = None
        self.families: dict[str, Family] = {}
        self.refresh: dict[str, RefreshRecord] = {}
        self.access: dict[str, AccessRecord] = {}
        self.codes: dict[str, CodeRecord] = {}
        self.revoked: dict[str, RevokedToken] = {}
        self.settings: dict[str, Any] = {}
        self._keys = [] if key is None else [key]
        self._own_key: SigningKey | None = None

    @property
    def keys(self) -> list[SigningKey]:
        """The signing keys, newest first; the first is made when it is first needed."""
        if not self._keys:
            self._keys.append(SigningKey.generate())
        return self._keys

    def save(self) -> None:
        """Persist the changes; nothing to do in memory."""

    @property
    def own_key(self) -> SigningKey:
        """The key of tokens that only the org itself reads; it is never published, and made when first needed."""
        if self._own_key is None:
            self._own_key = SigningKey.generate()
        return self._own_key

    def rotate_keys(self, *, overlap: bool) -> SigningKey:
        """Sign with a new key from now on; with `overlap` the old ones stay published. Not saved yet."""
        key = SigningKey.generate()
        self._keys = [key, *(self.keys if overlap else [])]
        return key

    def end(self, family: str, cause: Cause) -> None:
        """Revoke a family with all its refresh and access tokens."""
        self.families.pop(family, None)
        for names in (self.refresh, self.access):
            self._revoke(names, [name for name, record in names.items() if record.family == family], cause)

    def revoke_access(self, cause: Cause, *, family: str | None = None, name: str | None = None) -> None:
        """Revoke one access token, all of a family, or all."""
        chosen = [
            each for each, record in self.access.items() if (family in (None, record.family)) and name in (None, each)
        ]
        self._revoke(self.access, chosen, cause)

    def revoke_refresh(self, name: str, cause: Cause) -> None:
        """Revoke one refresh token; its access tokens stay valid."""
        self._revoke(self.refresh, [name], cause)

    def spend(self, code: str, family: str | None) -> None:
        """Mark the hashed `code` as used, with the family issued for it."""
        self.codes[code] = replace(self.codes[code], spent=True, family=family)

    def prune(self, now: float) -> None:
        """Drop what can never count again at `now` (epoch seconds)."""
        self.codes = {name: code for name, code in self.codes.items() if now < code.expires_at + _KEEP_EXPIRED_S}
        ended = [name for name, each in self.access.items() if now >= each.expires_at + _KEEP_EXPIRED_S]
        self._revoke(self.access, ended, Cause(kind=RefusalCause.ACCESS_TOKEN_EXPIRED))
        over = {each.id for each in self.families.values() if each.refresh_until and now >= each.refresh_until}
        self._revoke(
            self.refresh,
            [name for name, each in self.refresh.items() if each.family in over],
            Cause(kind=RefusalCause.LIFETIME_ENDED),
        )
        alive = _families_of(self)
        self.families = {name: family for name, family in self.families.items() if name in alive}

    def reset(self) -> None:
        """Forget every grant and setting and take a new signing key; identity and port stay. Not saved yet."""
        self.families, self.refresh, self.access, self.codes = {}, {}, {}, {}
        self.revoked, self.settings = {}, {}
        self._keys = [SigningKey.generate()]

    def _revoke(
        self, names: dict[str, RefreshRecord] | dict[str, AccessRecord], chosen: list[str], cause: Cause
    ) -> None:
        for name in chosen:
            self.revoked[name] = RevokedToken(names.pop(name).family, cause)
        for name in list(self.revoked)[: max(0, len(self.revoked) - _MOST_STRUCK)]:
            del self.revoked[name]


class FileLedger(MemoryLedger):
    """A ledger in one JSON file of mode 0600 in a folder of mode 0700, replaced in one step at every save.

    An unreadable file is renamed to `set_aside`, and a new one is started.
    Raises OSError if the folder is unusable.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.set_aside: Path | None = None
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        try:
            self._read(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            self.save()
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.set_aside = _put_aside(path)
            super().__init__()
            self.save()

    def save(self) -> None:
        """Write everything; a crash leaves the old or the new file. Raises OSError.

        There is no fsync: it would cost every refresh a disk's latency, to protect a demo against power cuts.
        """
        files.write_text(self.path, json.dumps(self._written(), separators=(",", ":")))

    def _written(self) -> dict[str, Any]:
        return {
            "version": _VERSION,
            "identity": self.identity,
            "port": self.port,
            "keys": [{"kid": key.kid, "pem": key.pem} for key in self.keys],
            "families": [asdict(family) for family in self.families.values()],
            # lists, not objects: a lively family has a thousand spent tokens, and each save writes them all
            "refresh": {name: list(astuple(each)) for name, each in self.refresh.items()},
            "access": {name: list(astuple(each)) for name, each in self.access.items()},
            "settings": self.settings,
        }

    def _read(self, found: Any) -> None:
        if found["version"] != _VERSION:
            raise ValueError("a ledger of another version")
        port = found["port"]
        if not isinstance(found["identity"], str) or port not in (None, *_PORTS) or not found["keys"]:
            raise ValueError("not a ledger")
        self.identity, self.port = found["identity"], port
        self._keys = [SigningKey(str(each["kid"]), str(each["pem"])) for each in found["keys"]]
        for key in self._keys:
            _ = key.private  # a key that cannot sign makes the file unusable
        self.families = {family.id: family for family in map(_family, found["families"])}
        self.refresh = {name: _refresh_record(*row) for name, row in found["refresh"].items()}
        self.access = {name: _access_record(*row) for name, row in found["access"].items()}
        self.settings = dict(found.get("settings", {}))
        if unknown := _families_of(self) - set(self.families):
            raise ValueError(f"{len(unknown)} families are missing")


def _family(found: dict[str, Any]) -> Family:
    until = found["refresh_until"]
    return Family(
        id=str(found["id"]),
        issuer=str(found["issuer"]),
        client_id=str(found["client_id"]),
        user_id=str(found["user_id"]),
        scopes=tuple(str(scope) for scope in found["scopes"]),
        auth_time=float(found["auth_time"]),
        refresh_until=None if until is None else float(until),
        amr=tuple(str(way) for way in found.get("amr", ("pwd",))),
        refreshes=int(found.get("refreshes", 0)),
    )


def _refresh_record(family: Any, idle_from: Any, used_at: Any, generation: Any = 1) -> RefreshRecord:
    return RefreshRecord(str(family), float(idle_from), None if used_at is None else float(used_at), int(generation))


def _access_record(family: Any, expires_at: Any, issued_at: Any = 0, scope: Any = "", jti: Any = "") -> AccessRecord:
    return AccessRecord(str(family), float(expires_at), float(issued_at), str(scope), str(jti))


def _families_of(ledger: MemoryLedger) -> set[str]:
    return {each.family for each in ledger.refresh.values()} | {each.family for each in ledger.access.values()}


def _put_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.unreadable-{number}{path.suffix}")).exists():
        number += 1
    return path.rename(aside)
