"""The lesson about a lapse: nothing happens until the next call."""

from functools import partial

from app.decision import Reason
from app.events.tokens import TokensReceived
from app.lessons.evidence import LessonEvidence
from app.lessons.lesson import Lesson, LessonStep, in_turn
from app.lessons.player import Player

_LIFETIME_S = 60
_AWHILE_S = 30  # more than a jump to the lapse, less than the minute after it


def _called_for_free(seen: LessonEvidence) -> bool:
    return any(call.was_free for call in seen.calls())


def _left_alone(seen: LessonEvidence) -> bool:
    """Return whether the token expired a while ago and time was moved since; it may expire while the user reads.

    If its expiry is unknown, a move by a whole lifetime counts.
    """
    travelled_s = seen.since_last(TokensReceived).travelled_s
    lapsed_s = travelled_s - _LIFETIME_S if seen.lapsed_s is None else seen.lapsed_s
    return travelled_s > 0 and lapsed_s >= _AWHILE_S


def _refreshed_by_a_call(seen: LessonEvidence) -> bool:
    return any(call.reason is Reason.LAPSED and call.has_refreshed for call in seen.calls())


LESSON = Lesson(
    name="lapse",
    title="A token lapses, and nothing happens until you call",
    teaches="When a refresh is worth its request: when a call needs a token, and not when a clock says so.",
    minutes=1.0,
    prepare=partial(Player.start_over, access_token_lifetime_s=_LIFETIME_S),
    steps=(
        LessonStep(
            title="Call with a fresh token",
            read="Access tokens live one minute in this lesson. While one is valid, a call needs only the API, "
            "and the banner under the URL says so before you click.",
            do="Press Call API.",
            see="One request in the wire log, and the decision above it: the token was kept, because it is valid for "
            "some more seconds.",
            hint="If the token has lapsed while you read, the call refreshes first. Then press Call API once more.",
            check=_called_for_free,
            play=Player.call,
        ),
        LessonStep(
            title="Let it lapse, and wait",
            read="Now the token expires while it is not needed. A program that refreshes by a timer would spend a "
            "request here, and the next, and one every minute all night long.",
            do="In Demo org, under Time, press Jump to lapse, and then +1 min.",
            see="The access token's card says Lapsed and counts on below zero. The wire log shows no token request: "
            "nothing happened, and nothing had to.",
            hint="If it has lapsed while you read, Jump to lapse has nothing to do: press +1 min once or twice. Do not "
            "call in between, for that would refresh.",
            check=_left_alone,
            play=in_turn(Player.to_lapse, partial(Player.travel, seconds=60)),
        ),
        LessonStep(
            title="Call, and now it is worth it",
            read="This is the rule at the heart: a token is refreshed only when a server call needs one and the "
            "access token has lapsed.",
            do="Press Call API.",
            see="The call's story: lapsed some time ago, refreshed, 200. This session counts one refresh, and beside "
            "it what a timer would have done.",
            hint="If the access token is fresh again, press Jump to lapse first.",
            check=_refreshed_by_a_call,
            play=Player.call,
        ),
    ),
)
