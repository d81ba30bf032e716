"""The lesson about the refresh on the way to the API, before the call and after its 401."""

from functools import partial

from app.decision import Reason
from app.lessons.evidence import LessonEvidence
from app.lessons.lesson import Lesson, LessonStep, in_turn
from app.lessons.player import Player

_UNAUTHORIZED = 401


def _refreshed_first(seen: LessonEvidence) -> bool:
    return any(
        call.reason is Reason.LAPSED and call.has_refreshed and _UNAUTHORIZED not in call.statuses
        for call in seen.calls()
    )


def _refreshed_after_401(seen: LessonEvidence) -> bool:
    return any(
        call.last_reason is Reason.REJECTED and call.has_refreshed and _UNAUTHORIZED in call.statuses
        for call in seen.calls()
    )


def _refreshed_on_request(seen: LessonEvidence) -> bool:
    asked = [entry for entry in seen.decided(Reason.ASKED) if seen.led_by(entry).refreshes()]
    return bool(asked)


LESSON = Lesson(
    name="refresh",
    title="Refresh on the way to the API",
    teaches="Where a refresh stands: inside the call that needs it, before the request or after its 401.",
    minutes=1.0,
    prepare=Player.start_over,
    steps=(
        LessonStep(
            title="Before the call",
            read="Lapse knows when the access token ends, from expires_in. Once it has lapsed there is no use in "
            "asking the API: the refresh goes first, then the call with the new token.",
            do="In Demo org, under Time, press Jump to lapse. Then press Call API.",
            see="In the wire log, POST token is indented under the call that caused it, and GET /api/me after it: "
            "two requests, one story.",
            hint="Wire is the third tab below the timeline. The journal tells the same with the reasons.",
            check=_refreshed_first,
            play=in_turn(Player.to_lapse, Player.call),
        ),
        LessonStep(
            title="After the API says no",
            read="A server may revoke a token early, and the client is not told. Then the API answers 401 with "
            "invalid_token (RFC 6750), and that is the other reason to refresh: once, and the call goes out once "
            "more.",
            do="In Demo org, under Tokens and keys, press Revoke access. Then press Call API.",
            see="Three requests: GET 401, POST token 200, GET 200. The user at the screen notices nothing but some "
            "milliseconds.",
            hint="It is also in the menu ⋯ of the access token's card: Revoke access token.",
            check=_refreshed_after_401,
            play=in_turn(partial(Player.revoke, kind="access"), Player.call),
        ),
        LessonStep(
            title="Because you say so",
            read="Refresh now differs from Call API. It spends a request although nothing needs it: useful for a "
            "demonstration, and to see what a refresh brings.",
            do="On the access token's card, open ⋯ and choose Refresh now.",
            see="The journal's reason is that you asked for it, and no call is around it.",
            hint="Refresh now has the shortcut Ctrl+R.",
            check=_refreshed_on_request,
            play=Player.refresh_now,
        ),
    ),
)
