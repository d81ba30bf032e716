"""The wire log's detail pane: a row's summary, and an exchange's request and response in full."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.decision import Decision
from app.events.wire import ExchangeKind
from app.text import duration, seconds
from app.wire.details import Detail
from app.wire.formatted import request_text, response_text
from app.wire.redact import ShownBody
from app.wire.view import ExchangeRow, RowKind, WireLog
from ui import theme
from ui.text import clock_time
from ui.widgets.reader import reader
from ui.widgets.table import TextModel, TextRow, TextTable

# Design lengths: the padding of a cell, and the least height of a row.
_PADDING, _ROW_HEIGHT = 10, 27
_TALLEST = 10_000
_ENDPOINTS = {
    ExchangeKind.API: "API",
    ExchangeKind.TOKEN: "token endpoint",
    ExchangeKind.SIGN_IN: "preparing a sign-in",
    ExchangeKind.AUTHORIZATION: "authorization",
    ExchangeKind.DISCOVERY: "discovery",
    ExchangeKind.KEYS: "keys",
    ExchangeKind.USERINFO: "userinfo",
    ExchangeKind.REVOCATION: "revocation",
    ExchangeKind.INTROSPECTION: "introspection",
    ExchangeKind.CONTROL: "demo org's controls",
    ExchangeKind.MANAGEMENT: "Okta's management API",
}


class DetailPane(QWidget):
    """Summary, request and response; a row that is no exchange has only a summary."""

    def __init__(self, button: QPushButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted_tab = 0
        self._is_switching = False
        self.tabs = QTabBar()
        self.tabs.setObjectName("wireDetailTabs")
        self.tabs.setAccessibleName("The chosen row in full")
        self.tabs.setDrawBase(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setExpanding(False)
        self._stack = QStackedWidget()
        self.model = TextModel(("Name", "Value"), parent=self)
        self.summary = _FactTable("wireSummaryTable", "Summary of the chosen row", self.model, {0: 108})
        self.request_view = reader("wireRequestView", "The request")
        self.response_view = reader("wireResponseView", "The response")
        for view, name in (
            (self.summary, "Summary"),
            (self.request_view, "Request"),
            (self.response_view, "Response"),
        ):
            self._stack.addWidget(view)
            self.tabs.addTab(name)
        self.tabs.currentChanged.connect(self._show_tab)
        self._allow(exchange=False)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.tabs, 1)
        head.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)

    def show_row(self, row: ExchangeRow, detail: Detail | None, log: WireLog) -> None:
        """Show a row in full, as plain text."""
        pairs = {
            RowKind.CALL: self._call,
            RowKind.DECISION: self._decision,
            RowKind.RETRY: self._retry,
        }.get(row.kind)
        facts = self._exchange(row, detail, log) if pairs is None else pairs(row, log)
        tone = "bad" if row.is_trouble else "neutral"
        self.model.show_rows(
            tuple(TextRow(pair, tone if place == 0 else "neutral") for place, pair in enumerate(facts) if pair[1])
        )
        self.summary.fit()
        is_exchange = row.kind is RowKind.EXCHANGE
        self._allow(exchange=is_exchange)
        self.request_view.setPlainText(request_text(row.text.split(" ", 1)[0], detail) if is_exchange else "")
        self.response_view.setPlainText(response_text(row.status, row.failure, detail) if is_exchange else "")

    def _show_tab(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        if not self._is_switching:
            self._wanted_tab = place

    def _allow(self, *, exchange: bool) -> None:
        """Enable the available parts; decisions between exchanges do not change the chosen part."""
        self._is_switching = True
        for place in (1, 2):
            self.tabs.setTabEnabled(place, exchange)
            self.tabs.setTabToolTip(place, "" if exchange else "Choose an exchange to read it.")
        self.tabs.setCurrentIndex(self._wanted_tab if exchange else 0)
        self._is_switching = False

    def _exchange(self, row: ExchangeRow, detail: Detail | None, log: WireLog) -> list[tuple[str, str]]:
        above, call = log.decision_above(row), log.call_of(row)
        return [
            ("Outcome", self._outcome(row, detail)),
            ("Why", above.text if above is not None else log.origin_of(row) or self._no_reason(call)),
            ("For the call", "" if call is None else call.text),
            ("Request", row.text.removesuffix(f" → {row.failure}")),
            ("Endpoint", "" if row.endpoint is None else _ENDPOINTS[row.endpoint]),
            ("Began", _moment(row.at)),
            ("Headers after", _took(None if detail is None else detail.answered_s)),
            ("All of it after", _took(row.duration_s)),
            ("Sent", self._size(detail.request_body if detail is not None else None)),
            ("Received", self._size(detail.response_body if detail is not None else None)),
            ("In full", "Too long ago: only its line is kept." if detail is None else ""),
            ("In the journal", f"No. {row.seq}"),
        ]

    def _outcome(self, row: ExchangeRow, detail: Detail | None) -> str:
        status = f"{row.status or ''} {'' if detail is None else detail.reason}".strip()
        if row.failure is None:
            return status
        if row.status is None:
            return f"No response: {row.failure}"
        return f"{status}, then broken off: {row.failure}"

    def _no_reason(self, call: ExchangeRow | None) -> str:
        return "The call above it." if call is not None else "Not made for a call."

    def _call(self, row: ExchangeRow, log: WireLog) -> list[tuple[str, str]]:
        took = f"{_took(row.duration_s)}, refresh included" if row.duration_s is not None else ""
        return [
            ("Story", log.story_of(row) or ("" if took else "Still running.")),
            ("Call", row.text),
            ("Answered", "" if row.status is None else str(row.status)),
            ("Took", took),
            ("Requests", str(sum(each.kind is RowKind.EXCHANGE for each in log.with_children(row.seq)))),
            ("Began", _moment(row.at)),
            ("In the journal", f"No. {row.seq}"),
        ]

    def _retry(self, row: ExchangeRow, log: WireLog) -> list[tuple[str, str]]:
        above = log.decision_above(row)
        return [
            ("Retry", row.text),
            ("Why", "" if above is None else above.text),
            ("At", _moment(row.at)),
            ("In the journal", f"No. {row.seq}"),
        ]

    def _decision(self, row: ExchangeRow, log: WireLog) -> list[tuple[str, str]]:
        made = log.decision_of(row)
        number = ("In the journal", f"No. {row.seq}")
        return [("Decision", row.text), *([] if made is None else self._inputs(made)), number]

    def _inputs(self, made: Decision) -> list[tuple[str, str]]:
        left = made.remaining_s
        return [
            ("Verdict", made.verdict.value),
            ("Rule", made.reason.value),
            ("Asked by", made.asked_by),
            ("Access token", str(made.access_name or "none in hand")),
            ("Decided at", _moment(made.at)),
            ("Expires at", "not stated" if made.expires_at is None else _moment(made.expires_at)),
            ("Expiry from", made.source.value),
            ("Left", "" if left is None else f"{'-' if left < 0 else ''}{seconds(abs(left))}"),
            ("Leeway", seconds(made.leeway_s)),
            ("Leeway asked", seconds(made.leeway_asked_s)),
            ("A call needs", f"requests: {made.requests}"),
        ]

    def _size(self, body: ShownBody | None) -> str:
        return "" if body is None else f"{body.length:,} bytes of {body.media_type or '?'}"


class _FactTable(TextTable):
    """Names and values without headings; a value wraps."""

    def __init__(self, name: str, accessible_name: str, model: TextModel, widths: dict[int, int]) -> None:
        super().__init__(name, accessible_name, model, widths)
        self.setWordWrap(True)
        self.horizontalHeader().hide()
        self.copies_cells()

    def fit(self) -> None:
        """Give every row the height of its text.

        Not by `resizeRowsToContents`, which ignores the style sheet's padding and cuts off the last line.
        """
        width = max(self.columnWidth(1) - theme.px(2 * _PADDING), 1)
        metrics = self.fontMetrics()
        for row in range(self.model().rowCount()):
            text = str(self.model().index(row, 1).data())
            needed = metrics.boundingRect(0, 0, width, _TALLEST, Qt.TextFlag.TextWordWrap, text).height()
            self.setRowHeight(row, max(needed + theme.px(_PADDING), theme.px(_ROW_HEIGHT)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit()


def _moment(at: float) -> str:
    """Return a moment in milliseconds, as local time and as epoch."""
    return f"{clock_time(at)}.{int(at * 1000) % 1000:03} · {at:.3f}"


def _took(seconds_: float | None) -> str:
    return "" if seconds_ is None else duration(seconds_)
