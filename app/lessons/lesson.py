"""What a lesson is: a few steps of read, do and see, each passed by what happened and not by what was clicked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.lessons.evidence import LessonEvidence
from app.lessons.player import Player

Act = Callable[[Player], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonStep:
    """One step: why (`read`), what to do in the window (`do`), and what can be seen afterwards (`see`).

    `hint` says where to find it. `check` examines the journal since the step began; `play` does the step, through
    the same assembly the window uses.
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
    """A lesson: its `name`, what it teaches, and how long it takes.

    `prepare` sets up the demo org and the session for the first step; resetting a lesson prepares it
    again. `needs_keyring`: it needs a working keyring. `begins_signed_out`: `prepare` signs
    the user out.
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
    async def play(player: Player) -> None:
        for act in acts:
            await act(player)

    return play
