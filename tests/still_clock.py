"""A clock that stands still until a test lets time pass, so that no story depends on how busy the machine is."""

from app.clock import SystemClock


class StillClock(SystemClock):
    """The moment it was made, plus every jump since; only how long things take is measured as ever."""

    def __init__(self) -> None:
        super().__init__()
        self._made_at = super().now()
        self._made_after = super().elapsed()

    def now(self) -> float:
        return self._made_at + self._travelled_s

    def elapsed(self) -> float:
        return self._made_after + self._travelled_s

    def stopwatch(self) -> float:
        return super().elapsed()
