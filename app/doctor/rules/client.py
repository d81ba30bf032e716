"""Rules about the client: its grants, its redirect URI, its registration, its key."""

import re

from app.doctor.evidence import REFRESH
from app.doctor.records import Case, Certainty, Evidence, FailedStage, Failure, Finding
from app.doctor.rules.server_words import Described, code_is, is_okta, response, says
from app.doctor.words import APP, TURN_ON_GRANT
from app.errors.reasons import SignInEnded

_CONFIGURED = re.compile(r"\s*Configured grant types: \[([^\]]*)\]\.?")
_NOBODY_CAME = (SignInEnded.TIMED_OUT, SignInEnded.CANCELLED)


def unauthorized_client(case: Case) -> Finding | None:
    """The app may not use the grant it used; Okta lists those it may (RFC 6749 §5.2)."""
    if not code_is(case, "unauthorized_client") or case.trouble is None:
        return None
    found = _CONFIGURED.search(case.trouble.description)
    registered = case.known.registered
    grants = found[1] if found else ", ".join(registered.grant_types) if registered else ""
    listed = (Evidence(case.trouble.seq, f"Grant types the app may use: {grants}."),) if grants else ()
    said = Evidence(case.trouble.seq, _CONFIGURED.sub("", case.trouble.said()))
    is_refresh = case.trouble.stage is FailedStage.REFRESH and REFRESH not in grants
    grant = "Refresh Token" if is_refresh else "grant type this connection signs in with"
    return Finding(
        rule="unauthorized_client",
        certainty=Certainty.SURE,
        what=f"The app may not use the {grant}{' grant' if is_refresh else ''}.",
        evidence=(*listed, said),
        source="RFC 6749 §5.2 unauthorized_client; Okta's error list, the same name",
        cure=TURN_ON_GRANT if is_refresh else (*TURN_ON_GRANT[:2], "Tick the grant type that is missing, and save."),
        can_turn_on_grant=is_refresh and is_okta(case),
        weight=90,
    )


def redirect_uri(case: Case) -> Finding | None:
    """The redirect URI is not one the app is registered with; Okta compares all of it, the port too."""
    trouble, registered = case.trouble, case.known.registered
    if trouble is None or trouble.stage is not FailedStage.SIGN_IN or not case.redirect_uri:
        return None
    is_named = says(case, Described.REDIRECT_URI)
    # the server shows this refusal in the browser: the client only sees that no redirect arrives (RFC 6749 §4.1.2.1)
    waited = not trouble.code and trouble.reason in _NOBODY_CAME
    mismatch = registered is not None and case.redirect_uri not in registered.redirect_uris
    if not is_named and not (waited and (registered is None or mismatch)):
        return None
    certainty = Certainty.CANNOT_KNOW if trouble.reason is SignInEnded.CANCELLED else Certainty.LIKELY
    return _redirect_uri(case, trouble, Certainty.SURE if is_named or mismatch else certainty)


def _redirect_uri(case: Case, trouble: Failure, certainty: Certainty) -> Finding:
    registered = () if case.known.registered is None else case.known.registered.redirect_uris
    evidence = [Evidence(trouble.seq, trouble.said()), Evidence(None, f"Lapse's redirect URI: {case.redirect_uri}")]
    evidence += [Evidence(None, f"Registered: {each}") for each in registered]
    if certainty is not Certainty.SURE:
        evidence.append(Evidence(None, "The browser may simply have been closed.", against=True))
    return Finding(
        rule="redirect_uri",
        certainty=certainty,
        what="The redirect URI is not registered for this app, so the browser was never sent back.",
        evidence=tuple(evidence),
        source="RFC 6749 §3.1.2.3; Okta, Login redirect URI: equal to the last character, the port included",
        cure=(
            APP,
            "Choose the app, and press Edit in General Settings.",
            f"Under Login > Sign-in redirect URIs add exactly {case.redirect_uri}, and save.",
            "Or give the connection one of the registered redirect URIs, with a fixed port.",
        ),
        weight=80 if certainty is Certainty.SURE else 30,
    )


def client_gone(case: Case) -> Finding | None:
    """The server does not know the client any more: deactivated, deleted, or never right (RFC 6749 §5.2)."""
    trouble = case.trouble
    inactive = case.known.registered is not None and not case.known.registered.is_active
    if trouble is None or not code_is(case, "invalid_client"):
        return None
    worked = trouble.sent is not None or case.holding.is_signed_in
    evidence = list(response(case))
    if inactive:
        evidence.append(Evidence(None, "The Applications API says that the app is inactive."))
    elif worked:
        evidence.append(Evidence(None, f"This client ID has worked here before: {case.connection.client_id}."))
    what = "The app was deactivated or deleted." if worked or inactive else "No app has this client ID."
    return Finding(
        rule="client_gone",
        certainty=Certainty.SURE if inactive else Certainty.LIKELY,
        what=what,
        evidence=tuple(evidence),
        source="RFC 6749 §5.2 invalid_client; Okta: deactivating an app ends its tokens for good",
        cure=(
            APP,
            "Look whether the app is active and its client ID is the connection's; activate it if it is not.",
            "Sign in again: tokens from before stay dead.",
        ),
        weight=85,
    )


def other_client(case: Case) -> Finding | None:
    """The refresh token belongs to another client or another authorization server of the same org."""
    if not says(case, Described.MISMATCHED_CLIENT, Described.MISMATCHED_SERVER):
        return None
    by_server = says(case, Described.MISMATCHED_SERVER)
    what = "authorization server" if by_server else "client"
    return Finding(
        rule="other_client",
        certainty=Certainty.SURE,
        what=f"The refresh token was issued for another {what} than the one it is sent to.",
        evidence=(*response(case), Evidence(None, f"The connection: {case.connection.key}")),
        source="RFC 6749 §5.2; Okta's error list: mismatched_client, mismatched_authorization_server",
        cure=("Sign in again with the connection as it is now.",),
        weight=90,
    )


def bound_to_key(case: Case) -> Finding | None:
    """Tokens of this app are bound to a key (DPoP, RFC 9449), and the proof was missing or wrong."""
    registered = case.known.registered
    is_bound = registered is not None and registered.is_dpop_bound
    if not (code_is(case, "invalid_dpop_proof", "use_dpop_nonce") or (is_bound and case.trouble is not None)):
        return None
    nonce = code_is(case, "use_dpop_nonce")
    dpop = (Evidence(None, "The Applications API says: dpop_bound_access_tokens is true."),) if is_bound else ()
    return Finding(
        rule="bound_to_key",
        certainty=Certainty.SURE if case.trouble is not None and "dpop" in case.trouble.code else Certainty.LIKELY,
        what="The server wants a fresh nonce in the proof of the key."
        if nonce
        else "The app's tokens are bound to a key (DPoP), and this request had not the right proof of it.",
        evidence=(*response(case), *dpop),
        source="RFC 9449 §5 and §8; Okta, Configure DPoP: a refresh token is bound to the key of its sign-in",
        cure=(
            APP,
            "Choose the app, press Edit in General Settings, and clear “Require Demonstrating Proof of Possession "
            "(DPoP) header in token requests”, unless your API needs it.",
            "Sign in again.",
        ),
        weight=85,
    )
