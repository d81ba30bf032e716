"""The lesson about two windows: several Lapses share one session, and one of them refreshes."""

from app.events.session import SessionAdopted, SessionGone, SessionStarted
from app.lessons.evidence import LessonEvidence
from app.lessons.lesson import Lesson, LessonStep
from app.lessons.player import Player


def _used_what_the_other_got(seen: LessonEvidence) -> bool:
    adopting = [call for call in seen.calls() if call.led.all(SessionAdopted)]
    later = seen.after(SessionAdopted).calls()
    return any(call.worked and not call.token_requests for call in (*adopting, *later))


async def _let_the_other_refresh(player: Player) -> None:
    await player.to_lapse()
    async with player.other_lapse() as other:
        await other.call()
    await player.call()


def _is_gone(seen: LessonEvidence) -> bool:
    return bool(seen.all(SessionGone))


async def _let_the_other_sign_out(player: Player) -> None:
    async with player.other_lapse() as other:
        await other.sign_out()
    await player.call()


def _signed_in(seen: LessonEvidence) -> bool:
    return bool(seen.all(SessionStarted))


LESSON = Lesson(
    name="two-windows",
    title="Two windows, one session",
    teaches="How programs that share a session keep out of each other's way when its token lapses.",
    minutes=1.0,
    prepare=Player.start_over,
    needs_keyring=True,
    steps=(
        LessonStep(
            title="The other one refreshes",
            read="Two programs hold the same refresh token. If both sent it, a server that rotates would take the "
            "second for a thief. So they take turns under a lock, and look into the keyring before they ask the "
            "server.",
            do="Press Jump to lapse. In a terminal run lapse token, or open a second Lapse and press Call API there. "
            "Then press Call API here.",
            see="The access token here had lapsed too, and yet no token request was sent: another Lapse has refreshed "
            "this session, and its generation was taken over.",
            hint="If this Lapse refreshed automatically, it was the first to call: press Jump to lapse, and let the "
            "other one go first.",
            check=_used_what_the_other_got,
            play=_let_the_other_refresh,
        ),
        LessonStep(
            title="The other one signs out",
            read="It is one session, so a sign-out anywhere ends it everywhere. The window that did nothing finds out "
            "at its next refresh, from the keyring.",
            do="Run lapse sign-out, or press Sign out in the second Lapse. Then press Call API here.",
            see="The session is gone: another Lapse has signed out. The refresh token was not sent once more to find "
            "that out.",
            hint="The access token was revoked with the sign-out, so the API answers 401 first.",
            check=_is_gone,
            play=_let_the_other_sign_out,
        ),
        LessonStep(
            title="And starts again",
            read="A new sign-in is shared too. The other window takes it over at its next check.",
            do="Press Sign in, and sign in as Ada.",
            see="A new family, stored in the keyring for all your Lapse windows.",
            hint="Sign in is in the top bar.",
            check=_signed_in,
            play=Player.sign_in,
        ),
    ),
)
