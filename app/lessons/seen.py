"""What the journal has told since a step began, as the steps' checks ask for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.events import Entry, Event

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Seen:
    """Entries of the journal, oldest first."""

    entries: Sequence[Entry] = ()

    def all(self, kind: type[E]) -> list[E]:
        """Return every event of that kind."""
        return [entry.event for entry in self.entries if isinstance(entry.event, kind)]

    def after(self, kind: type[Event]) -> "Seen":
        """Return what came after the first event of that kind; nothing where there was none."""
        for place, entry in enumerate(self.entries):
            if isinstance(entry.event, kind):
                return Seen(self.entries[place + 1 :])
        return Seen()
