"""Rules for a sign-in that brought no refresh token: not asked, not granted, not offered, not sent."""

from app.doctor.evidence import REFRESH
from app.doctor.records import Case, Certainty, Evidence, Finding
from app.doctor.rules.server_words import is_okta
from app.doctor.words import TURN_ON_GRANT
from app.events.sign_in import SignInStarted

OFFLINE = "offline_access"


def has_none(case: Case) -> bool:
    """Return whether the user is signed in without a refresh token."""
    return case.holding.is_signed_in and not case.holding.refresh_name


def not_asked(case: Case) -> Finding | None:
    """The sign-in did not ask for `offline_access` (OIDC Core §11)."""
    if not has_none(case) or OFFLINE in case.asked_scopes.split():
        return None
    return Finding(
        rule="offline_not_asked",
        # elsewhere a server may have another switch for it, as Google's access_type has
        certainty=Certainty.SURE if is_okta(case) else Certainty.LIKELY,
        what="The sign-in did not ask for offline_access, so the server gave no refresh token.",
        evidence=(_asked(case), _response(case)),
        source="OIDC Core §11; Okta, Refresh access tokens: the scope offline_access, asked at /authorize",
        cure=("Add offline_access to the scopes of the connection.", "Sign in again."),
        weight=80,
    )


def not_offered(case: Case) -> Finding | None:
    """The server's metadata lists no refresh token grant at all (RFC 8414 §2)."""
    offered = None if case.known.look is None else case.known.look.grants_offered
    if not has_none(case) or offered is None or REFRESH in offered:
        return None
    return Finding(
        rule="grant_not_offered",
        certainty=Certainty.SURE,
        what="This server offers no refresh tokens.",
        evidence=(Evidence(None, f"grant_types_supported in its metadata: {', '.join(offered)}."), _response(case)),
        source="RFC 8414 §2: grant_types_supported",
        cure=("Ask the server's operator to enable the refresh_token grant.", "Until then, sign in again each time."),
        weight=90,
    )


def grant_off(case: Case) -> Finding | None:
    """The app is not allowed the Refresh Token grant, and Okta then leaves `offline_access` out in silence."""
    asked, granted = OFFLINE in case.asked_scopes.split(), OFFLINE in case.holding.scope.split()
    registered = case.known.registered
    is_off = registered is not None and REFRESH not in registered.grant_types
    if not has_none(case) or not asked or (granted and not is_off):
        return None
    if registered is None and not is_okta(case):
        return None
    if registered is not None and not is_off:
        return None
    registration = () if registered is None else (_grants(registered.grant_types),)
    unread = (Evidence(None, "How the app is registered was not read.", against=True),) if not registration else ()
    return Finding(
        rule="grant_off",
        certainty=Certainty.SURE if is_off else Certainty.LIKELY,
        what="The Refresh Token grant is not enabled for this app, so offline_access was left out in silence.",
        evidence=(_asked(case), _response(case), *registration, *unread),
        source="Okta, Keep the user signed in: tick Refresh Token as a grant type; Applications API, grant_types",
        cure=TURN_ON_GRANT,
        can_turn_on_grant=True,
        weight=70,
    )


def _grants(names: tuple[str, ...]) -> Evidence:
    return Evidence(None, f"Grant types of the app by the Applications API: {', '.join(names)}.")


def not_granted(case: Case) -> Finding | None:
    """`offline_access` was asked for and not granted: the user or the server's policy did not consent."""
    if not has_none(case) or OFFLINE not in case.asked_scopes.split() or OFFLINE in case.holding.scope.split():
        return None
    registered = case.known.registered
    if registered is not None and REFRESH not in registered.grant_types:
        return None  # then it is known why
    said = bool(case.holding.scope)
    return Finding(
        rule="offline_not_granted",
        certainty=Certainty.LIKELY if said else Certainty.CANNOT_KNOW,
        what="The server did not grant offline_access: by its policy, or because the user was not asked for consent.",
        evidence=(_asked(case), _response(case)),
        source="OIDC Core §11: offline access needs prompt=consent unless the server decides otherwise; RFC 6749 §3.3",
        cure=(
            "Give the connection the authorize parameter prompt with the value consent.",
            "Ask the server's operator whether this client may have offline_access.",
            "Sign in again.",
        ),
        weight=50,
    )


def not_sent(case: Case) -> Finding | None:
    """`offline_access` was granted, and still no refresh token came."""
    if not has_none(case) or OFFLINE not in case.holding.scope.split():
        return None
    return Finding(
        rule="granted_but_not_sent",
        certainty=Certainty.LIKELY,
        what="The server granted offline_access but sent no refresh token.",
        evidence=(_response(case),),
        source="RFC 6749 §5.1: a refresh token in the response is optional",
        cure=(
            "Sign in once more; if none comes, ask the server's operator whether the grant refresh_token is enabled "
            "for this client.",
            *(TURN_ON_GRANT[:3] if is_okta(case) else ()),
        ),
        can_turn_on_grant=is_okta(case),
        weight=60,
    )


def _asked(case: Case) -> Evidence:
    starts = [each.seq for each in case.entries if isinstance(each.event, SignInStarted)]
    if starts:
        return Evidence(starts[-1], f"Scopes asked for: {case.asked_scopes}.")
    return Evidence(None, f"Scopes of the connection: {case.asked_scopes}.")


def _response(case: Case) -> Evidence:
    scope = case.holding.scope
    granted = f"granted: {scope}" if scope else "the server did not say which scopes it granted"
    return Evidence(case.holding.response_seq, f"The response had no refresh token; {granted}.")
