"""The claims of past generations, kept in memory for comparison; never a token itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.oauth.decode import decode
from app.session.tokens import Held, TokenSet
from app.token_name import TokenKind, TokenName

_KEPT = 500


@dataclass(frozen=True, slots=True)
class Generation:
    """One token that was or is held, by its name `AT-3`; `claims` None means opaque. `received_at` in epoch seconds."""

    name: TokenName
    received_at: float
    fingerprint: str
    length: int
    claims: dict[str, Any] | None = field(repr=False)


class Generations:
    """The last 500 tokens of one family, oldest first; another family starts an empty list."""

    def __init__(self) -> None:
        self._family = ""
        self._known: dict[TokenName, Generation] = {}

    def __iter__(self) -> Iterator[Generation]:
        return iter(tuple(self._known.values()))

    def __len__(self) -> int:
        return len(self._known)

    def get(self, name: TokenName) -> Generation | None:
        return self._known.get(name)

    def of(self, kind: TokenKind) -> tuple[Generation, ...]:
        return tuple(each for each in self if each.name.kind is kind)

    def note(self, tokens: TokenSet) -> None:
        """Add the claims of these tokens, unless they are known."""
        if tokens.family != self._family:
            self._family, self._known = tokens.family, {}
        for held in (tokens.access, tokens.refresh, tokens.id):
            if held is not None and held.name not in self._known:
                self._known[held.name] = _generation(held, tokens)
        for name in list(self._known)[: max(0, len(self._known) - _KEPT)]:
            del self._known[name]


def _generation(held: Held, tokens: TokenSet) -> Generation:
    value = held.value.reveal()
    decoded = decode(value) if held.kind is not TokenKind.REFRESH else None
    return Generation(
        held.name,
        tokens.receipt.wall,
        held.value.fingerprint,
        len(value),
        decoded.claims if decoded else None,
    )
