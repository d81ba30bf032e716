"""A browser without a screen for oidc-provider's own pages: signs in, agrees, and goes where it is sent.

As a program it is named in BROWSER: `python …/browser.py %s`.
"""

import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

_MOST_PAGES = 15
_TYPED = {"login": "ada", "password": "anything"}


@dataclass
class _Form:
    """What the first form of a page sends: its fields, and its first button if that has a name."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    pressed: bool = False


class _Page(HTMLParser):
    """Finds the first form of a page, and the link that gives up."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.form: _Form | None = None
        self.gives_up: str | None = None
        self._within_others = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._within_others = self.form is not None
            self.form = self.form or _Form(found.get("action", ""))
        elif tag == "a" and found.get("href", "").endswith("/abort"):
            self.gives_up = found["href"]
        elif self.form is not None and not self._within_others:
            self._add(self.form, tag, found)

    def _add(self, form: _Form, tag: str, found: dict[str, str]) -> None:
        if tag == "button":
            counts, form.pressed = not form.pressed, True
        else:
            counts = tag == "input"
        if counts and found.get("name"):
            form.fields[found["name"]] = found.get("value", "")


class Browser:
    """Keeps its cookies from walk to walk; `prompts` are what its pages asked for, as the server names them."""

    def __init__(self) -> None:
        self._http = httpx.Client(trust_env=False, follow_redirects=True)
        self.prompts: list[str] = []

    def walk(self, url: str, *, decline: bool = False, **typed: str) -> str:
        """Open `url` and send each page's form, with `typed` in its fields, until a page has none; return that page.

        With `decline` the first page that offers it is left by its way out instead.
        """
        page = self._http.get(url)
        for _ in range(_MOST_PAGES):
            shown = _Page(page.text)
            if decline and shown.gives_up:
                return self._http.get(shown.gives_up).text
            if shown.form is None or not page.is_success:
                return page.text
            page = self._send(page, shown.form, {**_TYPED, **typed})
        raise AssertionError(f"no end of pages at {page.url}")

    def close(self) -> None:
        """Forget everything."""
        self._http.close()

    def _send(self, page: httpx.Response, form: _Form, typed: dict[str, str]) -> httpx.Response:
        if "prompt" in form.fields:
            self.prompts.append(form.fields["prompt"])
        filled_in = {name: typed.get(name, value) for name, value in form.fields.items()}
        return self._http.post(urljoin(str(page.url), form.action), data=filled_in)


def walk(url: str, *, decline: bool = False, **typed: str) -> str:
    """Walk once with a browser that nobody has used before; see `Browser.walk`."""
    browser = Browser()
    try:
        return browser.walk(url, decline=decline, **typed)
    finally:
        browser.close()


if __name__ == "__main__":
    walk(sys.argv[1])
