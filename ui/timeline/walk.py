"""Where the keyboard goes from one event of the timeline to another, without Qt."""

from bisect import bisect_left, bisect_right
from operator import itemgetter

from app.lanes import Lane, LaneMark, Lanes
from ui.timeline.span import ORDER

_SEQ = itemgetter(0)


def neighbour(lanes: Lanes, current: int | None, step: int) -> int | None:
    """Return the event one step after (1) or before (-1) the current one, in the order of the journal.

    Without a current one it is the first or the last; at either end it stays there. None when there is nothing.
    """
    things = lanes.things
    if not things:
        return None
    if current is None:
        return things[0 if step > 0 else -1][0]
    place = bisect_right(things, current, key=_SEQ) if step > 0 else bisect_left(things, current, key=_SEQ) - 1
    return things[min(max(place, 0), len(things) - 1)][0]


def beside(lanes: Lanes, lane: Lane, moment: float, step: int) -> tuple[Lane, int] | None:
    """Return what lies nearest to a moment one lane below (1) or above (-1) that is not empty; None for nothing."""
    place = ORDER.index(lane) + step
    while 0 <= place < len(ORDER):
        found = lanes.track(ORDER[place]).nearest(moment)
        if found is not None:
            return ORDER[place], found.seq
        place += step
    return None


def moment_of(lanes: Lanes, seq: int, lane: Lane | None = None) -> float | None:
    """Return when something began, in epoch seconds; None when it is not drawn."""
    found = lanes.at(seq)
    here = [thing for thing in found if thing.lane is lane] or found
    if not here:
        return None
    return here[0].at if isinstance(here[0], LaneMark) else here[0].begins_at


def sentence_of(lanes: Lanes, seq: int, now: float, lane: Lane | None = None) -> str:
    """Return what a number in the journal stands for, in sentences; those of one lane if it is there."""
    found = lanes.at(seq)
    here = [thing for thing in found if thing.lane is lane] or found
    return " ".join(thing.text if isinstance(thing, LaneMark) else thing.sentence(now) for thing in here)
