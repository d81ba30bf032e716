"""The words of the timeline: lanes, ends, marks, limits and ticks."""

from datetime import UTC, datetime

from app.lanes import End, Lane, Limits, MarkKind
from app.text import duration
from app.token_name import TokenName
from ui.text import shape_of
from ui.timeline.layout import BarShape, LimitKind, MarkShape
from ui.timeline.span import Frame, tick_step

_MINUTE_S, _DAY_S = 60, 86_400
_GRANTS = {"authorization_code": "code", "urn:ietf:params:oauth:grant-type:device_code": "device"}
_WITH_TIME = (MarkKind.TOKEN_REQUEST, MarkKind.RETRY)


LANE_NAMES: dict[Lane, str] = {
    Lane.CALLS: "API calls",
    Lane.ACCESS: "Access",
    Lane.REFRESH: "Refresh",
    Lane.TOKEN_REQUESTS: "Token endpoint",
}

# A current token has none.
END_WORDS: dict[End, str] = {
    End.LAPSED: "lapsed",
    End.REPLACED: "rotated",
    End.DROPPED: "dropped",
    End.REVOKED: "revoked",
    End.EXPIRED: "expired",
    End.REFUSED: "refused",
    End.FORGOTTEN: "forgotten",
}

# A successful call needs none.
MARK_WORDS: dict[MarkKind, str] = {
    MarkKind.FAILED_CALL: "failed",
    MarkKind.TOKEN_REQUEST: "refresh",
    MarkKind.REFUSAL: "refused",
    MarkKind.LOST: "response lost",
    MarkKind.RETRY: "retry",
    MarkKind.REPLAY: "replay accepted",
    MarkKind.REPLAY_REFUSED: "replay refused",
    MarkKind.SIGN_IN: "sign-in",
    MarkKind.SIGN_OUT: "signed out",
    MarkKind.SESSION_END: "session ended",
    MarkKind.DROP: "dropped",
    MarkKind.REVOCATION: "revoked",
    MarkKind.EXPIRY: "expired",
    MarkKind.TRAVEL: "time travel",
}

LIMIT_WORDS: dict[LimitKind, str] = {
    LimitKind.IDLE: "idle limit",
    LimitKind.ABSOLUTE: "absolute limit",
}

NOW_WORD = "now"


def many(count: int, name: TokenName) -> str:
    """Return the text for lives too close together to distinguish."""
    return f"{count} tokens from {name} on; zoom in to tell them apart."


def limits_sentence(limits: Limits) -> str:
    """Return the known limits of a refresh token family, in sentences."""
    unknown = "not stated by the server"
    idle, absolute = (unknown if each is None else duration(each) for each in (limits.idle_s, limits.absolute_s))
    if limits.idle_s is None and limits.absolute_s is None:
        found = f"idle and absolute limit: {unknown}"
    else:
        found = f"idle limit: {idle}, absolute limit: {absolute}"
    return f"{found}, grace period: {duration(limits.grace_s)}" if limits.grace_s else found


def bar_texts(bar: BarShape, words: dict[End, str], *, presenter: bool) -> list[str]:
    """Return the possible texts on a bar, longest first; the first that fits is used."""
    name = f"{shape_of(bar.name.number)} {bar.name}" if presenter else str(bar.name)
    word = words.get(bar.how, "")
    found = [f"{name} · {word}"] if word else []
    if bar.lane is Lane.ACCESS and bar.life_s is not None:
        life = duration(round(bar.life_s))
        found = [f"{name} · {life} · {word}", *found] if word else [f"{name} · {life}"]
    return [*found, name, *([shape_of(bar.name.number)] if presenter else [])]


def mark_texts(mark: MarkShape, words: dict[MarkKind, str]) -> list[str]:
    """Return the possible texts beside a mark, longest first."""
    if mark.count > 1:
        return [f"{words[mark.kind]} ×{mark.count}", f"×{mark.count}"] if mark.kind in words else [f"×{mark.count}"]
    if mark.kind is MarkKind.SIGN_IN:
        return [_GRANTS.get(mark.note, mark.note), words[mark.kind]]
    if mark.kind is MarkKind.TOKEN_REQUEST and not mark.token:
        return []
    word = words.get(mark.kind, "")
    took = duration(mark.took_s) if mark.took_s else ""
    more = took if mark.kind in _WITH_TIME else mark.note
    return [each for each in (f"{word} {more}" if more else "", word) if each]


def local(moment: float) -> datetime:
    """Return a moment (epoch seconds) in the local time zone."""
    return datetime.fromtimestamp(moment, tz=UTC).astimezone()


def tick_texts(moments: tuple[float, ...], frame: Frame) -> list[str]:
    """Return the texts below the ticks: whole minutes in full, others only where they differ."""
    step, span = tick_step(frame), frame.span.seconds
    return [_tick_text(local(round(each, 3)), step, span, is_first=place == 0) for place, each in enumerate(moments)]


def _tick_text(there: datetime, step: float, span: float, *, is_first: bool) -> str:
    if step >= _DAY_S:
        return there.strftime("%Y-%m-%d")
    if span > _DAY_S / 2:
        return there.strftime("%m-%d %H:%M" if is_first or there.hour + there.minute == 0 else "%H:%M")
    if step >= _MINUTE_S:
        return there.strftime("%H:%M")
    if there.second + there.microsecond == 0 or is_first:
        return there.strftime("%H:%M:%S") + _fraction(there)
    return there.strftime(":%S") + _fraction(there)


def _fraction(there: datetime) -> str:
    return f".{there.microsecond // 100_000}" if there.microsecond else ""
