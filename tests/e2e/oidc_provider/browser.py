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
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Page(HTMLParser):
    """Finds the forms of a page, and the link that gives up."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self.gives_up: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(_Form(found.get("action", ""), found.get("method", "get")))
        elif tag == "input" and self.forms and found.get("name"):
            self.forms[-1].fields[found["name"]] = found.get("value", "")
        elif tag == "a" and found.get("href", "").endswith("/abort"):
            self.gives_up = found["href"]


def walk(url: str, *, decline: bool = False, **typed: str) -> str:
    """Open `url` and submit each page's form, with `typed` in its fields, until a page has none; return that page.

    With `decline` the first page that offers it is left by its way out instead.
    """
    with httpx.Client(trust_env=False, follow_redirects=True) as browser:
        page = browser.get(url)
        for _ in range(_MOST_PAGES):
            shown = _Page(page.text)
            if decline and shown.gives_up:
                return browser.get(shown.gives_up).text
            elif page.is_success and shown.forms:
                page = _submit(browser, page, shown.forms[0], {**_TYPED, **typed})
            else:
                return page.text
        raise AssertionError(f"no end of pages at {page.url}")


def _submit(browser: httpx.Client, page: httpx.Response, form: _Form, typed: dict[str, str]) -> httpx.Response:
    assert form.method.lower() == "post", f"{page.url} has a form that is not posted"
    filled_in = {name: typed.get(name, value) for name, value in form.fields.items()}
    return browser.post(urljoin(str(page.url), form.action), data=filled_in)


if __name__ == "__main__":
    walk(sys.argv[1])
