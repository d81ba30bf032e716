"""README, the pages of the manual and what contributors read, taken apart for the tests that hold them to the code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ui.help.pages import anchor_of

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "resources" / "manual"
_FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LAPSE = re.compile(r"(?:^|\$\(|&& |; )lapse(?= |\)|$)([^)|;&]*)")
_LINK = re.compile(r"(?:\]\(|src(?:set)?=\")([^)\"]+)[)\"]")


@dataclass(frozen=True)
class Document:
    """One Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> list[str]:
        return _FENCED.findall(self.text)

    @cached_property
    def prose(self) -> str:
        return _FENCED.sub("", self.text)

    @cached_property
    def inline(self) -> list[str]:
        return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", self.prose)]

    @property
    def commands(self) -> Iterator[str]:
        """What follows `lapse` wherever it is called."""
        lines = [line for block in self.blocks for line in block.splitlines()]
        yield from (found.strip() for code in (*lines, *self.inline) for found in _LAPSE.findall(code))

    @cached_property
    def links(self) -> list[str]:
        return [each for each in _LINK.findall(re.sub(r"`[^`]+`", "", self.prose)) if "://" not in each]

    @cached_property
    def anchors(self) -> set[str]:
        return {anchor_of(heading) for heading in re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)}

    def section(self, heading: str) -> str:
        """What stands under a heading of the second level, up to the next."""
        return self.text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]

    def first_column(self, heading: str) -> list[str]:
        """The code in the first column of the table under a heading."""
        rows = re.findall(r"^\|([^|]*)\|", self.section(heading), re.MULTILINE)
        return [code for row in rows for code in re.findall(r"`([^`]+)`", row)]


README = Document(ROOT / "README.md")
PAGES = {path.name: Document(path) for path in sorted(MANUAL.glob("*.md"))}
EVERYTHING = [README, Document(ROOT / "CONTRIBUTING.md"), Document(ROOT / "CHANGELOG.md"), *PAGES.values()]
