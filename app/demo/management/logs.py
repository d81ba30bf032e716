"""The System Log API: events by time, filter and keyword, in pages (Okta's System Log query guide)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.demo.forms import Parameters, read_query
from app.demo.management import pagination
from app.demo.management.filters import Test, read_filter
from app.demo.management.log_event_json import FIELDS, as_json
from app.demo.management.refusals import failed, invalid_value
from app.demo.org import DemoOrg
from app.demo.policy import DAY_S
from app.demo.system_log import LogEvent

_USUAL_LIMIT = 100
_MOST = 1000
_USUAL_SPAN_S = 7 * DAY_S
_MOST_KEYWORDS = 10
_LONGEST_KEYWORD = 40
_MS_S = 0.001
_SPLIT = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """What a query asks for; times in epoch seconds."""

    since: float
    until: float | None
    after: int | None
    most: int
    is_descending: bool
    test: Test | None
    keywords: tuple[str, ...]

    @property
    def is_polling(self) -> bool:
        """Whether the caller polls for new events, and so always gets a next link."""
        return self.until is None and not self.is_descending

    def spans(self, event: LogEvent) -> bool:
        """Return whether the event is in the requested period, and after the previous page."""
        if self.after is not None and (
            event.number >= self.after if self.is_descending else event.number <= self.after
        ):
            return False
        # times are shown in milliseconds, so an event must be found by its time as shown
        return event.at > self.since - _MS_S and (self.until is None or event.at < self.until + _MS_S)

    def wants(self, found: dict[str, Any]) -> bool:
        """Return whether the event, as shown, matches filter and keywords."""
        if self.test is not None and not self.test(found):
            return False
        return not self.keywords or set(self.keywords) <= _words(found)


class Logs:
    """The System Log's endpoint."""

    def __init__(self, org: DemoOrg) -> None:
        self._org = org

    async def listed(self, request: Request) -> Response:
        """List events, by `since`, `until`, `filter`, `q`, `limit`, `sortOrder`, `after`; raises ManagementRefused."""
        query = read_query(request)
        asked = _read(query, self._org.clock.now())
        page, last, is_over = self._page(asked)
        response = JSONResponse(page)
        goes_on = asked.is_polling or not is_over
        pagination.link(response, request, self._org.issuer_base, query, last if goes_on else None)
        return response

    def _page(self, asked: LogQuery) -> tuple[list[dict[str, Any]], int, bool]:
        """Return the events of a page, the number of the last one examined, and whether it is the last page."""
        page: list[dict[str, Any]] = []
        last = asked.after or 0
        for event in filter(asked.spans, self._in_order(asked)):
            found = as_json(self._org, event)
            if asked.wants(found):
                if len(page) == asked.most:
                    return page, last, False
                page.append(found)
            last = event.number
        return page, last, True

    def _in_order(self, asked: LogQuery) -> Iterator[LogEvent]:
        events = list(self._org.log)
        return reversed(events) if asked.is_descending else iter(events)


def _read(query: Parameters, now: float) -> LogQuery:
    until = _time(query, "until")
    since = _time(query, "since")
    order = query.get("sortOrder", "ASCENDING").upper()
    if order not in ("ASCENDING", "DESCENDING"):
        raise invalid_value("sortOrder")
    return LogQuery(
        since=(now if until is None else until) - _USUAL_SPAN_S if since is None else since,
        until=until,
        after=_after(query),
        most=pagination.limit(query, usual=_USUAL_LIMIT, most=_MOST),
        is_descending=order == "DESCENDING",
        test=read_filter(query["filter"], FIELDS) if "filter" in query else None,
        keywords=_keywords(query.get("q", "")),
    )


def _time(query: Parameters, name: str) -> float | None:
    if name not in query:
        return None
    try:
        found = datetime.fromisoformat(query[name])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        what = "The date format in your query is not recognized. Please enter dates using ISO8601 string format."
        must = "must be a valid date-time or empty."
        raise failed(f"'{name}': {what} '{name}': {must}", f"{name}: {what}", f"{name}: {must}") from None


def _after(query: Parameters) -> int | None:
    if "after" not in query:
        return None
    if re.fullmatch("[0-9]{1,12}", query["after"]) is None:
        raise invalid_value("after")
    return int(query["after"])


def _keywords(text: str) -> tuple[str, ...]:
    words = tuple(text.lower().split())
    if any(len(word) > _LONGEST_KEYWORD for word in words):
        what = f"Freeform search cannot contain items longer than {_LONGEST_KEYWORD} characters."
        advice = "Please shorten the items in your search or use an advanced filter to query by specific fields."
        raise failed(f"'q': {what} {advice}")
    if len(words) > _MOST_KEYWORDS:
        raise failed("q", f"q: Freeform search cannot contain more than {_MOST_KEYWORDS} items.")
    return words


def _words(found: Any) -> set[str]:
    """Return every word of an event's values, and every whole value, in lower case."""
    if isinstance(found, dict):
        return set().union(*map(_words, found.values()))
    if isinstance(found, list):
        return set().union(*map(_words, found))
    if not isinstance(found, str):
        return set()
    text = found.lower()
    return {text, *text.split(), *_SPLIT.split(text)}
