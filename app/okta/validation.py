"""What Okta would refuse an app for, found before anything is sent and said in Okta's words (Okta fact §3.4)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from app.urls import may_be_redirect_uri

CODE = "authorization_code"
REFRESH = "refresh_token"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
ROTATE, STATIC = "ROTATE", "STATIC"
MOST_GRACE_S = 60
_LONGEST_LABEL = 100
_MOST_URIS = 100
_RESPONSE_TYPES = frozenset({"code", "id_token", "token"})

Found = Mapping[str, Any]


class Note(Enum):
    """What Okta accepts but the user should know."""

    INACTIVE = auto()
    NO_CODE = auto()


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal: Okta's code, its summary and, for a failed validation, its cause."""

    code: str
    summary: str
    cause: str = ""

    def sentence(self) -> str:
        return f"{self.summary}. {self.cause}" if self.cause else self.summary


def problems_of(app: Found) -> tuple[Problem, ...]:
    """Return every error Okta would report for `app`, in Okta's order."""
    client = _part(_part(app, "settings"), "oauthClient")
    identity = _part(_part(app, "credentials"), "oauthClient")
    return (
        *_of_identity(identity),
        *_of_response_types(client),
        *_of_grants(client),
        *_of_refresh(client),
        *_of_label(app),
        *_of_redirect_uris(client),
    )


def _of_label(app: Found) -> Iterator[Problem]:
    label = str(app.get("label") or "").strip()
    if not label:
        yield _member("label", "The field cannot be left blank")
    elif len(label) > _LONGEST_LABEL:
        yield _member("label", f"The field is too long, it can have {_LONGEST_LABEL} characters")


def _of_identity(identity: Found) -> Iterator[Problem]:
    if identity.get("token_endpoint_auth_method") == "none" and identity.get("pkce_required") is False:
        what = "'pkce_required' must be true when 'token_endpoint_auth_method' is 'none'."
        yield _member("pkce_required", what)


def _of_response_types(client: Found) -> Iterator[Problem]:
    if not set(client.get("response_types") or ()) <= _RESPONSE_TYPES:
        yield _invalid("response_types")


def _of_grants(client: Found) -> Iterator[Problem]:
    grants, kind = client.get("grant_types") or (), client.get("application_type")
    if kind == "native" and CODE not in grants:
        yield _failed("App Instance", f"'{CODE}' grant type is required for native applications.")
    banned = "client_credentials" if kind == "native" else DEVICE
    if banned in grants:
        yield _failed("App Instance", f"'{banned}' grant type is not allowed for {kind} applications.")
    if CODE in grants and "code" not in (client.get("response_types") or ["code"]):
        yield _failed("App Instance", f"'code' response type is required for the '{CODE}' grant type.")


def _of_refresh(client: Found) -> Iterator[Problem]:
    settings = client.get("refresh_token")
    if not isinstance(settings, Mapping):
        return
    if client.get("application_type") == "service":
        yield Problem("E0000006", "You do not have permission to perform the requested action")
    if REFRESH not in (client.get("grant_types") or ()):
        yield _failed("App Instance", "'refresh_token' grant type is required to configure 'refresh_token' settings.")
    rotation, grace_s = settings.get("rotation_type"), settings.get("leeway")
    if rotation is None:
        yield _failed("rotationType", "'rotation_type' is required.")
    elif rotation not in (ROTATE, STATIC):
        yield _invalid("rotation_type")
    if type(grace_s) is not int:  # bool is a subclass of int, so isinstance would accept true as 1
        yield Problem("E0000003", "The request body was not well-formed.")
    elif not 0 <= grace_s <= MOST_GRACE_S:
        yield _member("leeway", f"The field must lie between 0 and {MOST_GRACE_S}")


def _of_redirect_uris(client: Found) -> Iterator[Problem]:
    uris = client.get("redirect_uris") or ()
    if len(uris) > _MOST_URIS or not all(isinstance(each, str) and may_be_redirect_uri(each) for each in uris):
        yield _invalid("redirect_uris")
    elif not uris and CODE in (client.get("grant_types") or ()):
        yield _failed("redirectUris", f"'redirect_uris' is required for the '{CODE}' grant type.")


def _failed(about: str, cause: str) -> Problem:
    return Problem("E0000001", f"Api validation failed: {about}", cause)


def _member(name: str, what: str) -> Problem:
    """Return the failed validation of one member, which Okta's server names in camel case (Okta fact §3.4)."""
    camel = re.sub("_([a-z])", lambda match: match[1].upper(), name)
    return _failed(camel, f"{camel}: {what}")


def _invalid(name: str) -> Problem:
    return _member(name, "The field has an invalid value")


def _part(found: Found, name: str) -> Found:
    value = found.get(name)
    return value if isinstance(value, Mapping) else {}
