"""The true cause of a refusal as facts; the client does not get it."""

from dataclasses import dataclass

from app.refusal_cause import RefusalCause


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A cause and what it is about; `app.demo.words` says it.

    `generation` is the refresh token's, `since_s` how long ago it was exchanged or ended, or for how long it lay idle,
    `limit_s` the grace period or the idle limit, `label` the application's.
    """

    kind: RefusalCause
    generation: int = 0
    since_s: float | None = None
    limit_s: float = 0
    label: str = ""
