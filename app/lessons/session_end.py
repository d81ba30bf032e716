"""The lesson about ended sessions: revoked, idle too long, past their limit, and how to diagnose them."""

from functools import partial

from app.events.calls import DoctorAsked
from app.events.demo import ReplayStarted, TokenExpired, TokenRevoked
from app.events.session import SessionEnded, SessionStarted
from app.events.wire import ExchangeKind
from app.lessons.evidence import LessonEvidence
from app.lessons.lesson import Lesson, LessonStep, in_turn
from app.lessons.player import Player
from app.token_name import TokenKind

_IDLE_S = 120
_ABSOLUTE_S = 600
# The org counts from its own response and in whole seconds, so by our journal the limit may come a little early.
_NEAR_LIMIT_S = _ABSOLUTE_S - 5
_ON_PURPOSE = (TokenRevoked, TokenExpired, ReplayStarted)


def _ended_by_revocation(seen: LessonEvidence) -> bool:
    revoked = [each for each in seen.all(TokenRevoked) if each.name.kind is TokenKind.REFRESH]
    return bool(revoked) and _has_ended(seen.after(TokenRevoked))


def _ended_unused(seen: LessonEvidence) -> bool:
    session = _by_itself(seen)
    return _has_ended(session) and not session.refreshes() and _lasted_s(seen) < _NEAR_LIMIT_S


def _ended_in_use(seen: LessonEvidence) -> bool:
    session = _by_itself(seen)
    return _has_ended(session) and bool(session.refreshes()) and _lasted_s(seen) >= _NEAR_LIMIT_S


def _by_itself(seen: LessonEvidence) -> LessonEvidence:
    """Return the entries since the last sign-in; nothing without one, or if the user ended the session on purpose."""
    session = seen.since_last(SessionStarted)
    helped = any(isinstance(entry.event, _ON_PURPOSE) for entry in session.entries)
    return session if seen.all(SessionStarted) and not helped else LessonEvidence()


def _lasted_s(seen: LessonEvidence) -> float:
    """Return the seconds between the last sign-in and the last end of a session; both must exist."""
    began = [entry.at for entry in seen.entries if isinstance(entry.event, SessionStarted)]
    ended = [entry.at for entry in seen.entries if isinstance(entry.event, SessionEnded)]
    return ended[-1] - began[-1]


def _has_ended(seen: LessonEvidence) -> bool:
    refused = [each for each in seen.failures if each.terminal and each.code == "invalid_grant"]
    return bool(refused) and bool(seen.all(SessionEnded))


def _log_was_read(seen: LessonEvidence) -> bool:
    """Return whether the user asked the doctor: it also runs automatically when a session ends."""
    return any(
        each.status == 200 and each.url.endswith("/api/v1/logs")  # noqa: PLR2004 - a status
        for each in seen.after(DoctorAsked).exchanges(ExchangeKind.CONTROL)
    )


LESSON = Lesson(
    name="the-end",
    title="Signed out for good, and how to tell",
    teaches="The three ends of a session, why the client sees the same error for all, and where the cause is logged.",
    minutes=1.5,
    prepare=partial(Player.start_over, refresh_idle_s=_IDLE_S, refresh_token_lifetime_s=_ABSOLUTE_S),
    steps=(
        LessonStep(
            title="Revoked",
            read="An administrator, a password change or a lost phone: a refresh token can be revoked at any time. "
            "Its access tokens are revoked with it, and the client is not notified.",
            do="In Demo org, under Tokens and keys, press Revoke refresh. Then press Call API.",
            see="401 from the API, then invalid_grant from the token endpoint: the session has ended. That is no "
            "hiccup, and asking again would not help.",
            hint="It is also in the menu ⋯ of the refresh token's card: Revoke refresh token.",
            check=_ended_by_revocation,
            play=in_turn(partial(Player.revoke, kind="refresh"), Player.call),
        ),
        LessonStep(
            title="Idle for too long",
            read="Servers end unused sessions. Here a refresh token that is unused for 2 minutes is dead; "
            "at Okta it is 7 days unless an access policy says otherwise.",
            do="Press Sign in, and sign in as Ada. Press Jump to lapse, which takes 5 minutes, then Call API.",
            see="The same invalid_grant, in the same words. The timeline has the idle limit where the refresh token's "
            "bar ends.",
            hint="Idle limit is under Lifetimes, 2 min here. Do not refresh in between.",
            check=_ended_unused,
            play=in_turn(Player.sign_in, Player.to_lapse, Player.call),
        ),
        LessonStep(
            title="The absolute limit",
            read="The other limit counts from the sign-in, however busy one was, and successors inherit it. It is 10 "
            "minutes here; at Okta it is without limit unless the access policy sets one.",
            do="Set Idle limit to unlimited. Sign in as Ada. Press Jump to lapse and Call API, and then both once "
            "more.",
            see="The first call refreshed, the second was refused in the same words again, 5 minutes after a refresh "
            "that worked.",
            hint="If the first call was refused already, the idle limit was still on. Sign in and try again.",
            check=_ended_in_use,
            play=in_turn(
                partial(Player.turn, refresh_idle_s=0),
                Player.sign_in,
                *(Player.to_lapse, Player.call),
                *(Player.to_lapse, Player.call),
            ),
        ),
        LessonStep(
            title="How to tell",
            read="The refresh token is invalid or expired: Okta has that one sentence for all three, so that an "
            "attacker learns nothing. The cause is in the org's System Log, for those who hold an API token.",
            do="In the menu, choose Ask the doctor.",
            see="The doctor names the absolute limit and is sure of it, with the System Log's line as evidence. "
            "Without the log it would say what is likely, and what cannot be known.",
            hint="The doctor opens automatically when a session ends; Ask the doctor runs it again.",
            check=_log_was_read,
            play=Player.ask_doctor,
        ),
    ),
)
