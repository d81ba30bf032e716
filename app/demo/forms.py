"""Parameters as they arrive: query and form bodies, each name at most once (RFC 6749 §3.1, §3.2)."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from app.demo import dialect
from app.demo.dialect import OktaError, Refused

_MOST_BYTES = 64 * 1024
_MOST_FIELDS = 100
_FORM = "application/x-www-form-urlencoded"
_TOO_LARGE = OktaError(413, "invalid_request", "The request is too large.")

Parameters = dict[str, str]


def read_query(request: Request) -> Parameters:
    """Return the query's parameters; see `parse`."""
    return parse(request.scope["query_string"])


async def read_body(request: Request) -> bytes:
    """Return the body, also on later calls; raises Refused if it is larger than 64 KiB."""
    if not hasattr(request.state, "body"):
        body = bytearray()
        async for chunk in request.stream():
            if len(body) <= _MOST_BYTES:  # the rest is read and dropped, so that the response finds its way
                body += chunk
        request.state.body = bytes(body)
    found: bytes = request.state.body
    if len(found) > _MOST_BYTES:
        raise Refused(_TOO_LARGE)
    return found


async def read_form(request: Request) -> Parameters:
    """Return the body's parameters, none if it is no form. Raises Refused; see `parse`."""
    body = await read_body(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return {}
    return parse(body)


def parse(raw: bytes) -> Parameters:
    """Return the parameters in `raw`; an empty value counts as absent. Raises Refused for a name given twice."""
    try:
        pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Refused(_TOO_LARGE) from None
    if len({name for name, _ in pairs}) < len(pairs):
        raise Refused(dialect.DUPLICATE_PARAMETERS)
    return {name: value for name, value in pairs if value}
