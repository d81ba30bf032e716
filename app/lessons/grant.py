"""The lesson about the Refresh Token grant: without it no refresh token ever comes, whatever scope is asked for."""

from functools import partial

from app.decision import Reason
from app.events.session import SessionStarted
from app.events.wire import ExchangeKind
from app.lessons.evidence import LessonEvidence
from app.lessons.lesson import Lesson, LessonStep, in_turn
from app.lessons.player import READING_S, Player

_KNOB = "refresh_grant_enabled"


def _signed_in_without_refresh_token(seen: LessonEvidence) -> bool:
    return any(each.refresh is None for each in seen.sign_ins())


def _cannot_refresh(seen: LessonEvidence) -> bool:
    return any(call.reason is Reason.NO_REFRESH_TOKEN for call in seen.calls())


def _grant_is_on(seen: LessonEvidence) -> bool:
    """Return whether the grant was turned on, or a sign-in shows that it was already on."""
    is_turned = seen.last_turn(_KNOB) == "on" or seen.has_response(ExchangeKind.MANAGEMENT, "PUT", 200)
    return is_turned or _signed_in_with_refresh_token(seen)


def _signed_in_with_refresh_token(seen: LessonEvidence) -> bool:
    return any(each.refresh is not None for each in seen.sign_ins()) and bool(seen.all(SessionStarted))


LESSON = Lesson(
    name="grant",
    title="Turn on the Refresh Token grant",
    teaches="Why no refresh token comes although offline_access is asked for, and which switch brings one.",
    minutes=1.5,
    prepare=in_turn(
        partial(Player.turn_as_new, access_token_lifetime_s=READING_S, refresh_grant_enabled=False), Player.sign_out
    ),
    begins_signed_out=True,
    steps=(
        LessonStep(
            title="Sign in without the grant",
            read="An Okta app gets a refresh token only where its Refresh Token grant is turned on. Here it is off, "
            "so asking for the scope offline_access is not enough, and the server does not call that an error.",
            do="Press Sign in in the top bar, and sign in as Ada.",
            see="The access token and the ID token are there, the refresh token's card stays empty, and the doctor "
            "names the cause.",
            hint="The sign-in page in the browser shows Ada's user name and password.",
            check=_signed_in_without_refresh_token,
            play=Player.sign_in,
        ),
        LessonStep(
            title="Let the access token lapse",
            read="An access token ends, as every token should. Without a refresh token there is nothing to get the "
            "next one with: the user has to sign in again.",
            do="In Demo org, under Time, press Jump to lapse. Then press Call API.",
            see="Nothing was sent. The story says that the access token is used up and the server gave no refresh "
            "token.",
            hint="Call API is above the timeline. If the call refreshes, the grant was on at your sign-in already: "
            "reset the lesson.",
            check=_cannot_refresh,
            play=in_turn(Player.to_lapse, Player.call),
        ),
        LessonStep(
            title="Turn the grant on",
            read="In Okta the switch is in the app's General Settings, under Grant type. Administrators of the app "
            "can also set it through the Applications API, with grant_types in the app's settings.",
            do="In Demo org, under Lifetimes, tick Refresh Token grant enabled.",
            see="The journal says that refresh_grant_enabled is on. The cards have not changed: existing tokens stay "
            "what they are.",
            hint="If it is ticked already, untick it and tick it again. The menu's Turn on the Refresh Token grant "
            "does it through the Applications API.",
            check=_grant_is_on,
            play=partial(Player.turn, refresh_grant_enabled=True),
        ),
        LessonStep(
            title="Sign in once more",
            read="A grant counts from the next sign-in on, because only a sign-in starts a family of refresh tokens.",
            do="Press Sign out in the top bar, then Sign in, and sign in as Ada.",
            see="The refresh token's card shows RT-1. From now on a lapsed access token costs one request instead of "
            "a sign-in.",
            hint="If the card stays empty, look whether Refresh Token grant enabled is ticked in Demo org.",
            check=_signed_in_with_refresh_token,
            play=Player.sign_in,
        ),
    ),
)
