"""Rules about this machine: its clock and its keyring."""

from app.doctor.evidence import last
from app.doctor.records import Case, Certainty, Evidence, Finding
from app.errors.reasons import KeyringState
from app.events import Entry
from app.events.session import StoreTroubled
from app.events.tokens import IdTokenRefused
from app.text import duration

_WORTH_SAYING_S = 60.0
_ALLOWED_S = 300.0
_RULES_OF_TIME = ("exp", "nbf", "iat")


def clock_skew(case: Case) -> Finding | None:
    """This machine's clock and the server's differ so much that tokens look expired or not yet valid."""
    skew_s = case.skew_s
    marked = last(case.entries, IdTokenRefused)
    refused_for_time = case.trouble is not None and case.trouble.rule in _RULES_OF_TIME
    refused = refused_for_time or _is_of_time(marked)
    if not refused and (skew_s is None or abs(skew_s) < _WORTH_SAYING_S):
        return None
    evidence = []
    if refused and case.trouble is not None:
        evidence.append(Evidence(case.trouble.seq, case.trouble.what))
    if marked is not None and _is_of_time(marked):
        evidence.append(Evidence(marked.seq, marked.sentence()))
    by = ""
    if skew_s is not None:
        way = "behind" if skew_s > 0 else "ahead of"
        by = f" by {duration(skew_s)}"
        evidence.append(Evidence(None, f"This machine's clock is {way} the server's{by}, by its Date header."))
    far = skew_s is not None and abs(skew_s) >= _WORTH_SAYING_S
    return Finding(
        rule="clock_skew",
        certainty=Certainty.SURE if refused and far else Certainty.LIKELY,
        what=f"The clocks of this machine and of the server differ{by}.",
        evidence=tuple(evidence),
        source="OIDC Core §3.1.3.7 (9, 10): exp and iat, with at most 5 minutes allowed; RFC 9110 §6.6.1 (Date)",
        cure=("Set this machine's clock from a time server.", "Then sign in, or call again."),
        weight=80 if refused else 35 if skew_s is not None and abs(skew_s) < _ALLOWED_S else 45,
    )


def _is_of_time(marked: Entry | None) -> bool:
    return marked is not None and isinstance(marked.event, IdTokenRefused) and marked.event.rule in _RULES_OF_TIME


_KEYRING_CURES = {
    KeyringState.LOCKED: "Unlock your keyring, then sign in again.",
    KeyringState.ABSENT: "Start a keyring service: GNOME Keyring, KWallet or KeePassXC; then sign in again.",
    KeyringState.REFUSED: "Remove the keyring backend that keeps secrets as plain text; use the system's own keyring.",
    KeyringState.NOT_ANSWERING: "Look for your keyring's prompt, perhaps behind other windows, and answer it.",
    KeyringState.READY: "Sign in again; what could not be read was set aside.",
}


def keyring(case: Case) -> Finding | None:
    """The keyring does not store the session, so it ends with this run."""
    troubles = [each for each in case.entries if isinstance(each.event, StoreTroubled)]
    if case.store.state is None:
        return None
    return Finding(
        rule="keyring",
        certainty=Certainty.SURE,
        what=f"{case.store.what} The session lives in memory and will not survive a restart.",
        evidence=(
            *(Evidence(each.seq, each.sentence()) for each in troubles[-1:]),
            Evidence(None, f"The session is kept in {case.store.place.value}."),
        ),
        source="Lapse never writes a token to a file; the keyring's own response",
        cure=(_KEYRING_CURES[case.store.state],),
        weight=55,
    )
