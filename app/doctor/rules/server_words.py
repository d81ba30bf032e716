"""What rules share: whose server it is, and the evidence every refusal brings along."""

from enum import Enum
from urllib.parse import urlsplit

from app.doctor.records import Case, Evidence

_OKTA = (".okta.com", ".oktapreview.com", ".okta-emea.com", ".okta-gov.com", ".okta.mil", ".trexcloud.com")
_WITH_PATH = "/oauth2/"


def is_okta(case: Case) -> bool:
    """Return whether the server is Okta's or behaves like it, judged by its host or its issuer's path."""
    parts = urlsplit(case.connection.issuer)
    return case.connection.embedded or (parts.hostname or "").endswith(_OKTA) or parts.path.startswith(_WITH_PATH)


def is_org_server(case: Case) -> bool:
    """Return whether the issuer is an Okta org's own authorization server, which has fixed lifetimes."""
    return is_okta(case) and not urlsplit(case.connection.issuer).path.startswith(_WITH_PATH)


def response(case: Case) -> tuple[Evidence, ...]:
    trouble = case.trouble
    return () if trouble is None else (Evidence(trouble.seq, trouble.said()),)


def code_is(case: Case, *codes: str) -> bool:
    """Return whether the last trouble was one of these OAuth errors."""
    return case.trouble is not None and case.trouble.code in codes


class Described(Enum):
    """Refusals that share their code with others: only the description tells them apart (Okta's error list).

    Each is recognised by a part of its description; these are the server's words, not ours.
    """

    NO_MATCHING_POLICY = ("Policy evaluation failed",)
    NO_SCOPE_ALLOWED = ("all the requested scopes were rejected",)
    REFRESH_SCOPES_DENIED = ("requested for the refresh request were not granted",)
    USER_NOT_ASSIGNED = ("not assigned to the client application",)
    MISMATCHED_CLIENT = ("issued to another client",)
    MISMATCHED_SERVER = ("issued for another authorization server",)
    USER_RATE_LIMITED = ("rate limit",)
    REDIRECT_URI = ("redirect_uri", "redirection URI")


def says(case: Case, *described: Described) -> bool:
    """Return whether the server's description is of one of these refusals."""
    if case.trouble is None:
        return False
    return any(words in case.trouble.description for each in described for words in each.value)
