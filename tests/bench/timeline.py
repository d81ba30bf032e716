"""How long the timeline takes for 10,000 generations: a repaint at several zooms, a tick, a step of the keyboard."""

import argparse
import os
import statistics
import time
from collections.abc import Callable

from tests.names import RT

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import QApplication

from app.decision import ExpirySource
from app.events import Entry
from app.events.calls import CallFinished, CallStarted
from app.events.refresh import RefreshStarted
from app.events.tokens import Issued, RefreshTokenFate, TokensReceived
from app.events.wire import Exchange, ExchangeKind
from app.lanes import Lanes, Limits
from tests.names import AT
from ui import theme
from ui.timeline.panel import TimelinePanel
from ui.timeline.walk import moment_of, neighbour, sentence_of

_BEGAN = 1_790_000_000.0
_EVERY_S, _LIFE_S = 31.0, 30.0
_AIM_MS = 16.0
_SIZE = (1030, 270)


def main() -> None:
    """Print medians and 95th percentiles; aim: no repaint over 16 ms, at any zoom, on a quiet machine."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("-n", type=int, default=10_000, help="generations")
    parser.add_argument("-r", type=int, default=60, help="repaints at each zoom")
    asked = parser.parse_args()
    application = QApplication([])
    theme.apply(application, "light")
    lanes, took_s = _lanes(asked.n)
    now = _BEGAN + asked.n * _EVERY_S + 12
    panel = TimelinePanel()
    panel.resize(*_SIZE)
    panel.show_lanes(lanes, leeway_s=2.0, limits=Limits(grace_s=10, idle_s=600, absolute_s=86400 * 30))
    panel.tick(now)
    panel.show()
    print(f"{asked.n:,} generations, {len(lanes.things):,} things; {took_s / asked.n * 1e6:.0f} µs to take one in")
    whole = asked.n * _EVERY_S
    spans = {"whole history": whole, "half": whole / 2, "a tenth": whole / 10, "a hundredth": whole / 100}
    spans |= {"a quarter day": 21600.0, "an hour": 3600.0, "150 s": 150.0, "one minute": 60.0}
    for name, seconds in spans.items():
        _print_repaints(panel, name, seconds, now, asked.r)
    _print(f"tick, {name}", _times(lambda: panel.tick(now), asked.r))
    _print_walk(panel, lanes, now, asked.r)


def _lanes(count: int) -> tuple[Lanes, float]:
    """Return the lanes of a journal with a call and a refresh for each generation, and how long taking it took."""
    entries: list[Entry] = []
    for number in range(1, count + 1):
        at = _BEGAN + number * _EVERY_S
        call, seq = len(entries) + 1, len(entries) + 2
        entries.append(Entry(call, at, None, CallStarted("GET", "https://api.example/me")))
        entries.append(Entry(seq, at, call, RefreshStarted(RT(number - 1))))
        asked = Exchange(
            kind=ExchangeKind.TOKEN,
            method="POST",
            url="https://as.example/token",
            started_at=at,
            duration_s=0.04,
            status=200 if number % 500 else 503,
        )
        entries.append(Entry(seq + 1, at + 0.04, seq, asked))
        entries.append(Entry(seq + 2, at + 0.04, seq, _received(number, at)))
        entries.append(Entry(seq + 3, at + 0.05, call, CallFinished("GET /me 200", 200, 0.05)))
    lanes = Lanes()
    began = time.perf_counter()
    for entry in entries:
        lanes.take(entry)
    return lanes, time.perf_counter() - began


def _received(number: int, at: float) -> TokensReceived:
    access = Issued(AT(number), "9f2c", 812, at + _LIFE_S, ExpirySource.EXPIRES_IN)
    refresh = Issued(RT(number), "77b0", 43)
    fate = RefreshTokenFate.NEW if number == 1 else RefreshTokenFate.REPLACED
    grant = "authorization_code" if number == 1 else "refresh_token"
    return TokensReceived(number, grant, access, refresh, None, fate, "openid")


def _print_repaints(panel: TimelinePanel, name: str, seconds: float, now: float, count: int) -> None:
    """Print how long working out and painting the picture takes, as after every tick."""
    panel.view.zoom(seconds / panel.view.span.seconds)
    pixels = QPixmap(panel.view.size())

    def repaint() -> None:
        panel.view.tick(now)
        panel.view.render(pixels)

    _print(f"repaint, {name}", _times(repaint, count), aim_ms=_AIM_MS)


def _print_walk(panel: TimelinePanel, lanes: Lanes, now: float, count: int) -> None:
    middle = lanes.things[len(lanes.things) // 2][0]
    _print("neighbour of an event", _times(lambda: neighbour(lanes, middle, 1), count))
    _print("moment of an event", _times(lambda: moment_of(lanes, middle), count))
    _print("sentence of an event", _times(lambda: sentence_of(lanes, middle, now), count))
    key = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier)
    _print("a step of the keyboard", _times(lambda: panel.view.keyPressEvent(key), count))
    panel.table_button.setChecked(True)
    _print("tick with the table", _times(lambda: panel.tick(now), count))
    _print("refresh with the table", _times(panel.refresh, count))


def _times(work: Callable[[], object], count: int) -> list[float]:
    work()
    found = []
    for _ in range(count):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1e3)
    return found


def _print(name: str, times: list[float], aim_ms: float | None = None) -> None:
    aim = "" if aim_ms is None else f"   (aim: < {aim_ms:.0f} ms)"
    p95 = statistics.quantiles(times, n=20)[18]
    print(f"{name:26} {statistics.median(times):8.3f} ms median {p95:8.3f} ms p95{aim}")


if __name__ == "__main__":
    main()
