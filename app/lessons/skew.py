"""The lesson about skew: two clocks that disagree, and how little that should cost."""

from functools import partial

from app.decision import Decision, Reason
from app.events.refresh import RefreshStarted, RefreshSucceeded, SkewMeasured
from app.events.tokens import IdTokenRefused
from app.lessons.evidence import LessonEvidence
from app.lessons.lesson import Lesson, LessonStep, in_turn
from app.lessons.player import Player

_WORTH_SEEING_S = 300.0


def _stayed_calm(seen: LessonEvidence) -> bool:
    measured = [each for each in seen.all(SkewMeasured) if each.skew_s <= -_WORTH_SEEING_S]
    return bool(measured) and any(call.was_free for call in seen.after(SkewMeasured).calls())


def _knew_better(seen: LessonEvidence) -> bool:
    return any(call.has_refreshed and any(map(_is_over_though_wall_says_not, call.decisions)) for call in seen.calls())


def _is_over_though_wall_says_not(decision: Decision) -> bool:
    return decision.reason is Reason.LAPSED and decision.expires_at is not None and decision.at < decision.expires_at


def _was_not_believed(seen: LessonEvidence) -> bool:
    """Return whether a refresh succeeded although its ID token failed verification."""
    for entry in seen.entries:
        if not isinstance(entry.event, RefreshStarted):
            continue
        led = seen.led_by(entry)
        if led.all(IdTokenRefused) and bool(led.all(RefreshSucceeded)):
            return True
    return False


def _recovered(seen: LessonEvidence) -> bool:
    """Return whether a refresh brought a verified ID token."""
    refreshed = (seen.led_by(entry) for entry in seen.entries if isinstance(entry.event, RefreshStarted))
    return any(led.all(RefreshSucceeded) and not led.all(IdTokenRefused) for led in refreshed)


LESSON = Lesson(
    name="skew",
    title="Clock skew",
    teaches="Which clock decides an expiry, what a wrong clock costs, and how wrong it may be.",
    minutes=1.5,
    prepare=Player.start_over,
    steps=(
        LessonStep(
            title="The server's clock is behind",
            read="The claim exp is written by the server's clock. A client that compares it with its own would find "
            "every token of this server over at birth, and refresh before each call. Lapse counts expires_in from the "
            "moment the response came.",
            do="In Demo org, under Time, set Demo org's clock to -600 s. Choose Refresh now (Ctrl+R), then press Call "
            "API.",
            see="This session shows a skew of -600 s, measured from the answer's Date header. The call needed no "
            "refresh. The inspector's truth table sets exp and expires_in side by side.",
            hint="The skew is measured when a token response comes; so refresh first, and then call.",
            check=_stayed_calm,
            play=in_turn(partial(Player.skew_server, seconds=-600), Player.refresh_now, Player.call),
        ),
        LessonStep(
            title="Our own clock is behind",
            read="Now our wall clock is wrong by two minutes: by it, an expired token still looks valid. Elapsed "
            "time knows better; it cannot be set, and Lapse trusts it more than the wall.",
            do="Set Demo org's clock to 0 s and Our clock to -120 s. Press Jump to lapse, then Call API.",
            see="The decision is to refresh although our wall has not reached the expiry. The call worked at the "
            "first try, without a 401.",
            hint="The token must be from before our clock was wrong. If it is not: Set both right, Refresh now, and "
            "set Our clock to -120 s again.",
            check=_knew_better,
            play=in_turn(
                partial(Player.skew_server, seconds=0),
                partial(Player.skew_client, seconds=-120),
                Player.to_lapse,
                Player.call,
            ),
        ),
        LessonStep(
            title="Too wrong to be believed",
            read="An ID token says when it was issued. Lapse allows 5 minutes of skew, and does not believe one that "
            "comes from further in the future, as OpenID Connect lets a client do. The access token that came with it "
            "is still valid: no user is locked out by a clock.",
            do="Set Our clock to -600 s, and choose Refresh now.",
            see="The refresh worked. The journal says that the new ID token did not pass (iat), and names the clock; "
            "your identity stays as it was. The doctor names the clock too.",
            hint="Refresh now has the shortcut Ctrl+R. At -300 s and above it would still be taken.",
            check=_was_not_believed,
            play=in_turn(partial(Player.skew_client, seconds=-600), Player.refresh_now),
        ),
        LessonStep(
            title="Set it right",
            read="A wrong clock is no reason to end a session, and here it did not. Once it is right, the next ID "
            "token is believed again.",
            do="Set Our clock to 0 s, and choose Refresh now.",
            see="Refreshed, the same family, and the new ID token has passed.",
            hint="Set both right does it at once.",
            check=_recovered,
            play=in_turn(partial(Player.skew_client, seconds=0), Player.refresh_now),
        ),
    ),
)
