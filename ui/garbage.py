"""Collects garbage on the window's own thread: a Qt object that dies on another one can stop both threads for good.

Python collects on whichever thread allocates. Where that is the demo org's or the keyring's, and a Qt object is among
the garbage, its destructor holds a mutex of Qt's and waits for Python's lock, while the window holds Python's and waits
for the mutex (seen with PySide6 6.11: `~QObject` against `QObject::disconnect`).
"""

import gc

_ENOUGH = 2_000  # allocations; Python's default of 700 would collect too often for what it finds
_ELSEWHERE = 100_000  # more than the window ever leaves between two steps of its loop
_STEPS = 10


class GarbageCollection:
    """From its creation until `end`, other threads hardly ever collect; `sometimes` does it here."""

    def __init__(self) -> None:
        self._before = gc.get_threshold()
        gc.set_threshold(_ELSEWHERE, *self._before[1:])

    def sometimes(self) -> None:
        """Collect if enough objects are due, older generations less often."""
        young, middle, old = gc.get_count()
        if young < _ENOUGH:
            return
        generation = 0 if middle < _STEPS else 1 if old < _STEPS else 2
        gc.collect(generation)

    def end(self) -> None:
        """Restore Python's thresholds."""
        gc.set_threshold(*self._before)
