"""The names of tokens where their values must not stand: `AT-3` is the access token of generation 3."""

from dataclasses import dataclass
from enum import StrEnum


class TokenKind(StrEnum):
    """What a token is for."""

    ACCESS = "AT"
    REFRESH = "RT"
    ID = "ID"


@dataclass(frozen=True, slots=True, order=True)
class TokenName:
    """A token of one family by its kind and the number of the generation that brought it."""

    kind: TokenKind
    number: int

    def __str__(self) -> str:
        return f"{self.kind}-{self.number}"
