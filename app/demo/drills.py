"""Drills for the session at the demo org: its tokens revoked, expired and replayed on purpose."""

from app.demo.control_client import ControlClient
from app.errors import BadInput, OAuthError
from app.events.demo import ControlRequested, ReplayAnswered, ReplayStarted, TokenExpired, TokenRevoked
from app.journal import JournalWriter
from app.oauth.client import OAuthClient
from app.session.session import Session
from app.session.tokens import Held


class Drills:
    """Faults a user causes on purpose to see how the session copes; each method raises LapseError if it cannot be done.

    The session learns only of an expiry, which a client can know without the server.
    """

    def __init__(
        self, session: Session, client: OAuthClient, journal: JournalWriter, controller: ControlClient
    ) -> None:
        self._session = session
        self._client = client
        self._journal = journal
        self._controller = controller

    async def revoke(self, kind: str) -> TokenRevoked:
        """Have the session's `access` or `refresh` token revoked at the demo org, as by its administrator."""
        held = self._held(kind)
        asked = self._journal.append(ControlRequested(f"revoke {held.name}"))
        await self._controller.revoke(held.value, cause=asked.seq)
        revoked = TokenRevoked(held.name)
        self._journal.append(revoked, cause=asked.seq)
        return revoked

    async def expire(self, kind: str) -> TokenExpired:
        """Expire the session's `access` or `refresh` token now; the session is told of an access token's expiry."""
        held = self._held(kind)
        asked = self._journal.append(ControlRequested(f"let {held.name} expire"))
        await self._controller.expire(held.value, cause=asked.seq)
        expired = TokenExpired(held.name)
        entry = self._journal.append(expired, cause=asked.seq)
        if kind == "access":
            await self._session.expire_access_token(held, cause=entry.seq)
        return expired

    async def replay(self) -> ReplayAnswered:
        """Send the last replaced refresh token again, and discard the response.

        It goes to the token endpoint, as an attacker's would: the control API cannot simulate that.
        """
        old = self._session.replaced
        if old is None:
            raise BadInput("There is no older refresh token to replay.", next_step="Refresh once, then replay.")
        started = self._journal.append(ReplayStarted(old.name))
        try:
            await self._client.refresh(old.value, cause=started.seq)
            answered = ReplayAnswered(old.name)
        except OAuthError as refused:
            answered = ReplayAnswered(old.name, refused.code, refused.description)
        self._journal.append(answered, cause=started.seq)
        return answered

    def _held(self, kind: str) -> Held:
        tokens = self._session.tokens
        held = None if tokens is None else {"access": tokens.access, "refresh": tokens.refresh}[kind]
        if held is None:
            raise BadInput(f"There is no {kind} token in the session.", next_step="Sign in, or call the API first.")
        return held
