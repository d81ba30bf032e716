"""The lesson about the storm: fifty calls at the moment of lapse, and one refresh for all of them."""

from functools import partial

from app.decision import Reason
from app.lessons.evidence import Call, LessonEvidence
from app.lessons.lesson import Lesson, LessonStep, in_turn
from app.lessons.player import Player

_CALLS = 50
_CALL_ALL = partial(Player.call, times=_CALLS)


def _all_were_free(seen: LessonEvidence) -> bool:
    return len([call for call in seen.calls() if call.was_free]) >= _CALLS


def _one_refresh_for_lapsed(seen: LessonEvidence) -> bool:
    return _shared_one_refresh(seen, Reason.LAPSED)


def _one_refresh_for_rejected(seen: LessonEvidence) -> bool:
    return _shared_one_refresh(seen, Reason.REJECTED)


def _shared_one_refresh(seen: LessonEvidence, reason: Reason) -> bool:
    """Return whether a call refreshed for that reason, while enough other calls shared the refresh."""
    calls = seen.calls()
    refreshing = [call for call in calls if call.token_requests and call.last_reason is reason]
    return any(_is_good_storm([call for call in calls if call.was_under_way_with(first)]) for first in refreshing)


def _is_good_storm(calls: list[Call]) -> bool:
    return (
        len(calls) >= _CALLS and all(call.worked for call in calls) and sum(call.token_requests for call in calls) == 1
    )


LESSON = Lesson(
    name="storm",
    title="Storm: 50 calls, one refresh",
    teaches="Why callers must share one refresh, and what would happen if each made its own.",
    minutes=1.0,
    prepare=Player.start_over,
    steps=(
        LessonStep(
            title="Fifty at once, fresh",
            read="A page that opens asks for many things at once. While the access token is valid this concerns only "
            "the API.",
            do="In the strip on top, set how many calls at once to 50. Press Call API.",
            see="The story says 50 × 200 and no refresh: fifty requests in the wire log, and not one more.",
            hint="The number is left of Call API; 1 to 100.",
            check=_all_were_free,
            play=_CALL_ALL,
        ),
        LessonStep(
            title="Fifty at the moment of lapse",
            read="Now all fifty need a new token. If each refreshed separately, forty-nine would send a refresh token "
            "that the first has used up: waste at best, and with a strict server the end of the session.",
            do="In Demo org, under Tokens and keys, press Refresh storm with 50 calls.",
            see="One token request; one call started it, and forty-nine joined. The timeline shows fifty calls and "
            "one diamond at the token endpoint.",
            hint="The same by hand: Jump to lapse, then Call API with 50 at once.",
            check=_one_refresh_for_lapsed,
            play=in_turn(Player.to_lapse, _CALL_ALL),
        ),
        LessonStep(
            title="Fifty times 401",
            read="Harder: the API rejects a token that looks valid. Fifty 401s arrive one after another, some of them "
            "when the refresh is over already. Each must check whether its token is still the current one.",
            do="Press Revoke access. Then press Call API, still 50 at once.",
            see="50 × 401, one refresh, 50 × 200. A late 401 about the old token starts nothing: it takes the new one.",
            hint="Revoke access is under Tokens and keys, and in the menu ⋯ of the access token's card.",
            check=_one_refresh_for_rejected,
            play=in_turn(partial(Player.revoke, kind="access"), _CALL_ALL),
        ),
    ),
)
