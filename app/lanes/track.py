"""One lane of bars and marks, found by their number in the journal or by their moment."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter

from app.lanes.records import End, LaneMark, MarkKind, TokenLife

_SEQ = attrgetter("seq")


@dataclass(slots=True)
class Series:
    """Marks of one kind in the order of their times, found by bisection."""

    marks: list[LaneMark] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)


class Track:
    """One lane: bars and marks in the order of the journal; bars by their begin and marks by kind and moment too."""

    def __init__(self) -> None:
        self.bars: list[TokenLife] = []
        self.begins: list[float] = []  # never falls, even where the clock was set back
        self.marks: list[LaneMark] = []
        self.by_kind: dict[MarkKind, Series] = {}

    def put(self, thing: TokenLife | LaneMark) -> None:
        """Add what came last in the journal; a call may have begun before what came earlier."""
        if isinstance(thing, TokenLife):
            self.begins.append(max(thing.begins_at, self.begins[-1]) if self.begins else thing.begins_at)
            self.bars.append(thing)
            return
        self.marks.append(thing)
        series = self.by_kind.setdefault(thing.kind, Series())
        place = bisect_right(series.moments, thing.at)
        series.moments.insert(place, thing.at)
        series.marks.insert(place, thing)

    def at(self, seq: int) -> TokenLife | LaneMark | None:
        """Return what has this number in the journal."""
        for things in (self.bars, self.marks):
            place = bisect_left(things, seq, key=_SEQ)
            if place < len(things) and things[place].seq == seq:
                return things[place]
        return None

    def nearest(self, moment: float) -> TokenLife | LaneMark | None:
        """Return the nearest mark, or the bar that lasts at that time or began last before it."""
        near: list[tuple[float, TokenLife | LaneMark]] = []
        if self.bars:
            bar = self.bars[max(bisect_right(self.begins, moment) - 1, 0)]
            away = max(bar.begins_at - moment, 0.0, moment - bar.until(moment))
            near.append((away, bar))
        for series in self.by_kind.values():
            place = bisect_left(series.moments, moment)
            near.extend((abs(mark.at - moment), mark) for mark in series.marks[max(place - 1, 0) : place + 1])
        return min(near, key=itemgetter(0))[1] if near else None

    def forget(self, before: int) -> None:
        """Drop everything with a lower number in the journal, except a token that is still in hand."""
        cut = bisect_left(self.bars, before, key=_SEQ)
        kept = [place for place in range(cut) if self.bars[place].end is End.OPEN]
        self.begins[:cut] = [self.begins[place] for place in kept]
        self.bars[:cut] = [self.bars[place] for place in kept]
        del self.marks[: bisect_left(self.marks, before, key=_SEQ)]
        for kind, series in self.by_kind.items():
            left = [mark for mark in series.marks if mark.seq >= before]
            self.by_kind[kind] = Series(left, [mark.at for mark in left])
