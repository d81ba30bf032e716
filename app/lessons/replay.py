"""The lesson about replay: an old refresh token comes again, inside the grace period and outside of it."""

from functools import partial

from app.events.demo import ReplayAnswered
from app.events.session import SessionEnded, SessionStarted
from app.lessons.evidence import LessonEvidence
from app.lessons.lesson import Lesson, LessonStep, in_turn
from app.lessons.player import Player

_GRACE_S = 60


def _was_taken_again(seen: LessonEvidence) -> bool:
    return any(each.error is None for each in seen.all(ReplayAnswered))


def _was_refused(seen: LessonEvidence) -> bool:
    return any(each.error == "invalid_grant" for each in seen.all(ReplayAnswered))


def _session_ended(seen: LessonEvidence) -> bool:
    return any(each.terminal and each.code == "invalid_grant" for each in seen.failures) and bool(
        seen.all(SessionEnded)
    )


def _signed_in(seen: LessonEvidence) -> bool:
    return bool(seen.all(SessionStarted))


LESSON = Lesson(
    name="replay",
    title="Replaying an old refresh token",
    teaches="Why a refresh token that was used comes at a price when it comes again, and who pays it.",
    minutes=1.5,
    prepare=partial(Player.start_over, grace_s=_GRACE_S),
    steps=(
        LessonStep(
            title="Inside the grace period",
            read="A refresh makes the old refresh token history. For a short grace period Okta still takes it: a "
            "response may have been lost, and then the client has nothing but the old one. Here the grace period is "
            "one minute.",
            do="Choose Refresh now (Ctrl+R). Then, within a minute, press Replay RT-1 in Demo org, under Tokens and "
            "keys.",
            see="The replay is accepted, and the timeline draws an arrow back to the old token. What it brought is "
            "thrown away.",
            hint="If the replay was refused, the minute was over and the family is dead: reset the lesson, and be "
            "quicker.",
            check=_was_taken_again,
            play=in_turn(Player.refresh_now, Player.replay),
        ),
        LessonStep(
            title="After the grace period",
            read="Later than that there is no innocent explanation. Two parties hold one refresh token, and the "
            "server cannot tell the attacker from the owner, so it ends the whole family (RFC 9700 §4.14.2).",
            do="In Demo org, under Time, press +1 min. Then press the same Replay button once more.",
            see="The journal: refused with invalid_grant. The cards look as before, because the session "
            "has not been notified.",
            hint="The button names the refresh token that was replaced last. After a restart none is known: choose "
            "Refresh now first, and then +1 min.",
            check=_was_refused,
            play=in_turn(Player.have_old_refresh_token, partial(Player.travel, seconds=_GRACE_S), Player.replay),
        ),
        LessonStep(
            title="The honest client finds out",
            read="The family's access tokens died with it. The next call gets 401, tries to refresh, and is refused "
            "with the same words as for an expired token: Okta has one sentence for all of it.",
            do="Press Call API.",
            see="The session has ended, and says so. The doctor asks the org's System Log and names the true cause: "
            "reuse.",
            hint="Why? beside the call's story shows in the journal what led to it.",
            check=_session_ended,
            play=Player.call,
        ),
        LessonStep(
            title="Begin a new family",
            read="Nothing but a sign-in helps, for owner and thief alike. That is the point: a stolen refresh token "
            "is worth no more than the time until the owner's next refresh.",
            do="Press Sign in, and sign in as Ada.",
            see="A new family begins with AT-1 and RT-1.",
            hint="Sign in is in the top bar.",
            check=_signed_in,
            play=Player.sign_in,
        ),
    ),
)
