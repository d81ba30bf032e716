"""Text that never prints: tokens, codes, passwords."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Never

MASK = "●●●"
"""What stands in place of a secret, followed by its fingerprint and length."""


class Secret:
    """A secret string; only `reveal()` gives the value, and only where a person asked for it or a server needs it.

    Equality takes constant time; printing, formatting and pickling never show the value.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself."""
        return self._value

    @property
    def fingerprint(self) -> str:
        """Four hex digits of the SHA-256: enough to tell generations apart, far too little to find a token by."""
        return hashlib.sha256(self._value.encode()).hexdigest()[:4]

    def __len__(self) -> int:
        return len(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return f"<Secret, {len(self._value)} chars>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> Never:
        raise TypeError("a Secret cannot be pickled or copied out of the process")


def masked(value: str) -> str:
    """Return what stands for a secret: `●●● 9f2c · 812 chars`."""
    return f"{MASK} {Secret(value).fingerprint} · {len(value)} chars" if value else ""


class KnownSecrets:
    """The secrets that this program holds or has just received, to clean of exactly these what anybody may see."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._values: dict[str, None] = {}
        self.add(*secrets)

    def add(self, *secrets: Secret | None) -> None:
        """Know these from now on."""
        for secret in secrets:
            if secret:
                self._values[secret.reveal()] = None

    def clean(self, text: str) -> str:
        """Return `text` with every known secret masked, however it is encoded there."""
        for value in self._values:
            text = text.replace(value, masked(value))
        return text
