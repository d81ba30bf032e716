"""The journal: the one append-only stream of events, numbered and bounded."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from app.clock import Clock
from app.events import Entry, Event
from app.secret import KnownSecrets

Subscriber = Callable[[Entry], None]


class JournalWriter(Protocol):
    """Writes into the journal: the journal itself, or the journal on behalf of one connection."""

    @property
    def secrets(self) -> KnownSecrets:
        """What must never enter it."""

    def now(self, *, cause: int | None = None) -> float:
        """Return the time, in epoch seconds, that an entry with this cause would be given."""

    def append(self, event: Event, *, cause: int | None = None) -> Entry:
        """Record `event`; return the entry, whose `seq` names it as a cause."""


class Journal:
    """An append-only, numbered stream of entries; the oldest are dropped once `capacity` is reached.

    An entry gets the time of the connection it belongs to: that of the demo org may have travelled. Subscribers are
    called in order on the appending thread, and must not append meanwhile. Known `secrets` are masked in every event
    before it is stored or published.
    """

    def __init__(self, clock: Clock, *, capacity: int = 40_000, secrets: KnownSecrets | None = None) -> None:
        self.secrets = KnownSecrets() if secrets is None else secrets
        self._clock = clock
        self._clocks: dict[str, Clock] = {}
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._subscribers: list[Subscriber] = []
        self._next_seq = 1
        self._publishing = False

    def append(self, event: Event, *, cause: int | None = None, connection: str = "") -> Entry:
        """Record `event` and call every subscriber; return the entry, whose `seq` names it as a cause.

        It belongs to `connection` (its key), or to the one its cause belongs to.
        """
        if self._publishing:
            raise RuntimeError("a subscriber appended to the journal while being told")
        belongs = connection or self._connection_of(cause)
        event = self.secrets.clean_record(event)
        entry = Entry(self._next_seq, self._clock_of(belongs).now(), cause, event, belongs)
        self._next_seq += 1
        self._entries.append(entry)
        self._publishing = True
        try:
            for subscriber in tuple(self._subscribers):
                subscriber(entry)
        finally:
            self._publishing = False
        return entry

    def of(self, connection: str, clock: Clock | None = None) -> JournalWriter:
        """Return a writer whose entries belong to the connection of that key; `clock` is that connection's own."""
        if clock is not None:
            self._clocks[connection] = clock
        return _OfConnection(self, connection)

    def now(self, *, cause: int | None = None, connection: str = "") -> float:
        """Return the time, in epoch seconds, that such an entry would be given."""
        return self._clock_of(connection or self._connection_of(cause)).now()

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with every later entry; the returned function ends it."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe

    @property
    def newest(self) -> int:
        """The number of the newest entry, 0 before there is one."""
        return self._next_seq - 1

    def entry(self, seq: int) -> Entry | None:
        """Return the entry of that number, None when it was dropped or is still to come."""
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

    def _connection_of(self, cause: int | None) -> str:
        led = None if cause is None else self.entry(cause)
        return "" if led is None else led.connection

    def _clock_of(self, connection: str) -> Clock:
        return self._clocks.get(connection, self._clock)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)


@dataclass(frozen=True, slots=True)
class _OfConnection:
    """The journal on behalf of one connection."""

    journal: Journal
    connection: str

    @property
    def secrets(self) -> KnownSecrets:
        """What must never enter the journal."""
        return self.journal.secrets

    def append(self, event: Event, *, cause: int | None = None) -> Entry:
        """Record `event` as the connection's."""
        return self.journal.append(event, cause=cause, connection=self.connection)

    def now(self, *, cause: int | None = None) -> float:
        """Return the connection's time, in epoch seconds."""
        return self.journal.now(cause=cause, connection=self.connection)
