"""Exchanges as an HTTP Archive, redacted as they were at birth (HAR 1.2)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from app.events import Entry, Exchange
from app.wire.details import Detail, Details

_UNKNOWN = -1


def har(entries: Iterable[Entry], details: Details, *, version: str) -> dict[str, Any]:
    """Return the exchanges among `entries` as a HAR log; those without details have their line only."""
    found = [(entry, entry.event) for entry in entries if isinstance(entry.event, Exchange)]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "Lapse", "version": version},
            "comment": "Secrets were masked when the exchanges were recorded.",
            "entries": [_entry(entry, exchange, details.get(entry.seq)) for entry, exchange in found],
        }
    }


def _entry(entry: Entry, exchange: Exchange, detail: Detail | None) -> dict[str, Any]:
    total_ms = exchange.duration_s * 1000
    answered_ms = _UNKNOWN if detail is None or detail.answered_s is None else detail.answered_s * 1000
    wait_ms = total_ms if answered_ms == _UNKNOWN else answered_ms
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.started_at, UTC).isoformat(timespec="milliseconds"),
        "time": total_ms,
        "request": _request(exchange, detail),
        "response": _response(exchange, detail),
        "cache": {},
        "timings": {"send": 0, "wait": wait_ms, "receive": max(total_ms - wait_ms, 0.0)},
        "comment": f"{exchange.kind.value}, journal {entry.seq}"
        + (f", caused by {entry.cause}" if entry.cause else ""),
    }


def _request(exchange: Exchange, detail: Detail | None) -> dict[str, Any]:
    body = detail.request_body if detail else None
    found: dict[str, Any] = {
        "method": exchange.method,
        "url": detail.url if detail else exchange.url,
        "httpVersion": detail.http_version if detail and detail.http_version else "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(detail.request_headers if detail else ()),
        "queryString": [],
        "headersSize": _UNKNOWN,
        "bodySize": body.length if body else 0,
    }
    if body is not None:
        found["postData"] = {"mimeType": body.media_type, "text": body.text}
    return found


def _response(exchange: Exchange, detail: Detail | None) -> dict[str, Any]:
    body = detail.response_body if detail else None
    found: dict[str, Any] = {
        "status": exchange.status or 0,
        "statusText": detail.reason if detail else "",
        "httpVersion": detail.http_version if detail and detail.http_version else "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(detail.response_headers if detail else ()),
        "content": {
            "size": body.length if body else 0,
            "mimeType": body.media_type if body else "",
            **({"text": body.text} if body else {}),
        },
        "redirectURL": "",
        "headersSize": _UNKNOWN,
        "bodySize": body.length if body else _UNKNOWN,
    }
    if exchange.failure is not None:
        found["_error"] = exchange.failure
    return found


def _pairs(headers: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]
