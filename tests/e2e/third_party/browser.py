"""A browser without a screen, for the org's pages: opens one, fills in its form, presses a button."""

import html
import re
import ssl
from pathlib import Path
from types import TracebackType
from urllib.parse import urljoin

import httpx

_FORM = re.compile(r'<form method="post"(?: action="([^"]*)")?>')
_FIELD = re.compile(r'<input [^>]*name="([^"]*)"(?: value="([^"]*)")?')


class Browser:
    """Keeps cookies until the `with` block ends, trusts the authority in `ca`, and follows no redirect by itself."""

    def __init__(self, ca: Path | None) -> None:
        verify = ca is not None and ssl.create_default_context(cafile=ca)
        self._http = httpx.Client(verify=verify, trust_env=False)
        self._page = httpx.Response(0)

    def open(self, url: str) -> None:
        """Show a page."""
        self._page = self._http.get(url)
        assert self._page.is_redirect or self._page.is_success, f"{url} answered {self._page.status_code}"

    def press(self, action: str, **typed: str) -> None:
        """Send the page's form by this button, with what was typed over what was filled in."""
        form = _FORM.search(self._page.text)
        assert form is not None, f"no form: {self._page.text}"
        assert f'value="{action}"' in self._page.text, f"no button {action}: {self._page.text}"
        filled_in = {name: html.unescape(value) for name, value in _FIELD.findall(self._page.text)}
        here = str(self._page.url)
        self._page = self._http.post(urljoin(here, form[1] or here), data={**filled_in, **typed, "action": action})

    @property
    def text(self) -> str:
        """What the page says."""
        return self._page.text

    @property
    def sent_to(self) -> str:
        """Where the last response sends the browser."""
        assert self._page.is_redirect, f"nobody was sent on ({self._page.status_code}): {self._page.text}"
        return urljoin(str(self._page.url), self._page.headers["location"])

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._http.close()
