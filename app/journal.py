"""The journal: the one append-only stream of what happened, numbered and bounded."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from app.clock import Clock
from app.events import Entry, Event

Subscriber = Callable[[Entry], None]


class Scribe(Protocol):
    """Whoever may write into the journal: the journal itself, or the journal on behalf of one connection."""

    def append(self, event: Event, *, cause: int | None = None) -> Entry:
        """Record `event`; return the entry, whose `seq` names it as a cause."""


class Journal:
    """An append-only, numbered stream of entries; the oldest fall out once `capacity` is reached.

    Subscribers are called in order on the appending thread, and must not append while they are being told.
    """

    def __init__(self, clock: Clock, *, capacity: int = 40_000) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._subscribers: list[Subscriber] = []
        self._next_seq = 1
        self._telling = False

    def append(self, event: Event, *, cause: int | None = None, connection: str = "") -> Entry:
        """Record `event` and tell every subscriber; return the entry, whose `seq` names it as a cause.

        It belongs to `connection` (its key), or to the one its cause belongs to.
        """
        if self._telling:
            raise RuntimeError("a subscriber appended to the journal while being told")
        led = self.entry(cause) if cause is not None and not connection else None
        belongs = led.connection if led is not None else connection
        entry = Entry(self._next_seq, self._clock.now(), cause, event, belongs)
        self._next_seq += 1
        self._entries.append(entry)
        self._telling = True
        try:
            for subscriber in tuple(self._subscribers):
                subscriber(entry)
        finally:
            self._telling = False
        return entry

    def of(self, connection: str) -> Scribe:
        """Return a scribe whose entries belong to the connection of that key."""
        return _OfConnection(self, connection)

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with every later entry; the returned function ends it."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe

    def entry(self, seq: int) -> Entry | None:
        """Return the entry of that number, None when it has fallen out or is still to come."""
        if not self._entries:
            return None
        place = seq - self._entries[0].seq
        return self._entries[place] if 0 <= place < len(self._entries) else None

    def chain(self, seq: int) -> list[Entry]:
        """Return what led to an entry, from its first cause down to itself."""
        found: list[Entry] = []
        entry = self.entry(seq)
        while entry is not None:
            found.append(entry)
            entry = None if entry.cause is None else self.entry(entry.cause)
        return found[::-1]

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)


@dataclass(frozen=True, slots=True)
class _OfConnection:
    """The journal on behalf of one connection."""

    journal: Journal
    connection: str

    def append(self, event: Event, *, cause: int | None = None) -> Entry:
        """Record `event` as the connection's."""
        return self.journal.append(event, cause=cause, connection=self.connection)
