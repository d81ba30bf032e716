"""Why a token is refused: what the demo org decides, its System Log carries and the doctor reads."""

from enum import StrEnum


class RefusalCause(StrEnum):
    """The true cause, which the client does not learn; its value is that of the System Log's `debugData`."""

    REUSED = "reused"
    FAMILY_ENDED = "family_ended_for_reuse"
    LIFETIME_ENDED = "lifetime_ended"
    IDLE = "idle"
    REVOKED_BY_ADMIN = "revoked_by_admin"
    REVOKED_BY_CLIENT = "revoked_by_client"
    EXPIRED_BY_ADMIN = "expired_by_admin"
    CODE_REUSED = "authorization_code_reused"
    APPLICATION_DEACTIVATED = "application_deactivated"
    ACCESS_TOKEN_EXPIRED = "access_token_expired"  # noqa: S105 - a cause
    NEVER_ISSUED = "never_issued"
