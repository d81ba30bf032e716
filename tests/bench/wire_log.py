"""100,000 exchanges in the wire log: what adding one, filtering and scrolling cost, and what the process weighs."""

import argparse
import gc
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count

from PySide6.QtWidgets import QApplication, QScrollBar, QTabWidget

from app.clock import SystemClock
from app.decision import Decision, ExpirySource, Reason, Verdict
from app.events import Entry, Event
from app.events.calls import CallFinished, CallStarted
from app.events.refresh import Decided, RefreshStarted, RefreshSucceeded
from app.events.wire import Exchange, ExchangeKind
from app.journal import Journal
from app.wire.details import Detail, Details
from app.wire.redact import ShownBody
from app.wire.view import WireLog
from tests.names import AT, RT
from ui import theme
from ui.journal.panel import JournalPanel
from ui.wirelog.panel import WirePanel

_BEGAN = 1_790_000_000.0
_API = "http://127.0.0.1:8899/api/orders"
_TOKEN = "http://127.0.0.1:8899/oauth2/default/v1/token"
_BATCH = 1000
_REFRESH_EVERY = 20
_AT_ONCE = 10
# so long that the details are as heavy as they may become
_RESPONSE = '{\n  "access_token": "●●● 9f2c · 812 chars",\n  "expires_in": 30\n}' * 32


def main() -> None:
    """Print what it costs with everything filled, beside the aims: 1 ms, 50 ms, 16 ms, 250 MB."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("-n", type=int, default=100_000, metavar="EXCHANGES", help="how many the log holds")
    parser.add_argument("--rounds", type=int, default=300, help="how often each thing is done")
    args = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    theme.apply(application, "light")
    bench = _Bench(application)
    empty = resident_mb()
    bench.fill(args.n)
    print(f"rows            {bench.log_rows:,} in the log, {bench.journal_rows:,} in the journal")
    bench.adding(args.rounds)
    bench.filtering()
    bench.scrolling(args.rounds)
    print(
        f"memory          {resident_mb():6.0f} MB resident, all of the process (aim: 250); {empty:.0f} MB of it before"
    )


class _Bench:
    """The journal, the log, the details and both panels, wired as the window wires them."""

    def __init__(self, application: QApplication) -> None:
        self._application = application
        self._journal, self._details, self._log = Journal(SystemClock()), Details(), WireLog()
        self._wire, self._panel = WirePanel(), JournalPanel()
        self._tabs = QTabWidget()
        self._tabs.addTab(self._wire, "wire")
        self._tabs.addTab(self._panel, "journal")
        self._tabs.resize(1030, 370)
        self._tabs.show()
        self._wire.show_log(self._log)
        self._stream = stream(self._journal, self._details)
        self._settle()

    @property
    def log_rows(self) -> int:
        return len(self._log.rows)

    @property
    def journal_rows(self) -> int:
        return self._panel.table.model().rowCount()

    def fill(self, exchanges: int) -> None:
        """Let so many exchanges happen, told to the panels in batches as the window tells them."""
        batch: list[Entry] = []
        seen = 0
        while seen < exchanges:
            batch.append(next(self._stream))
            seen += isinstance(batch[-1].event, Exchange)
            if len(batch) >= _BATCH or seen == exchanges:
                self._tell(batch)
                batch.clear()
        self._settle()

    def adding(self, rounds: int) -> None:
        """Time one entry at a time: log, both models, both views, as far as they work before they paint."""
        for name, of in (("exchange", Exchange), ("any entry", object)):
            times = []
            while len(times) < rounds:
                entry = next(self._stream)
                took = _timed(lambda entry=entry: self._tell([entry]))
                if isinstance(entry.event, of):
                    times.append(took)
            _print(f"add one {name}", times, 1)
        self._settle()

    def filtering(self) -> None:
        """Time each filter, with the painting of what is left."""
        wire, journal = self._wire, self._panel
        kinds, statuses = wire.kind_picker, wire.status_picker
        todo: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
            ("wire: kind", lambda: kinds.setCurrentIndex(kinds.findData("exchange")), wire.clear_filter),
            (
                "wire: token endpoint",
                lambda: kinds.setCurrentIndex(kinds.findData(ExchangeKind.TOKEN)),
                wire.clear_filter,
            ),
            ("wire: status 5xx", lambda: statuses.setCurrentIndex(statuses.findData(5)), wire.clear_filter),
            ("wire: rare text", lambda: wire.filter_edit.setText("orders/777"), wire.clear_filter),
            ("wire: text of most", lambda: wire.filter_edit.setText("api"), wire.clear_filter),
            ("wire: text of all", lambda: wire.filter_edit.setText("a"), wire.clear_filter),
            ("wire: none", wire.clear_filter, lambda: wire.filter_edit.setText("orders/777")),
            ("journal: rare text", lambda: journal.filter_edit.setText("rt-77"), journal.clear_filter),
            ("journal: text of all", lambda: journal.filter_edit.setText("e"), journal.clear_filter),
            ("journal: kind", lambda: journal.kind_picker.setCurrentIndex(1), journal.clear_filter),
            ("journal: none", journal.clear_filter, lambda: journal.filter_edit.setText("rt-77")),
        ]
        for name, act, undo in todo:
            self._tabs.setCurrentIndex(int(name.startswith("journal")))
            times = []
            for _ in range(9):
                undo()
                self._settle()
                times.append(_timed(act, self._settle))
            _print(f"filter {name}", times, 50)
        wire.clear_filter()
        journal.clear_filter()

    def scrolling(self, rounds: int) -> None:
        """Time a page of scrolling with its painting, here and there in the whole log."""
        for place, (name, table) in enumerate((("wire", self._wire.table), ("journal", self._panel.table))):
            self._tabs.setCurrentIndex(place)
            self._settle()
            bar = table.verticalScrollBar()
            times = [_timed(_move(bar, at), table.grab) for at in range(rounds)]
            _print(f"scroll {name}", times, 16)

    def _tell(self, batch: list[Entry]) -> None:
        # as ui/wirelog/controller.py does
        rows = [self._log.rows[place] for entry in batch if (place := self._log.take(entry)) is not None]
        self._wire.added(rows)
        if self._log.drop_oldest():
            self._wire.dropped_oldest()
        self._panel.added(tuple(batch))

    def _settle(self) -> None:
        self._application.sendPostedEvents()
        for panel in (self._wire, self._panel):
            if panel.isVisible():
                panel.table.grab()  # paints at once, whether the platform shows windows or not


def stream(journal: Journal, details: Details) -> Iterator[Entry]:
    """Yield the journal of calls, ten at once in each other's way; every twentieth refreshes first."""
    for number in count(1):
        yield from _interleaved([_call(journal, details, _AT_ONCE * number + which) for which in range(_AT_ONCE)])


