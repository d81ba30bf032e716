"""What turning the Refresh Token grant on changes in an app, field by field, and the whole app to send back."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from app.errors import OktaRefused
from app.okta import words
from app.okta.validation import REFRESH, ROTATE, Note, Problem, problems_of

App = dict[str, Any]
"""An app's object as the Applications API shows it; it may hold a client secret and is never printed."""

_USUAL_GRACE_S = 30


class AppField(Enum):
    """The members that may change, by their path in the app."""

    GRANT_TYPES = "settings.oauthClient.grant_types"
    ROTATION = "settings.oauthClient.refresh_token.rotation_type"
    GRACE = "settings.oauthClient.refresh_token.leeway"
    REDIRECT_URIS = "settings.oauthClient.redirect_uris"


@dataclass(frozen=True, slots=True)
class WantedChange:
    """The grant turned on, with this rotation (ROTATE or STATIC) and grace period (0 to 60 s).

    `redirect_uri` is added to those registered unless it is among them.
    """

    rotation_type: str = ROTATE
    grace_s: int = _USUAL_GRACE_S
    redirect_uri: str | None = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field now and afterwards, as texts: none where the app does not show it."""

    field: AppField
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def added(self) -> tuple[str, ...]:
        """What is there afterwards only."""
        return tuple(each for each in self.after if each not in self.before)

    @property
    def removed(self) -> tuple[str, ...]:
        """What is there now only."""
        return tuple(each for each in self.before if each not in self.after)

    @property
    def is_change(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantChange:
    """A change to look at before it is made: `before` as it was read, `after` as it would be sent, whole.

    Both may hold a client secret and are not printed. `problems` are what Okta would refuse it for.
    """

    app_id: str
    client_id: str
    label: str
    wanted: WantedChange
    fields: tuple[FieldChange, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]
    before: App = field(repr=False)
    after: App = field(repr=False)

    @property
    def is_needed(self) -> bool:
        return any(each.is_change for each in self.fields)


def plan(app: Mapping[str, Any], wanted: WantedChange) -> GrantChange:
    """Return the change that `wanted` makes to `app`, as just read; raises OktaRefused if it is no OIDC app.

    A PUT replaces the whole app (Okta fact §3.3), so unknown members are sent back unchanged, or they would be lost;
    Okta ignores read-only ones.
    """
    before = copy.deepcopy(dict(app))
    after = copy.deepcopy(before)
    client = oauth_client(after)
    # Okta shows the object with the grant only, and without rotation_type it refuses the object (Okta facts §3.2, 3.4)
    settings = client.get("refresh_token")
    client["refresh_token"] = {
        **(settings if isinstance(settings, dict) else {}),
        "rotation_type": wanted.rotation_type,
        "leeway": wanted.grace_s,
    }
    client["grant_types"] = _with(_texts(client, "grant_types"), REFRESH)
    if wanted.redirect_uri is not None:
        client["redirect_uris"] = _with(_texts(client, "redirect_uris"), wanted.redirect_uri)
    return GrantChange(
        app_id=str(before.get("id", "")),
        client_id=client_id_of(before),
        label=str(before.get("label", "")),
        wanted=wanted,
        fields=compared(before, after),
        problems=problems_of(after),
        notes=_notes(before),
        before=before,
        after=after,
    )


def wanted_for(
    app: Mapping[str, Any],
    *,
    rotation_type: str | None = None,
    grace_s: int | None = None,
    redirect_uri: str | None = None,
) -> WantedChange:
    """Return the wanted settings for `app`: those not given stay, or are ROTATE with 30 s if absent.

    Rotation, because a public client's stolen refresh token is detected by it alone (RFC 9700 §4.14.2).
    """
    settings = oauth_client(app).get("refresh_token")
    now = settings if isinstance(settings, dict) else {}
    leeway = now.get("leeway")
    return WantedChange(
        rotation_type or str(now.get("rotation_type") or ROTATE),
        grace_s if grace_s is not None else leeway if isinstance(leeway, int) else _USUAL_GRACE_S,
        redirect_uri,
    )


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Return every field that may change, with its values in two readings of an app."""
    return tuple(FieldChange(each, _shown(before, each), _shown(after, each)) for each in AppField)


def differing(one: Mapping[str, Any], other: Mapping[str, Any], *, inside: str = "") -> tuple[str, ...]:
    """Return where two readings of an app differ, as paths without values; links are not part of the app."""
    found: list[str] = []
    for name in dict.fromkeys((*one, *other)):
        if not inside and name in ("_links", "_embedded"):
            continue
        left, right = one.get(name), other.get(name)
        if isinstance(left, dict) and isinstance(right, dict):
            found += differing(left, right, inside=f"{inside}{name}.")
        elif left != right or (name in one) != (name in other):
            found.append(f"{inside}{name}")
    return tuple(found)


def oauth_client(app: Mapping[str, Any]) -> dict[str, Any]:
    """Return `settings.oauthClient`; raises OktaRefused where there is none: a SAML app, or no app at all."""
    settings = app.get("settings")
    client = settings.get("oauthClient") if isinstance(settings, dict) else None
    if app.get("signOnMode") != "OPENID_CONNECT" or not isinstance(client, dict):
        what, next_step = words.NO_OIDC_APP
        raise OktaRefused(what, next_step=next_step)
    return client


def client_id_of(app: Mapping[str, Any]) -> str:
    """Return the client ID, which is the app's ID unless an admin chose another."""
    credentials = app.get("credentials")
    found = credentials.get("oauthClient") if isinstance(credentials, dict) else None
    client_id = found.get("client_id") if isinstance(found, dict) else None
    return str(client_id or app.get("id", ""))


def _texts(client: Mapping[str, Any], name: str) -> list[str]:
    found = client.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        what, next_step = words.member_unknown(name)
        raise OktaRefused(what, next_step=next_step)
    return found


def _with(known: list[str], text: str) -> list[str]:
    return known if text in known else [*known, text]


def _shown(app: Mapping[str, Any], wanted: AppField) -> tuple[str, ...]:
    found: Any = app
    for name in wanted.value.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if found is None:
        return ()
    return tuple(map(str, found)) if isinstance(found, list) else (str(found),)


def _notes(app: App) -> tuple[Note, ...]:
    notes = [Note.INACTIVE] if app.get("status") not in (None, "ACTIVE") else []
    if "authorization_code" not in _texts(oauth_client(app), "grant_types"):
        notes.append(Note.NO_CODE)
    return tuple(notes)
