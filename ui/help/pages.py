"""The pages of the manual, and the rules for their links and pictures; without Qt."""

import re
from dataclasses import dataclass
from functools import cache

from ui.assets import holds, text_file

FIRST = "index.md"
FOLDER = "manual"
_FIRST_TITLE = "Contents"
_PAGE_LINK = re.compile(r"\[([^\]]+)\]\(([a-z-]+\.md)\)")
# GitHub's markup for a picture that follows the reader's colour scheme.
_PICTURE = re.compile(
    r'<picture><source media="\(prefers-color-scheme: dark\)" srcset="(?P<dark>[^"]+)">'
    r'<img alt="(?P<alt>[^"]*)" src="(?P<light>[^"]+)"></picture>'
)
_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<path>[^)]+)\)")


@dataclass(frozen=True, slots=True)
class ManualPage:
    """One page: its file name, its title and its Markdown."""

    name: str
    title: str
    text: str


@cache
def read_pages() -> tuple[ManualPage, ...]:
    """Return all pages, named and ordered as the first one links to them."""
    first = text_file(f"{FOLDER}/{FIRST}")
    others = (ManualPage(name, title, text_file(f"{FOLDER}/{name}")) for title, name in _PAGE_LINK.findall(first))
    return (ManualPage(FIRST, _FIRST_TITLE, first), *others)


def page_named(name: str) -> ManualPage | None:
    return next((page for page in read_pages() if page.name == name), None)


def markdown_of(page: ManualPage, *, dark: bool) -> str:
    """Return a page's Markdown with the pictures of one colour scheme; missing pictures are left out."""
    chosen = _PICTURE.sub(lambda found: f"![{found['alt']}]({found['dark' if dark else 'light']})", page.text)
    return _IMAGE.sub(lambda found: found[0] if holds(resource_of(found["path"])) else "", chosen)


def resource_of(link: str) -> str:
    """Return the resource name of a link, which is relative to the page."""
    return link.removeprefix("../") if link.startswith("../") else f"{FOLDER}/{link}"


def anchor_of(heading: str) -> str:
    """Return the fragment that links to a heading, as GitHub makes it."""
    kept = (each for each in heading.lower() if each.isalnum() or each in " -_")
    return "".join(kept).replace(" ", "-")
