"""Refusals in the words of Okta's management API: E-codes with a summary and causes (Okta fact §3.5)."""

import re
from collections.abc import Iterable

from starlette.responses import JSONResponse, Response

from app.demo import dialect
from app.demo.dialect import OktaError, Refused, management_body

_SERVER_SIDE = 500
_CODES = {
    401: ("E0000011", "Invalid token provided"),
    403: ("E0000006", "You do not have permission to perform the requested action"),
    429: ("E0000047", "API call exceeded rate limit due to too many requests."),
}


class ManagementRefused(Refused):
    """A request refused with one of Okta's E-codes; `causes` go to the client too.

    The System Log prints the code as the reason. `headers` go out with the response.
    """

    def __init__(self, status: int, code: str, summary: str, causes: Iterable[str] = ()) -> None:
        self._causes = tuple(causes)
        super().__init__(OktaError(status, code, summary, code), " ".join((summary, *self._causes)))
        self.headers: dict[str, str] = {}

    def response(self) -> Response:
        """Return the error body Okta uses outside its OAuth endpoints."""
        body = management_body(self.error.error, self.error.description, self._causes)
        return JSONResponse(body, status_code=self.error.status, headers=self.headers)


def in_management_words(refused: Refused) -> ManagementRefused:
    """Return another endpoint's refusal in the management API's format, with the same cause."""
    if isinstance(refused, ManagementRefused):
        return refused
    translated = _translated(refused.error)
    translated.cause = refused.cause or refused.error.description
    return translated


def _translated(error: OktaError) -> ManagementRefused:
    if error == dialect.UNAVAILABLE:
        # what the org says when its disk refuses
        return ManagementRefused(503, "E0000010", "Service is in read only mode")
    if error.status >= _SERVER_SIDE:
        return ManagementRefused(error.status, "E0000009", "Internal Server Error")
    code, summary = _CODES.get(error.status, ("E0000001", f"Api validation failed: {error.description}"))
    return ManagementRefused(error.status, code, summary)


def invalid_token() -> ManagementRefused:
    return ManagementRefused(401, "E0000011", "Invalid token provided")


def malformed() -> ManagementRefused:
    """Return the refusal of a body that is no JSON object, or has a member of a wrong type."""
    return ManagementRefused(400, "E0000003", "The request body was not well-formed.")


def wrong_media_type() -> ManagementRefused:
    """Return the refusal of a body that does not say it is JSON; Okta puts two spaces into the summary."""
    summary = "Bad request.  Accept and/or Content-Type headers likely do not match supported values."
    return ManagementRefused(400, "E0000021", summary)


def not_found(id: str, kind: str) -> ManagementRefused:  # noqa: A002 - Okta's word for it
    """Return the refusal of an unknown id; `kind` is the type's name."""
    return ManagementRefused(404, "E0000007", f"Not found: Resource not found: {dialect.printable(id)} ({kind})")


def forbidden() -> ManagementRefused:
    return ManagementRefused(403, "E0000006", "You do not have permission to perform the requested action")


def failed(about: str, *causes: str) -> ManagementRefused:
    """Return a failed validation: `Api validation failed: {about}`."""
    return ManagementRefused(400, "E0000001", f"Api validation failed: {about}", causes)


def failed_member(name: str, what: str) -> ManagementRefused:
    """Return the failed validation of one member, which Okta's server names in camel case (Okta fact §3.4)."""
    camel = re.sub("_([a-z])", lambda match: match[1].upper(), name)
    return failed(camel, f"{camel}: {what}")


def invalid_value(name: str) -> ManagementRefused:
    return failed_member(name, "The field has an invalid value")


def blank(name: str) -> ManagementRefused:
    """Return the refusal of a missing member; the sentence is ours, Okta's is not in our facts."""
    return failed_member(name, "The field cannot be left blank")
