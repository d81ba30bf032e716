"""The events: frozen records of everything that can happen, facts in the past tense, divided by subject.

Import a record from its subject (`from app.events.refresh import RefreshSucceeded`); what they have in common is here.
`words` makes their sentences.
"""

from dataclasses import dataclass

from app.events.every import Event

__all__ = ["Entry", "Event"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: an event with its number, its time (epoch seconds) and the number of its cause.

    `connection` is the key of the connection it belongs to, "" for what belongs to none.
    """

    seq: int
    at: float
    cause: int | None
    event: Event
    connection: str = ""

    def sentence(self) -> str:
        from app.events.words import sentence  # imported late: most commands need no sentences

        return sentence(self.event)
