"""The user's progress in the lessons, and how it is saved."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from app import settings
from app.session import kinds

_DONE, _PLACES, _CURRENT = "lessons-done", "lessons-places", "lesson"
_NOWHERE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """Lessons by name: those that were `done` once, the step (from 0) reached in others, and the current one.

    `current` is "" without one.
    """

    done: frozenset[str] = frozenset()
    places: Mapping[str, int] = field(default_factory=lambda: _NOWHERE)
    current: str = ""

    def at(self, name: str, place: int) -> "LessonProgress":
        return replace(self, places={**self.places, name: place}, current=name)

    def finished(self, name: str) -> "LessonProgress":
        return replace(self.forgotten(name), done=self.done | {name})

    def forgotten(self, name: str) -> "LessonProgress":
        rest = {other: place for other, place in self.places.items() if other != name}
        return replace(self, places=rest, current="")

    def left(self) -> "LessonProgress":
        """Return the progress with no current lesson; all places are kept."""
        return replace(self, current="")

    def kept(self) -> dict[str, str]:
        places = (f"{name}={place}" for name, place in sorted(self.places.items()))
        return {_DONE: " ".join(sorted(self.done)), _PLACES: " ".join(places), _CURRENT: self.current}


def saved_progress() -> LessonProgress:
    """Return the progress last saved by any window; raises BadInput if it cannot be read."""
    return progress_of(settings.load(settings.config_dir(), kinds.kind_names()).window)


def progress_of(kept: Mapping[str, str]) -> LessonProgress:
    """Return the progress in the settings; unreadable parts are ignored."""
    pairs = (each.partition("=") for each in kept.get(_PLACES, "").split())
    places = {name: int(place) for name, _, place in pairs if name and re.fullmatch("[0-9]{1,4}", place)}
    return LessonProgress(frozenset(kept.get(_DONE, "").split()), places, kept.get(_CURRENT, ""))
