"""The result of one step of trying a connection, as facts; the sentences are in `app.connecting.words`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.connecting import words
from app.connecting.trial_verdict import TrialOutcome, TrialVerdict, TriedPart
from app.connection_field import ConnectionField

# Which field a server means by its error (RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2, RFC 7591 §3.2.2).
FIELD_OF_CODE: Mapping[str, ConnectionField] = {
    "invalid_client": ConnectionField.CLIENT_ID,
    "unauthorized_client": ConnectionField.CLIENT_ID,
    "invalid_scope": ConnectionField.SCOPES,
    "invalid_target": ConnectionField.RESOURCE,
    "invalid_redirect_uri": ConnectionField.REDIRECT_URIS,
}


@dataclass(frozen=True, slots=True)
class TrialStep:
    """One thing that was tried, and its verdict.

    `about` has what the verdict's sentence names, `code` and `said` are the server's OAuth error and its words, `uri`
    is the redirect URI the server was asked about, where the connection names one.
    """

    verdict: TrialVerdict
    about: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    said: str = ""
    uri: str = ""

    @property
    def tried(self) -> TriedPart:
        return self.verdict.tried

    @property
    def outcome(self) -> TrialOutcome:
        return self.verdict.outcome

    @property
    def field(self) -> ConnectionField | None:
        """The field of the connection it is about, None if unknown."""
        return self.verdict.field or FIELD_OF_CODE.get(self.code)

    @property
    def name(self) -> str:
        return words.name_of(self.tried, self.uri)

    @property
    def words(self) -> str:
        return words.sentence_of(self.verdict, self.about, self.said)

    @property
    def cure(self) -> str:
        """What to do about it, empty where there is nothing to do."""
        return words.cure_of(self.verdict, self.about, self.code)
