"""The pages of the window's middle."""

from enum import IntEnum


class Page(IntEnum):
    """The page shown."""

    STARTING = 0
    SIGNED_OUT = 1
    SIGNING_IN = 2
    SIGNED_IN = 3
