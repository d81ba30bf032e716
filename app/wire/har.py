"""Exchanges as an HTTP Archive, redacted as they were at birth (HAR 1.2)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from app.events import Entry
from app.events.wire import Exchange
from app.events.words import failure
from app.wire.details import Detail, Details
from app.wire.redact import ShownBody

_UNKNOWN = -1
_NEVER_SAID = "unknown"  # the HTTP version where no response came
_FORM = "application/x-www-form-urlencoded"
_REDACTED = (
    "Redacted: every token, code and password was replaced by its fingerprint and length when it was recorded; "
    "the values are not in this file."
)
# The characters of a URL (RFC 3986 §2); masks are not among them and are encoded.
_URL_CHARACTERS = ":/?#[]@!$&'()*+,;=%-._~"


def har(entries: Iterable[Entry], details: Details, *, version: str) -> dict[str, Any]:
    """Return the exchanges among `entries` as a HAR log; those without details have their line only."""
    exchanges = [(entry, entry.event) for entry in entries if isinstance(entry.event, Exchange)]
    exchanges.sort(key=lambda each: each[1].started_at)  # oldest first, as the format requires
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "Lapse", "version": version},
            "comment": _REDACTED,
            "entries": [_entry(entry, exchange, details.get(entry.seq)) for entry, exchange in exchanges],
        }
    }


def _entry(entry: Entry, exchange: Exchange, detail: Detail | None) -> dict[str, Any]:
    total_ms = max(exchange.duration_s, 0.0) * 1000
    answered_s = exchange.duration_s if detail is None or detail.answered_s is None else detail.answered_s
    wait_ms = min(max(answered_s, 0.0) * 1000, total_ms)
    comment = f"{exchange.kind.value}, journal {entry.seq}"
    comment += "" if entry.cause is None else f", caused by {entry.cause}"
    comment += "" if detail is not None else "; too long ago, only its line is kept"
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.started_at, UTC).isoformat(timespec="milliseconds"),
        "time": total_ms,
        "request": _request(exchange, detail),
        "response": _response(exchange, detail),
        "cache": {},
        "timings": {"send": 0, "wait": wait_ms, "receive": total_ms - wait_ms},
        "comment": comment,
    }


def _request(exchange: Exchange, detail: Detail | None) -> dict[str, Any]:
    body = detail.request_body if detail else None
    url = quote(detail.url if detail else exchange.url, safe=_URL_CHARACTERS)
    found: dict[str, Any] = {
        "method": exchange.method,
        "url": url,
        "httpVersion": detail.http_version if detail and detail.http_version else _NEVER_SAID,
        "cookies": [],
        "headers": _pairs(detail.request_headers if detail else ()),
        "queryString": _pairs(_parameters(urlsplit(url).query)),
        "headersSize": _UNKNOWN,
        "bodySize": _size(body, detail),
    }
    if body is not None:
        found["postData"] = _posted(body)
    return found


def _posted(body: ShownBody) -> dict[str, Any]:
    # `params` and `text` exclude each other
    parameters = _parameters(body.text) if body.media_type == _FORM else ()
    sent = {"params": _pairs(parameters)} if parameters else {"text": body.text}
    return {"mimeType": body.media_type, **sent, **_cut(body)}


def _response(exchange: Exchange, detail: Detail | None) -> dict[str, Any]:
    body = detail.response_body if detail else None
    headers = detail.response_headers if detail else ()
    found: dict[str, Any] = {
        "status": exchange.status or 0,
        "statusText": detail.reason if detail else "",
        "httpVersion": detail.http_version if detail and detail.http_version else _NEVER_SAID,
        "cookies": [],
        "headers": _pairs(headers),
        "content": {
            "size": body.length if body else 0,
            "mimeType": body.media_type if body else "",
            **({"text": body.text, **_cut(body)} if body else {}),
        },
        "redirectURL": next((value for name, value in headers if name.lower() == "location"), ""),
        "headersSize": _UNKNOWN,
        "bodySize": body.length if body else _UNKNOWN,
    }
    if exchange.failure is not None:
        why = failure(exchange.failure)
        found["comment"] = f"failed: {why}"
        found["_error"] = why  # where browsers put it
    return found


def _size(body: ShownBody | None, detail: Detail | None) -> int:
    return _UNKNOWN if detail is None else body.length if body else 0


def _cut(body: ShownBody) -> dict[str, str]:
    return {"comment": f"not all of it: {body.length:,} bytes"} if body.is_cut else {}


def _parameters(text: str) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=500))
    except ValueError:
        return ()


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
