"""The journal as lanes over time: calls, token lives and their lineage, token requests; what the timeline draws."""

from app.lanes.lanes import Lanes, lanes_of
from app.lanes.records import End, FamilyTimes, Lane, LaneMark, Limits, MarkKind, TokenLife
from app.lanes.track import Series, Track

__all__ = [
    "End",
    "FamilyTimes",
    "Lane",
    "LaneMark",
    "Lanes",
    "Limits",
    "MarkKind",
    "Series",
    "TokenLife",
    "Track",
    "lanes_of",
]
