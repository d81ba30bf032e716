"""Keyboard navigation between the events of the timeline, without Qt."""

from bisect import bisect_left, bisect_right
from operator import itemgetter

from app.lanes import Lane, LaneMark, Lanes
from ui.timeline.span import ORDER

_SEQ = itemgetter(0)


def neighbour(lanes: Lanes, current: int | None, step: int) -> int | None:
    """Return the event after (1) or before (-1) the current one, in the order of the journal.

    Without a current one: the first or last; stays at either end. None when there is nothing.
    """
    things = lanes.things
    if not things:
        return None
    if current is None:
        return things[0 if step > 0 else -1][0]
    place = bisect_right(things, current, key=_SEQ) if step > 0 else bisect_left(things, current, key=_SEQ) - 1
    return things[min(max(place, 0), len(things) - 1)][0]


def beside(lanes: Lanes, lane: Lane, moment: float, step: int) -> tuple[Lane, int] | None:
    """Return the item nearest to a moment in the next non-empty lane below (1) or above (-1); None for none."""
    place = ORDER.index(lane) + step
    while 0 <= place < len(ORDER):
        found = lanes.track(ORDER[place]).nearest(moment)
        if found is not None:
            return ORDER[place], found.seq
        place += step
    return None


def moment_of(lanes: Lanes, seq: int, lane: Lane | None = None) -> float | None:
    """Return when an item began, in epoch seconds; None when it is not drawn."""
    found = lanes.at(seq)
    here = [thing for thing in found if thing.lane is lane] or found
    if not here:
        return None
    return here[0].at if isinstance(here[0], LaneMark) else here[0].begins_at


def sentence_of(lanes: Lanes, seq: int, now: float, lane: Lane | None = None) -> str:
    """Return the sentences of a journal number, of one lane if it is there."""
    found = lanes.at(seq)
    here = [thing for thing in found if thing.lane is lane] or found
    return " ".join(thing.text if isinstance(thing, LaneMark) else thing.sentence(now) for thing in here)
