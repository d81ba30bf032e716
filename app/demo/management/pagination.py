"""Lists in pages, as the management API sends them: a limit, and where the next page is in the Link header."""

from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from app.demo.forms import Parameters
from app.demo.management.refusals import failed


def limit(query: Parameters, *, usual: int, most: int) -> int:
    """Return how many entries a page may have; raises ManagementRefused."""
    text = query.get("limit", str(usual))
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= most:
        raise failed("limit", f"limit: The number must lie between 1 and {most}.")
    return int(text[:9])


def link(response: Response, request: Request, base_url: str, query: Parameters, after: object | None = None) -> None:
    """Return the `self` link, and `next` if there is one (RFC 8288)."""
    response.headers.append("Link", _entry(base_url + request.url.path, query, "self"))
    if after is not None:
        response.headers.append("Link", _entry(base_url + request.url.path, {**query, "after": str(after)}, "next"))


def _entry(url: str, query: Parameters, relation: str) -> str:
    asked = urlencode(query, quote_via=quote, errors="replace")
    return f'<{url}{"?" if asked else ""}{asked}>; rel="{relation}"'
