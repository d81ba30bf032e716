"""The journal as lanes over time: calls, token lives and their lineage, token requests; what the timeline draws."""

from app.lanes.lanes import Lanes, lanes_of
from app.lanes.records import Bar, End, Family, Lane, Limits, Mark, MarkKind
from app.lanes.track import Series, Track

__all__ = ["Bar", "End", "Family", "Lane", "Lanes", "Limits", "Mark", "MarkKind", "Series", "Track", "lanes_of"]
