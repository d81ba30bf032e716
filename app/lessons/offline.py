"""The lesson about transport errors: a failed network never ends a session."""

from functools import partial

from app.events.refresh import RefreshRetried
from app.events.wire import ExchangeKind
from app.lessons.evidence import Call, LessonEvidence
from app.lessons.lesson import Lesson, LessonStep, in_turn
from app.lessons.player import Player

_UNAVAILABLE = 503


def _could_not_be_asked(seen: LessonEvidence) -> bool:
    return any(_failed_on_the_way(call) for call in seen.calls())


def _failed_on_the_way(call: Call) -> bool:
    """Return whether a refresh failed with a transport error; one that was held back does not count."""
    nowhere = [each for each in call.led.failures if not each.terminal and not each.code and each.status is None]
    asked = call.led.exchanges(ExchangeKind.TOKEN)
    return bool(nowhere and asked) and asked[-1].status is None and not call.led.all(RefreshRetried)


def _was_too_busy(seen: LessonEvidence) -> bool:
    return any(not each.terminal and each.status == _UNAVAILABLE for call in seen.calls() for each in call.led.failures)


def _went_on(seen: LessonEvidence) -> bool:
    return any(call.has_refreshed for call in seen.calls())


LESSON = Lesson(
    name="offline",
    title="Offline is not signed out",
    teaches="Which failures end a session and which end only a call, and why the two must never be mixed up.",
    minutes=1.0,
    prepare=Player.start_over,
    steps=(
        LessonStep(
            title="No server there",
            read="The access token has lapsed and the network is gone. The refresh fails, and so does the call; but "
            "the server has not refused anything, so the refresh token is still valid.",
            do="In Demo org, under Trouble, tick Network down. Press Jump to lapse, then Call API.",
            see="The call failed, and the journal says of the refresh: still signed in. All three cards are still "
            "there.",
            hint="Network down cuts the way between this Lapse and the demo org; the panel's own controls get through.",
            check=_could_not_be_asked,
            play=in_turn(partial(Player.cut_network, cut=True), Player.to_lapse, Player.call),
        ),
        LessonStep(
            title="A server there, but busy",
            read="A server in trouble answers 503, or 429, or a web page from something in between. None of that is "
            "the token endpoint's word about the token: only an OAuth error from it can end a session (RFC 6749 "
            "§5.2).",
            do="Untick Network down, tick Token endpoint: 503, and press Call API.",
            see="The journal: the refresh failed, still signed in, the server is too busy. The wire log has the 503.",
            hint="The access token must still be lapsed; if it is not, press Jump to lapse.",
            check=_was_too_busy,
            play=in_turn(
                partial(Player.cut_network, cut=False),
                partial(Player.switch_on, fault=f"{_UNAVAILABLE}@token"),
                Player.call,
            ),
        ),
        LessonStep(
            title="And it goes on",
            read="Programs that sign users out here do so in every tunnel. The cure is to do nothing: keep the "
            "tokens, and try again when the next call needs one.",
            do="Untick Token endpoint: 503, and press Call API.",
            see="Refreshed, 200; the same family, one generation further. No sign-in was needed.",
            hint="If the server asked us to wait, the call says so: wait, or press +1 min.",
            check=_went_on,
            play=in_turn(Player.switch_all_off, Player.call),
        ),
    ),
)
