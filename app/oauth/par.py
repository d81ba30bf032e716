"""Pushed authorization requests: the server is told beforehand what the browser is to ask (RFC 9126)."""

from collections.abc import Mapping

import httpx

from app.oauth.grants import error_response, form_request, json_object, unusable
from app.wire.fetch import FetchedResponse

WHERE = "pushed authorization request endpoint"


def pushed_request(endpoint: str, params: Mapping[str, str]) -> httpx.Request:
    """Push an authorization request (RFC 9126 §2.1); a public client's `client_id` is among the parameters."""
    return form_request(endpoint, params)


def read_pushed(answer: FetchedResponse) -> str:
    """Return the `request_uri` that stands for the request (RFC 9126 §2.2).

    Its lifetime is not read: the browser opens it at once. Raises OAuthError (§2.3) or UnusableAnswer.
    """
    # 201 by the book; a server that says 200 has not refused
    if not answer.is_success:
        raise error_response(answer, WHERE)
    request_uri = json_object(answer, WHERE).get("request_uri")
    if not isinstance(request_uri, str) or not request_uri or not request_uri.isprintable() or " " in request_uri:
        raise unusable(answer, "it has no request_uri", WHERE)
    return request_uri


def reference(client_id: str, request_uri: str) -> dict[str, str]:
    """Return all that the browser carries (RFC 9126 §4)."""
    return {"client_id": client_id, "request_uri": request_uri}
