"""The APIs that refuse even a token that has just been issued, so that calls to them do not refresh in vain."""

from dataclasses import replace

from app.events.tokens import FreshTokenRefused
from app.journal import JournalWriter
from app.session.held_session import HeldSession
from app.session.states import SignedIn
from app.session.tokens import Held, TokenSet

_FRESH_FOR_S = 300.0
_MOST_APIS = 20


class RefusingApis:
    """What is known of them; it is stored with the next refresh, or when the session is closed.

    A finished call does not wait for the keyring.
    """

    def __init__(self, held: HeldSession, journal: JournalWriter) -> None:
        self._held = held
        self._journal = journal

    def note_refused(self, access: Held, api: str, *, cause: int | None) -> None:
        """Note that `api` refused an access token that had just been issued: for a while another would not help."""
        self._journal.append(FreshTokenRefused(access.name), cause=cause)
        tokens = self._held.tokens
        if tokens is not None and api not in tokens.refused_by:
            self._note(replace(tokens, refused_by=(*tokens.refused_by, api)[-_MOST_APIS:]))

    def note_taken(self, api: str) -> None:
        """Note that `api` did not refuse an access token."""
        tokens = self._held.tokens
        if tokens is not None and api in tokens.refused_by:
            self._note(replace(tokens, refused_by=tuple(each for each in tokens.refused_by if each != api)))

    def refuse(self, access: Held, api: str) -> bool:
        """Return whether `api` has lately refused a token that had just been issued."""
        tokens = self._held.tokens
        if tokens is None or tokens.access != access or api not in tokens.refused_by:
            return False
        return self._held.age_s(tokens) < _FRESH_FOR_S

    def _note(self, tokens: TokenSet) -> None:
        self._held.state, self._held.is_noted = SignedIn(tokens), True
