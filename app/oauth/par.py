"""Pushed authorization requests: the request is sent to the server before the browser is opened (RFC 9126)."""

from collections.abc import Mapping

import httpx

from app.oauth.grants import error_response, form_request, json_object, unusable
from app.wire.fetch import FetchedResponse

WHERE = "pushed authorization request endpoint"


def pushed_request(endpoint: str, params: Mapping[str, str]) -> httpx.Request:
    """Push an authorization request (RFC 9126 §2.1); a public client's `client_id` is among the parameters."""
    return form_request(endpoint, params)


def read_pushed(response: FetchedResponse) -> str:
    """Return the `request_uri` of the pushed request (RFC 9126 §2.2).

    Its lifetime is not read: the browser opens it at once. Raises OAuthError (§2.3) or UnusableResponse.
    """
    # §2.2 says 201; a server that says 200 has not refused
    if not response.is_success:
        raise error_response(response, WHERE)
    request_uri = json_object(response, WHERE).get("request_uri")
    if not isinstance(request_uri, str) or not request_uri or not request_uri.isprintable() or " " in request_uri:
        raise unusable(response, "it has no request_uri", WHERE)
    return request_uri


def reference(client_id: str, request_uri: str) -> dict[str, str]:
    """Return the parameters that the browser carries (RFC 9126 §4)."""
    return {"client_id": client_id, "request_uri": request_uri}
