"""Names of tokens, shortly: `AT(3)` is `AT-3`."""

from functools import partial

from app.token_name import TokenKind, TokenName

AT = partial(TokenName, TokenKind.ACCESS)
RT = partial(TokenName, TokenKind.REFRESH)
IDT = partial(TokenName, TokenKind.ID)
