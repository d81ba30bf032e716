"""The vocabulary: frozen records of everything that can happen, facts in the past tense, divided by subject.

Import a record from its subject (`from app.events.refresh import RefreshSucceeded`); what they have in common is here.
`words` makes their sentences.
"""

from dataclasses import dataclass

from app.events.calls import CallEvent
from app.events.demo import DemoEvent
from app.events.refresh import RefreshEvent
from app.events.session import SessionEvent
from app.events.sign_in import SignInEvent
from app.events.tokens import TokenEvent
from app.events.wire import Exchange

Event = DemoEvent | SignInEvent | TokenEvent | SessionEvent | RefreshEvent | CallEvent | Exchange


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
        """Return the event in one sentence."""
        from app.events.words import sentence  # late: most commands say nothing of it

        return sentence(self.event)
