"""A validated authorization request, and where its browser is sent back to."""

from dataclasses import dataclass

from app.demo.applications import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAddress:
    """Where and how the browser is sent back; a state that Okta finds invalid is still returned to the client."""

    redirect_uri: str
    response_mode: str
    state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request that may be shown to the user (RFC 6749 §4.1.1, RFC 7636 §4.3, OIDC Core §3.1.2.1).

    `max_age_s` is in seconds.
    """

    application: Application
    back: ReturnAddress
    scopes: tuple[str, ...]
    challenge: str
    nonce: str | None
    login_hint: str | None
    prompt: str
    max_age_s: int | None
