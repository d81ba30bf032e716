"""RSA keys for all tests: to make one, and to read it again, takes longer than most tests do."""

import copy
import os
import weakref
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa

from app.demo.ledger import SigningKey

_FOR_FORKS = 6
_LEAST = 4  # a key that an org has only on file is held by nobody; it comes back after three others


@cache
def rsa_key(name: str = "RS256") -> rsa.RSAPrivateKey:
    """Return the key of that name, of 2048 bits: the same one to everybody who asks for it."""
    return rsa.generate_private_key(65537, 2048)


class KeyRing:
    """Signing keys that are made once and lent again and again, each to one holder at a time."""

    def __init__(self) -> None:
        self._make = SigningKey.generate
        self._lent: dict[SigningKey, weakref.ref[SigningKey] | None] = {}  # what was lent last stands last

    def lend(self) -> SigningKey:
        """Return a key that nobody holds."""
        free = [key for key, holder in self._lent.items() if holder is None or holder() is None]
        key = free[0] if free and len(self._lent) >= _LEAST else self._make()
        assert key.private  # read here, once: it is copied along
        lent = copy.copy(key)
        self._lent.pop(key, None)
        self._lent[key] = weakref.ref(lent)
        return lent


_RING = KeyRing()


def lend_signing_keys() -> None:
    """Let every demo org of these tests, each of which asks for a new key, be lent one."""
    SigningKey.generate = staticmethod(_RING.lend)  # type: ignore[method-assign]


def lend_signing_keys_to_forks() -> None:
    """Make keys now, and let every process that is forked from this one begin with another of them."""
    held = [_RING.lend() for _ in range(_FOR_FORKS)]
    lend_signing_keys()
    # A fork of its own number: `held` is a copy there, and what is let go of is free.
    os.register_at_fork(after_in_child=lambda: held.pop(os.getpid() % len(held)) if held else None)
