"""The lesson about the lost response: the server has rotated, and the client has not heard of it."""

from functools import partial

from app.demo.faults import ENDINGS, Fault
from app.events.demo import FaultSwitched, ReplayStarted, TokenRevoked
from app.events.refresh import RefreshRetried
from app.events.session import SessionEnded, SessionStarted
from app.events.wire import ExchangeKind
from app.lessons.evidence import Call, LessonEvidence
from app.lessons.lesson import Lesson, LessonStep, in_turn
from app.lessons.player import Player

_ON_PURPOSE = (TokenRevoked, ReplayStarted)
_LOSE_A_RESPONSE = in_turn(partial(Player.switch_on, fault="close-after@token.refresh*1"), Player.to_lapse, Player.call)


def _survived(seen: LessonEvidence) -> bool:
    return any(call.has_refreshed for call in _calls_after_loss(seen))


def _died_of_it(seen: LessonEvidence) -> bool:
    helped = any(isinstance(entry.event, _ON_PURPOSE) for entry in seen.entries)
    return not helped and any(call.led.all(SessionEnded) for call in _calls_after_loss(seen))


def _calls_after_loss(seen: LessonEvidence) -> list[Call]:
    """Return the calls in flight when a response was first lost, and the later ones."""
    retried = [place for place, entry in enumerate(seen.entries) if isinstance(entry.event, RefreshRetried)]
    lost = next((place for place in retried if _was_response_lost(LessonEvidence(seen.entries[:place]))), None)
    return [] if lost is None else [call for call in seen.calls() if call.led.entries[-1].seq > seen.entries[lost].seq]


def _was_response_lost(before: LessonEvidence) -> bool:
    """Return whether the response of the last refresh was lost, after the rotation.

    The client cannot distinguish that from a request that never arrived; the org's faults show it.
    """
    asked = before.exchanges(ExchangeKind.TOKEN)
    return bool(asked) and asked[-1].status is None and _spoils_the_way_back(before)


def _spoils_the_way_back(seen: LessonEvidence) -> bool:
    switched = {each.number: each for each in seen.all(FaultSwitched)}  # as each was switched last
    faults = [Fault.parse(each.fault) for each in switched.values() if each.on]
    return any(fault.kind in ENDINGS and fault.strikes("token", "refresh") for fault in faults)


def _has_grace_again(seen: LessonEvidence) -> bool:
    return seen.last_turn("grace_s") not in (None, "0") and bool(seen.all(SessionStarted))


LESSON = Lesson(
    name="lost-answer",
    title="The lost response and the grace period",
    teaches="How a session survives a response that never arrives, and why rotation needs a grace period for it.",
    minutes=1.5,
    prepare=Player.start_over,
    steps=(
        LessonStep(
            title="Lose one response",
            read="The worst moment to lose the network is right after the server has rotated: it counts the old "
            "refresh token as used, and the client has never seen the new one.",
            do="In Demo org, under Trouble, set how often Refresh response lost strikes to 1, and tick it. Press Jump "
            "to lapse, then Call API.",
            see="Two token requests with the same refresh token. The first got no response; the second went out at "
            "once and was taken, inside the grace period. The call worked.",
            hint="The number beside the switch says how often; always is too much. If it applied every time, untick it "
            "and call again within 30 s.",
            check=_survived,
            play=_LOSE_A_RESPONSE,
        ),
        LessonStep(
            title="The same without a grace period",
            read="Okta allows a grace period from 0 to 60 s. With 0 the second request is reuse: the server has to "
            "take it for a theft, and ends the family. No one did anything wrong.",
            do="Set Grace period to 0 s, and let Refresh response lost strike 1 time once more. Press Jump to lapse, "
            "then Call API.",
            see="The session has ended. The doctor quotes the System Log: the refresh token came again 0 s after it "
            "was exchanged, and the grace period is 0 s.",
            hint="Grace period is under Lifetimes. A fault that is over must be unticked and ticked again.",
            check=_died_of_it,
            play=in_turn(partial(Player.turn, grace_s=0), _LOSE_A_RESPONSE),
        ),
        LessonStep(
            title="Set it right",
            read="A grace period of 30 s costs little: it is as long as a thief may use the old token unnoticed. It "
            "saves every session whose response was lost on a train.",
            do="Set Grace period to 30 s. Then press Sign in, and sign in as Ada.",
            see="A new family, and the timeline marks the grace period behind every refresh token that was replaced.",
            hint="At a real Okta org it is on the app's General tab, under Refresh Token: the grace period for token "
            "rotation.",
            check=_has_grace_again,
            play=in_turn(partial(Player.turn, grace_s=30), Player.sign_in),
        ),
    ),
)
