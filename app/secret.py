"""Text that never prints: tokens, codes, passwords."""

import hashlib
import hmac
from typing import Never


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
