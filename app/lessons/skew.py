"""The lesson about skew: two clocks that disagree, and how little that should cost."""

from app import events
from app.decision import Decision, Reason
from app.errors import Hiccup
from app.lessons.lesson import Lesson, Step
from app.lessons.player import Player
from app.lessons.seen import Seen

_WORTH_SEEING_S = 300.0


def _stayed_calm(seen: Seen) -> bool:
    measured = [each for each in seen.all(events.SkewMeasured) if each.skew_s <= -_WORTH_SEEING_S]
    return bool(measured) and any(call.was_free for call in seen.after(events.SkewMeasured).calls())


async def _call_with_server_behind(player: Player) -> None:
    await player.skew_server(-600)
    await player.refresh_now()
    await player.call()


def _knew_better(seen: Seen) -> bool:
    return any(call.has_refreshed and any(map(_is_over_though_wall_says_not, call.decisions)) for call in seen.calls())


def _is_over_though_wall_says_not(decision: Decision) -> bool:
    return decision.reason is Reason.LAPSED and decision.expires_at is not None and decision.at < decision.expires_at


async def _call_with_our_clock_behind(player: Player) -> None:
    await player.skew_server(0)
    await player.skew_client(-120)
    await player.to_lapse()
    await player.call()


def _was_not_believed(seen: Seen) -> bool:
    """Return whether a refresh brought tokens and failed all the same: it was we who would not take them."""
    for entry in seen.entries:
        led = seen.led_by(entry) if isinstance(entry.event, events.RefreshStarted) else Seen()
        if led.refreshes() and any(not each.terminal for each in led.failures):
            return True
    return False


async def _refresh_far_behind(player: Player) -> None:
    await player.skew_client(-600)
    try:
        await player.refresh_now()
    except Hiccup:
        return  # what it brought cannot be believed at that time of day: that is the lesson


def _recovered(seen: Seen) -> bool:
    return any(call.has_refreshed for call in seen.calls())


async def _set_right_and_call(player: Player) -> None:
    await player.skew_client(0)
    await player.call()


LESSON = Lesson(
    name="skew",
    title="Clock skew",
    teaches="Whose clock an expiry is told by, what a wrong clock costs, and how wrong it may be.",
    minutes=1.5,
    prepare=Player.start_over,
    steps=(
        Step(
            title="The server's clock is behind",
            read="The claim exp is written by the server's clock. A client that compares it with its own would find "
            "every token of this server over at birth, and refresh before each call. Lapse counts expires_in from the "
            "moment the answer came.",
            do="In Demo org, under Time, set Demo org's clock to -600 s. Choose Refresh now (Ctrl+R), then press Call "
            "API.",
            see="This session shows a skew of -600 s, measured from the answer's Date header. The call needed no "
            "refresh. The inspector's truth table sets exp and expires_in side by side.",
            hint="The skew is measured when a token answer comes; so refresh first, and then call.",
            check=_stayed_calm,
            play=_call_with_server_behind,
        ),
        Step(
            title="Our own clock is behind",
            read="Now our wall clock is wrong by two minutes: by it, a token that is over still looks good. Elapsed "
            "time knows better; it cannot be set, and Lapse trusts it more than the wall.",
            do="Set Demo org's clock to 0 s and Our clock to -120 s. Press Jump to lapse, then Call API.",
            see="The decision is to refresh although our wall has not reached the expiry. The call worked at the "
            "first try, without a 401.",
            hint="The token must be from before our clock was wrong. If it is not: Set both right, Refresh now, and "
            "set Our clock to -120 s again.",
            check=_knew_better,
            play=_call_with_our_clock_behind,
        ),
        Step(
            title="Too wrong to be believed",
            read="An ID token says when it was issued. Lapse allows 5 minutes of skew, and refuses one that comes "
            "from further in the future, as OpenID Connect lets a client do. The new refresh token is kept all the "
            "same.",
            do="Set Our clock to -600 s, and choose Refresh now.",
            see="The refreshed tokens were not used: the ID token claims to come from the future. Still signed in; "
            "the doctor names the clock.",
            hint="Refresh now has the shortcut Ctrl+R. At -300 s and above it would still be taken.",
            check=_was_not_believed,
            play=_refresh_far_behind,
        ),
        Step(
            title="Set it right",
            read="A wrong clock is no reason to sign anybody out, and here it did not: as soon as the clock is right "
            "the next call refreshes and goes on.",
            do="Set Our clock to 0 s, and press Call API.",
            see="Refreshed, 200, the same family.",
            hint="Set both right does it at once.",
            check=_recovered,
            play=_set_right_and_call,
        ),
    ),
)
