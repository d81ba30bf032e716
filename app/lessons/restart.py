"""The lesson about restarts: the next start takes the session up from the keyring, without a single request."""

from app.decision import Reason
from app.events.calls import CallStarted
from app.events.session import SessionRestored
from app.events.wire import ExchangeKind
from app.lessons.evidence import LessonEvidence
from app.lessons.lesson import Lesson, LessonStep, in_turn
from app.lessons.player import Player


def _was_restored(seen: LessonEvidence) -> bool:
    return bool(seen.all(SessionRestored))


def _called_for_free(seen: LessonEvidence) -> bool:
    calls = seen.calls()
    return bool(calls) and calls[0].was_free and _silent_until_call(seen)


def _refreshed_by_the_first_call(seen: LessonEvidence) -> bool:
    run = seen.since_last(SessionRestored) if _was_restored(seen) else LessonEvidence()
    calls = run.calls()
    return bool(calls) and calls[0].reason is Reason.LAPSED and calls[0].has_refreshed and _silent_until_call(run)


def _silent_until_call(seen: LessonEvidence) -> bool:
    return not seen.until(CallStarted).exchanges(ExchangeKind.TOKEN)


LESSON = Lesson(
    name="restart",
    title="Restart and stay signed in",
    teaches="What is kept between two runs and where, and why the start of a program is no reason to refresh.",
    minutes=1.0,
    prepare=Player.start_over,
    needs_keyring=True,
    steps=(
        LessonStep(
            title="Close and open",
            read="A user who signed in yesterday does not want to do it again today. The session is kept in the "
            "operating system's keyring, never in a file, and written there before it is used.",
            do="Close the window, and open Lapse again.",
            see="The journal begins with: still signed in as Ada Lovelace. No request was sent for it.",
            hint="Come back to the lesson after opening: it goes on at this step. On a machine without a keyring "
            "nothing survives.",
            check=_was_restored,
            play=Player.restart,
        ),
        LessonStep(
            title="The first call",
            read="Many programs refresh at every start, to be safe. It is not safer: it spends a rotation each time, "
            "and a program killed at that moment may lose the session. The stored access token is still valid.",
            do="Press Call API.",
            see="One request, 200: the access token came from the keyring with its expiry, and is used until it "
            "expires.",
            hint="If it has lapsed meanwhile, the call refreshes first. Then close, open, and call at once.",
            check=_called_for_free,
            play=Player.call,
        ),
        LessonStep(
            title="The morning after",
            read="After a night the access token has lapsed, and the machine may have been off. The start still needs "
            "no request: the first call finds out, refreshes, and goes on.",
            do="In Demo org, under Time, press Jump to lapse. Close the window, open Lapse again, and press Call API.",
            see="Nothing was sent until the call; then one refresh, because the call needed it.",
            hint="The demo org remembers where its time has travelled to, and so does this Lapse.",
            check=_refreshed_by_the_first_call,
            play=in_turn(Player.to_lapse, Player.restart, Player.call),
        ),
    ),
)
