"""A simulated loop that is stopped at times, as by Ctrl-Z or by a lid that is closed."""

from app.sim_loop import SimLoop

Stops = list[tuple[float, float]]


class StoppedLoop(SimLoop):
    """A simulated loop that is stopped at times: nothing is called meanwhile, and its clock goes on."""

    def __init__(self, stops: Stops) -> None:
        super().__init__()
        self._stops = sorted(stops)

    def advance(self, seconds: float) -> None:
        """Move time forward, and over each stop that falls into that."""
        super().advance(seconds)
        while self._stops and self.time() >= self._stops[0][0]:
            super().advance(self._stops.pop(0)[1])