def _interleaved(calls: list[Iterator[Entry]]) -> Iterator[Entry]:
    while calls:
        for call in tuple(calls):
            entry = next(call, None)
            if entry is None:
                calls.remove(call)
            else:
                yield entry


def _call(journal: Journal, details: Details, number: int) -> Iterator[Entry]:
    at = _BEGAN + number / 10
    call = journal.append(CallStarted("GET", f"{_API}/{number}"))
    yield call
    refreshes = number % _REFRESH_EVERY == 0
    decided = journal.append(_decided(number, at, refreshes=refreshes), cause=call.seq)
    yield decided
    if refreshes:
        refresh = journal.append(RefreshStarted(RT(number)), cause=decided.seq)
        yield refresh
        yield _exchange(journal, details, ExchangeKind.TOKEN, _TOKEN, at, refresh.seq)
        yield journal.append(RefreshSucceeded(number, 0.04 + number * 1e-9), cause=refresh.seq)
    yield _exchange(journal, details, ExchangeKind.API, f"{_API}/{number}", at, call.seq, 200 if number % 50 else 503)
    story = f"Access token is good for another {number % 29} s → GET /api/orders/{number} 200 in {number % 17} ms"
    yield journal.append(CallFinished(story, 200, 0.012), cause=call.seq)


def _decided(number: int, at: float, *, refreshes: bool) -> Event:
    return Decided(
        Decision(
            verdict=Verdict.REFRESH if refreshes else Verdict.USE,
            reason=Reason.LAPSED if refreshes else Reason.FRESH,
            at=at,
            asked_by="Call API",
            access_name=AT(number // _REFRESH_EVERY),
            expires_at=at + number % 29,
            remaining_s=float(number % 29),
            source=ExpirySource.EXPIRES_IN,
            leeway_s=1.0,
            leeway_asked_s=1.0,
        )
    )


def _exchange(
    journal: Journal, details: Details, kind: ExchangeKind, url: str, at: float, cause: int, status: int = 200
) -> Entry:
    method = "POST" if kind is ExchangeKind.TOKEN else "GET"
    event = Exchange(kind=kind, method=method, url=url, started_at=at, duration_s=0.012 + at % 1e-3, status=status)
    entry = journal.append(event, cause=cause)
    detail = Detail(
        url=url,
        http_version="HTTP/1.1",
        request_headers=(("Accept", "*/*"), ("Authorization", f"Bearer ●●● 9f2c · {entry.seq} chars")),
        request_body=None,
        reason="OK",
        response_headers=(("Content-Type", "application/json"), ("Date", f"{at}")),
        response_body=ShownBody("application/json", f"{_RESPONSE} {entry.seq}", 500),
        answered_s=0.01,
    )
    details.keep(entry.seq, detail)
    return entry


def _move(bar: QScrollBar, at: int) -> Callable[[], object]:
    return lambda: bar.setValue(at * 7919 % max(bar.maximum(), 1))  # a prime, so that every page is another one


def _timed(*acts: Callable[[], object]) -> float:
    began = time.perf_counter()
    for act in acts:
        act()
    return time.perf_counter() - began


def _print(name: str, times: list[float], aim_ms: float) -> None:
    ordered = sorted(times)
    worst, p99 = ordered[-1] * 1e3, ordered[int(len(ordered) * 0.99) - 1] * 1e3
    print(
        f"{name:28} {statistics.median(ordered) * 1e3:7.2f} ms median, {p99:6.2f} p99, {worst:6.2f} worst"
        f" (aim: {aim_ms})"
    )


def resident_mb() -> float:
    gc.collect()
    if sys.platform == "linux":
        with open("/proc/self/statm", encoding="ascii") as told:  # noqa: PTH123 - no file, a question to the kernel
            return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
