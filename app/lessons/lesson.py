"""What a lesson is: a few steps of read, do and see, each passed by what happened and not by what was clicked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.lessons.evidence import LessonEvidence
from app.lessons.player import Player

Act = Callable[[Player], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonStep:
    """One step: why (`read`), what to do in the window's words (`do`), and what can be seen once it happened (`see`).

    `hint` says where to find it. `check` looks at what the journal has told since the step began; `play` does what a
    person would, through the same assembly the window uses.
    """

    title: str
    read: str
    do: str
    see: str
    hint: str
    check: Callable[[LessonEvidence], bool]
    play: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson by its `name`, what one knows afterwards, and how long it takes a person.

    `prepare` turns the demo org and the session to where the first step begins; to reset a lesson is to prepare it
    again. `needs_keyring`: without a keyring that can be used it cannot be shown. `begins_signed_out`: `prepare` signs
    out whoever is signed in.
    """

    name: str
    title: str
    teaches: str
    minutes: float
    prepare: Act
    steps: tuple[LessonStep, ...]
    needs_keyring: bool = False
    begins_signed_out: bool = False


def in_turn(*acts: Act) -> Act:
    """Return what does one after the other."""

    async def play(player: Player) -> None:
        for act in acts:
            await act(player)

    return play
