"""The pages of the window's middle."""

from enum import IntEnum


class Page(IntEnum):
    """What the middle shows."""

    STARTING = 0
    SIGNED_OUT = 1
    WAITING = 2
    SIGNED_IN = 3
    DEVICE = 4
    PASSWORD = 5
    SECOND_FACTOR = 6
