"""The lesson about the lost answer: the server has rotated, and the client has not heard of it."""

from app import events
from app.lessons.lesson import Lesson, Step
from app.lessons.player import Player
from app.lessons.seen import Call, Seen

_FAULT = "close-after@token.refresh*1"


def _survived(seen: Seen) -> bool:
    return any(_was_retried(call) and call.has_refreshed for call in seen.calls())


async def _lose_an_answer(player: Player) -> None:
    await player.switch_on(_FAULT)
    await player.to_lapse()
    await player.call()


def _died_of_it(seen: Seen) -> bool:
    return any(_was_retried(call) and call.led.all(events.SessionEnded) for call in seen.calls())


async def _lose_an_answer_without_grace(player: Player) -> None:
    await player.turn(leeway_s=0)
    await _lose_an_answer(player)


def _was_retried(call: Call) -> bool:
    return bool(call.led.all(events.RefreshRetried))


def _has_grace_again(seen: Seen) -> bool:
    return seen.last_turn("leeway_s") not in (None, "0") and bool(seen.all(events.SessionStarted))


async def _sign_in_with_grace(player: Player) -> None:
    await player.turn(leeway_s=30)
    await player.sign_in()


LESSON = Lesson(
    name="lost-answer",
    title="The lost answer and the grace period",
    teaches="How a session survives an answer that never arrives, and why rotation needs a grace period for it.",
    minutes=1.5,
    prepare=Player.start_over,
    steps=(
        Step(
            title="Lose one answer",
            read="The worst moment to lose the network is right after the server has rotated: it counts the old "
            "refresh token as used, and the client has never seen the new one.",
            do="In Demo org, under Trouble, set how often Refresh answer lost strikes to 1, and tick it. Press Jump "
            "to lapse, then Call API.",
            see="Two token requests with the same refresh token. The first got no answer; the second went out at once "
            "and was taken, inside the grace period. The call worked.",
            hint="The number beside the switch says how often; always is too much. If it struck every time, untick it "
            "and call again within 30 s.",
            check=_survived,
            play=_lose_an_answer,
        ),
        Step(
            title="The same without a grace period",
            read="Okta allows a grace period from 0 to 60 s. With 0 the second request is reuse: the server has to "
            "take it for a theft, and ends the family. Nobody did anything wrong.",
            do="Set Grace period to 0 s, and let Refresh answer lost strike 1 time once more. Press Jump to lapse, "
            "then Call API.",
            see="The session has ended. The doctor quotes the System Log: the refresh token came again 0 s after it "
            "was exchanged, and the grace period is 0 s.",
            hint="Grace period is under Lifetimes. A fault that is over must be unticked and ticked again.",
            check=_died_of_it,
            play=_lose_an_answer_without_grace,
        ),
        Step(
            title="Set it right",
            read="A grace period of 30 s costs little: it is as long as a thief may use the old token unnoticed. It "
            "saves every session whose answer was lost on a train.",
            do="Set Grace period to 30 s. Then press Sign in, and sign in as Ada.",
            see="A new family, and the timeline marks the grace period behind every refresh token that was replaced.",
            hint="At a real Okta org it is on the app's General tab, under Refresh Token: the grace period for token "
            "rotation.",
            check=_has_grace_again,
            play=_sign_in_with_grace,
        ),
    ),
)
