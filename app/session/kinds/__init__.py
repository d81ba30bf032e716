"""The kinds of sign-in: the one place that lists them, in the order in which they are shown.

A kind is a module here with one record, and a line in `KINDS`. How it is presented is listed in two more places: for a
terminal in `app/cli/sign_in_prompts.py`, for the window in `ui/session/kinds/`. Settings, files, menus, forms, flags
and the sign-out read the record, and name no kind.
"""

from typing import Any

from app.session.kinds.browser import BROWSER
from app.session.kinds.device import DEVICE
from app.session.kinds.kind import SignInKind
from app.session.kinds.password import PASSWORD

KINDS: tuple[SignInKind[Any], ...] = (BROWSER, PASSWORD, DEVICE)


def kind_names() -> tuple[str, ...]:
    return tuple(each.name for each in KINDS)


def kind_named(name: str) -> SignInKind[Any]:
    """Return the kind of that name; raises KeyError for an unknown one, which settings and files reject."""
    return {each.name: each for each in KINDS}[name]
