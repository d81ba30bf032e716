"""The lesson about rotation: a refresh replaces the refresh token too, and a family of generations grows."""

from functools import partial

from app.events.tokens import RefreshTokenFate
from app.lessons.evidence import LessonEvidence
from app.lessons.lesson import Lesson, LessonStep, in_turn
from app.lessons.player import Player


def _rotated_twice(seen: LessonEvidence) -> bool:
    return len(_with_fate(seen, RefreshTokenFate.REPLACED)) > 1


def _kept_one(seen: LessonEvidence) -> bool:
    return bool(_with_fate(seen, RefreshTokenFate.KEPT))


def _rotated(seen: LessonEvidence) -> bool:
    return bool(_with_fate(seen, RefreshTokenFate.REPLACED))


def _with_fate(seen: LessonEvidence, fate: RefreshTokenFate) -> list[int]:
    return [each.number for each in seen.refreshes() if each.refresh_fate is fate]


LESSON = Lesson(
    name="rotation",
    title="Rotation and lineage",
    teaches="What a refresh brings besides the access token, and how generations follow each other.",
    minutes=1.0,
    prepare=Player.start_over,
    steps=(
        LessonStep(
            title="Refresh twice",
            read="With rotation every refresh token is valid for one refresh, and its response brings the next. A "
            "public client cannot keep a secret, so RFC 9700 wants rotation for it, or tokens bound to a key.",
            do="On the access token's card, open ⋯ and choose Refresh now. Do it twice.",
            see="The cards show AT-3 and RT-3. In the timeline each generation descends from the one before: a family.",
            hint="Refresh now has the shortcut Ctrl+R.",
            check=_rotated_twice,
            play=in_turn(Player.refresh_now, Player.refresh_now),
        ),
        LessonStep(
            title="Without rotation",
            read="Where a server does not rotate, one refresh token lasts for the whole session. A response may leave "
            "it out, and then the client keeps the one it has (RFC 6749 §6).",
            do="In Demo org, under Lifetimes, untick Rotate after every use. Then choose Refresh now.",
            see="The access token is a new generation, the refresh token is still the old one: the journal says that "
            "it was kept.",
            hint="Okta calls the choice Refresh token rotation: Rotate token after every use, or Use persistent token.",
            check=_kept_one,
            play=in_turn(partial(Player.turn, rotation_type="STATIC"), Player.refresh_now),
        ),
        LessonStep(
            title="Rotate again",
            read="A client needs no setting for this: it keeps whatever refresh token came last. It must store that "
            "one before it uses anything else, because the old one may be dead already.",
            do="Tick Rotate after every use again, and choose Refresh now.",
            see="The refresh token is replaced again. Look at the journal's order: the new generation was kept before "
            "the refresh counted as done.",
            hint="The box is in Demo org, under Lifetimes; Refresh now is on the access token's card, in the menu ⋯.",
            check=_rotated,
            play=in_turn(partial(Player.turn, rotation_type="ROTATE"), Player.refresh_now),
        ),
    ),
)
