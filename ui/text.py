"""Times and durations in words, in the local time zone, and texts prepared for labels and tooltips."""

import re
from datetime import UTC, datetime

_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86_400
# URLs and grant names are too long for any column; they may break after punctuation.
_LONG_WORD = re.compile(r"\S{20,}")
_SIGNS = re.compile(r"([/:_=&?,.-])(?=\w)")


def clock_time(moment: float) -> str:
    """Return `14:05:00` in local time for epoch seconds."""
    return _local(moment).strftime("%H:%M:%S")


def moment_with_zone(moment: float, now: float) -> str:
    """Return `14:03:10 UTC+2`, with the date in front when it is another day than `now`."""
    there, here = _local(moment), _local(now)
    date = "" if there.date() == here.date() else there.strftime("%Y-%m-%d ")
    return f"{date}{there.strftime('%H:%M:%S')} {_zone(there)}"


def shape_of(number: int) -> str:
    """Return the shape of a generation, from 1 on: one of five, in turn."""
    return "●■▲◆★"[(number - 1) % 5]


def countdown(left_s: float) -> str:
    """Return `00:27`, `06:59:12` or `3 d 04:00`; a minus sign in front once it is over."""
    sign = "-" if left_s < 0 else ""
    whole = int(abs(left_s))  # whole seconds, as the sentences count them
    days, rest = divmod(whole, _DAY_S)
    hours, rest = divmod(rest, _HOUR_S)
    minutes, seconds = divmod(rest, _MINUTE_S)
    if days:
        return f"{sign}{days} d {hours:02}:{minutes:02}"
    if hours:
        return f"{sign}{hours:02}:{minutes:02}:{seconds:02}"
    return f"{sign}{minutes:02}:{seconds:02}"


def _local(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, tz=UTC).astimezone()


def _zone(there: datetime) -> str:
    offset = there.utcoffset()
    minutes = 0 if offset is None else round(offset.total_seconds() / _MINUTE_S)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), _MINUTE_S)
    sign = "+" if minutes > 0 else "-"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def plain_tooltip(text: str) -> str:
    """Return a tooltip that shows `text` literally: Qt renders anything that looks like markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p style='white-space:pre-wrap'>{escaped[:2000]}</p>" if text else ""


def breakable(text: str) -> str:
    """Return `text` with zero-width spaces after punctuation, so that long words can wrap."""
    return _LONG_WORD.sub(lambda word: _SIGNS.sub("\\1\u200b", word[0]), text)
