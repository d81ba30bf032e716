"""Rules about policy: who may have which scopes, and under which access policy."""

from app.doctor.records import Case, Certainty, Evidence, Finding
from app.doctor.rules.server_words import Described, code_is, response, says
from app.doctor.words import ACCESS_POLICY


def no_policy(case: Case) -> Finding | None:
    """The authorization server has no access policy that fits; new orgs ship `default` without one."""
    is_named = code_is(case, "access_denied") and says(case, Described.NO_MATCHING_POLICY)
    if not is_named and not (code_is(case, "access_denied") and case.known.has_access_policy is False):
        return None
    known = (Evidence(None, "The demo org has its access policy switched off."),)
    return Finding(
        rule="no_policy",
        certainty=Certainty.SURE,
        what="The authorization server has no access policy that allows this app, this user and this grant.",
        evidence=(*response(case), *(known if case.known.has_access_policy is False else ())),
        source="Okta's error list: no_matching_policy (401 access_denied); new orgs have default without a policy",
        cure=ACCESS_POLICY,
        weight=85,
    )


def no_scope_allowed(case: Case) -> Finding | None:
    """The access policy fits and allows none of the scopes (Okta: no_scope_allowed)."""
    if not says(case, Described.NO_SCOPE_ALLOWED):
        return None
    return Finding(
        rule="no_scope_allowed",
        certainty=Certainty.SURE,
        what="The access policy's rule allows none of the scopes that were asked for.",
        evidence=(*response(case), Evidence(None, f"Scopes asked for: {case.asked_scopes}.")),
        source="Okta's error list: no_scope_allowed",
        cure=(*ACCESS_POLICY[:1], "In the access policy's rule allow the scopes in use.", "Sign in again."),
        weight=85,
    )


def unknown_scope(case: Case) -> Finding | None:
    """A scope was asked for that the authorization server does not have (RFC 6749 §5.2 invalid_scope)."""
    if not code_is(case, "invalid_scope"):
        return None
    return Finding(
        rule="unknown_scope",
        certainty=Certainty.SURE,
        what="One of the scopes asked for does not exist at this authorization server.",
        evidence=(*response(case), Evidence(None, f"Scopes asked for: {case.asked_scopes}.")),
        source="RFC 6749 §5.2 invalid_scope; Okta's error list: no_matching_scope",
        cure=(
            "Take the scope out of the connection, or",
            "in the Okta Admin Console open Security > API, the authorization server, Scopes, and add it.",
        ),
        weight=80,
    )


def scope_too_broad(case: Case) -> Finding | None:
    """A refresh asked for more than the sign-in was granted (RFC 6749 §6); Okta says access_denied there."""
    if not says(case, Described.REFRESH_SCOPES_DENIED):
        return None
    return Finding(
        rule="scope_too_broad",
        certainty=Certainty.SURE,
        what="The refresh asked for scopes that the sign-in was not granted.",
        evidence=response(case),
        source="RFC 6749 §6: no scope that was not originally granted; Okta's error list: refresh_scopes_denied",
        cure=("Sign in again, and ask for all scopes there.", "A refresh without scope gets what the sign-in got."),
        weight=88,
    )


def not_assigned(case: Case) -> Finding | None:
    """The user is not assigned to the app any more, or was deactivated (Okta: user_not_assigned)."""
    is_named = says(case, Described.USER_NOT_ASSIGNED)
    if not is_named and not (code_is(case, "access_denied") and case.known.user_is_assigned is False):
        return None
    return Finding(
        rule="not_assigned",
        certainty=Certainty.SURE,
        what="The user is not assigned to this app: the assignment was taken away, or the account deactivated.",
        evidence=response(case),
        source="Okta's error list: user_not_assigned",
        cure=(
            "In the Okta Admin Console open the app's Assignments tab, and assign the user or a group of users.",
            "Check in Directory > People whether the account is active.",
        ),
        weight=86,
    )
