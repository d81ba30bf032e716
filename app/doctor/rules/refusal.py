"""A refused refresh token as the rules see it: was it one, which token, what happened since its sign-in."""

from app.doctor.evidence import REFRESH
from app.doctor.records import Case, FailedStage, Sent
from app.doctor.rules.server_words import Described, says
from app.events import Entry
from app.events.tokens import TokensReceived
from app.session.failure_table import refuses_token

_TOO_MANY = 429


def is_refused(case: Case) -> bool:
    """Return whether a refresh token was refused with a description that names no cause."""
    trouble = case.trouble
    if trouble is None or trouble.stage is not FailedStage.REFRESH or not refuses_token(trouble.code):
        return False
    return trouble.status != _TOO_MANY and not says(case, Described.MISMATCHED_CLIENT, Described.USER_RATE_LIMITED)


def sent_token(case: Case) -> Sent | None:
    """Return the refresh token refused without a cause; only its name if no more is known."""
    if not is_refused(case) or case.trouble is None:
        return None
    return case.trouble.sent or Sent(name="The refresh token")


def since_sign_in(case: Case) -> tuple[Entry, ...]:
    """Return the entries since the last sign-in; all of them if that was in another run."""
    begins = [
        place
        for place, each in enumerate(case.entries)
        if isinstance(each.event, TokensReceived) and each.event.grant != REFRESH
    ]
    return case.entries[begins[-1] :] if begins else case.entries
