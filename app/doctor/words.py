"""Words of the doctor: moments, and the steps in Okta's Admin Console."""

from datetime import datetime

from app.text import duration

APP = "In the Okta Admin Console open Applications and Resources > Applications (before August 2026: Applications)."
TURN_ON_GRANT = (
    APP,
    "Choose the app, and press Edit in General Settings.",
    "Tick Refresh Token as a grant type, and save.",
    "Sign in again: a sign-in from before does not get a refresh token later.",
)
ACCESS_POLICY = (
    "In the Okta Admin Console open Security > API, and choose the authorization server (usually default).",
    "On the tab Access Policies add a policy that is assigned to the app, or to all clients.",
    "Add a rule to it that allows the grant types, users and scopes in use.",
)
SIGN_IN_AGAIN = "Sign in again."
CURE_BY_SIGN_IN = (SIGN_IN_AGAIN,)


def moment(at: float) -> str:
    """Return a moment in local time, with its zone: `2026-11-23 14:03:10 UTC+01:00`."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def ago(at: float, now: float) -> str:
    """Return how long before `now` something was: `4 min 12 s before`."""
    return f"{duration(max(0.0, now - at))} before"
