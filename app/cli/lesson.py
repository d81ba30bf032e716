"""`lapse lesson`: plays a lesson in simulated time and prints what each step caused."""

import argparse
import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from app.cli.output import DONE
from app.errors import BadInput
from app.sim_loop import SimClock, SimLoop

if TYPE_CHECKING:
    from app.events import Entry
    from app.lessons.lesson import Lesson
    from app.lessons.play import Played

_WIDTH = 100
_MARGIN = 9
_INDENT = 2

Chain = tuple[tuple[int, str], ...]
"""Sentences of the journal, each with how many of them led to it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(loop_factory=SimLoop)
    parser.epilog = (
        "exit codes: 0 every step passed · 1 a step did not · 2 usage. "
        "It runs in simulated time against a separate demo org: your session, settings and keyring are not touched."
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("name", nargs="?", metavar="NAME", help="the lesson to play")
    which.add_argument("--list", action="store_true", help="print name, minutes and title of every lesson")


async def run(args: argparse.Namespace) -> int:
    """Play a lesson and print each step once it is passed, or list the lessons; needs a loop of simulated time."""
    from app.lessons.catalogue import LESSONS, lesson_named

    if args.list:
        for each in LESSONS:
            print(json.dumps(_listed(each)) if args.json else f"{each.name:<12} {each.minutes:3g} min  {each.title}")
        return DONE
    if args.name is None:
        raise BadInput("Which lesson?", next_step=f"Choose one of {', '.join(each.name for each in LESSONS)}.")
    await _play(lesson_named(args.name), as_json=args.json)
    return DONE


async def _play(chosen: "Lesson", *, as_json: bool) -> None:
    from app.demo.org import DemoOrg
    from app.lessons.play import play
    from app.simulation import open_simulation

    clock = SimClock()
    if not as_json:
        print("\n".join(_wrapped("", f"{chosen.title}\n{chosen.teaches}", margin=0)))
    async with open_simulation(clock, DemoOrg(clock)) as connections:
        number = 0
        async for played in play(chosen, connections):
            number += 1
            print(json.dumps(_found(chosen, number, played)) if as_json else "\n".join(_told(number, played)))


def _listed(each: "Lesson") -> dict[str, Any]:
    return {"name": each.name, "title": each.title, "teaches": each.teaches, "minutes": each.minutes}


def _found(chosen: "Lesson", number: int, played: "Played") -> dict[str, Any]:
    step = played.step
    return {
        "lesson": chosen.name,
        "step": number,
        "title": step.title,
        "read": step.read,
        "do": step.do,
        "journal": [{"seq": each.seq, "cause": each.cause, "sentence": each.sentence()} for each in played.entries],
        "see": step.see,
        "passed": True,
    }


def _told(number: int, played: "Played") -> Iterator[str]:
    step = played.step
    yield ""
    yield f"{number}. {step.title}"
    yield from _wrapped("read", step.read)
    yield from _wrapped("do", step.do)
    for chain, times in Counter(_chains(played.entries)).items():
        for depth, sentence in chain:
            yield from _wrapped("", sentence, margin=_MARGIN + _INDENT * (depth + 1))
        if times > 1:
            yield from _wrapped("", f"… and {times - 1} more, word for word the same.", margin=_MARGIN + _INDENT)
    yield from _wrapped("see", step.see)
    yield from _wrapped("✓", "passed")


def _chains(entries: "Iterable[Entry]") -> list[Chain]:
    """Return each entry that no other entry caused, with the entries it caused."""
    chains: dict[int, list[tuple[int, str]]] = {}
    places: dict[int, tuple[int, int]] = {}
    for entry in entries:
        first, depth = places.get(entry.cause or 0, (entry.seq, -1))
        places[entry.seq] = first, depth + 1
        chains.setdefault(first, []).append((depth + 1, entry.sentence()))
    return [tuple(chain) for chain in chains.values()]


def _wrapped(label: str, text: str, *, margin: int = _MARGIN) -> Iterator[str]:
    head = f"   {label}".ljust(margin)[:margin]
    for line in text.split("\n"):
        yield from textwrap.wrap(line, _WIDTH, initial_indent=head, subsequent_indent=" " * margin)
