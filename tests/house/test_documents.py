"""README, manual and contributors' pages tell no tales: commands, flags, files, links and lists are the code's."""

import argparse
import re
import shlex
from collections.abc import Iterator
from importlib.util import find_spec

from app.cli import build_parser
from app.demo.presets import PRESETS
from app.lab.scenario import Pattern, Weather
from app.lessons.catalogue import LESSONS
from tests.house.documents import EVERYTHING, PAGES, README, ROOT, Document
from ui.help.pages import markdown_of, read_pages

# Said once for all commands, at the top of the page.
COMMON = frozenset({"-h", "--help", "--json", "--issuer", "--client-id"})
# The manual's words, not those of the code's history.
AVOIDED = re.compile(r"\b(somebody|anybody|anew|what came of|hitch)\b", re.IGNORECASE)
ROOM = re.compile(r"(app|ui)/\w+")


def subparsers() -> dict[str, argparse.ArgumentParser]:
    [action] = [each for each in build_parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(action.choices)


def flags_of(parser: argparse.ArgumentParser) -> set[str]:
    return {flag for action in parser._actions for flag in action.option_strings}


def test_every_command_is_mentioned() -> None:
    mentioned = {command.split()[0] for page in EVERYTHING for command in page.commands if command}
    assert set(subparsers()) <= mentioned


def wrong_in(command: str) -> set[str]:
    """Return what of a command line does not exist."""
    words = shlex.split(command.replace("[", " ").replace("]", " "), comments=True)
    if words[0].startswith("-"):
        known = flags_of(build_parser())
    elif words[0] not in subparsers():
        return {words[0]}
    else:
        known = flags_of(subparsers()[words[0]])
    return {word for word in words if word.startswith("-") and word != "-"} - known


def test_every_command_and_flag_exists() -> None:
    given = {(page.name, command) for page in EVERYTHING for command in page.commands if command}
    assert len(given) > 40
    wrong = {(name, command, *sorted(wrong_in(command))) for name, command in given if wrong_in(command)}
    assert not wrong


def test_the_checks_can_fail() -> None:
    assert wrong_in("token --no-such") == {"--no-such"}
    assert wrong_in("sing-in") == {"sing-in"}
    assert wrong_in("--version") == set()


def test_the_page_of_the_command_line_is_complete() -> None:
    page = PAGES["command-line.md"]
    named = {word for command in page.commands for word in command.split()}
    assert set(subparsers()) | flags_of(build_parser()) <= named
    for name, parser in subparsers().items():
        own = flags_of(parser) - COMMON
        said = set(re.findall(r"(?<![\w-])--?\w[\w-]*", page.section(f"lapse {name}")))
        assert own <= said, f"lapse {name}: {sorted(own - said)}"
    assert set(re.findall(r"(?<![\w-])--?\w[\w-]*", page.text)) >= COMMON


def dangling(page: Document) -> Iterator[str]:
    """Yield the links that lead nowhere: no such file, or no such heading in it."""
    for link in page.links:
        name, _, heading = link.partition("#")
        target = (page.path.parent / name).resolve() if name else page.path
        if not target.is_file() or (heading and heading not in Document(target).anchors):
            yield link


def test_every_link_leads_somewhere() -> None:
    assert sum(len(page.links) for page in EVERYTHING) > 60
    assert not {(page.name, link) for page in EVERYTHING for link in dangling(page)}


def exists(named: str) -> bool:
    """Return whether a file, a folder or a module is there; a part in <brackets> stands for any."""
    pattern = re.sub(r"<\w+>", "*", named.rstrip("/"))
    return any(next(ROOT.glob(each), None) is not None for each in (pattern, f"{pattern}.py"))


def test_every_file_that_is_named_exists() -> None:
    paths = re.compile(r"(app|ui|tests|resources|\.ci)/[\w./<>-]*")
    named = {(page.name, code) for page in EVERYTHING for code in page.inline if paths.fullmatch(code)}
    assert len(named) > 80
    assert not {each for each in named if not exists(each[1])}


def test_every_module_that_is_run_exists() -> None:
    run = {found for page in EVERYTHING for code in page.inline for found in re.findall(r"python -m ([\w.]+)", code)}
    assert len(run) > 5
    assert [each for each in run if find_spec(each) is None] == []


def test_the_map_names_every_room() -> None:
    rooms = {
        f"{top}/{path.stem}"
        for top in ("app", "ui")
        for path in (ROOT / top).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
        if not path.name.startswith("__")
    }
    named = [each for each in PAGES["architecture.md"].first_column("The map") if ROOM.fullmatch(each)]
    assert len(named) == len(set(named)), "a room is on the map twice"
    assert set(named) == rooms


def test_pages_are_what_help_can_show() -> None:
    assert {page.name for page in read_pages()} == set(PAGES), "a page that the first one does not link to"
    for page in read_pages():
        shown = re.sub(r"^```.*?^```|`[^`]+`", "", markdown_of(page, dark=True), flags=re.MULTILINE | re.DOTALL)
        assert "<" not in shown, f"{page.name}: HTML other than a <picture> is not shown"
        # Qt's Markdown takes the first cell of such a table for code.
        assert not re.search(r"^```\n+\|", page.text, re.MULTILINE), f"{page.name}: a table right after a block of code"
        local = [link for link in PAGES[page.name].links if not link.startswith(("../pictures/", "#"))]
        assert all("/" not in link for link in local), f"{page.name} links to what an installed Lapse lacks"


def test_lists_in_the_manual_are_those_of_the_code() -> None:
    assert PAGES["demo-org.md"].first_column("Settings and presets") == list(PRESETS)
    lessons = re.findall(r"^\| `([\w-]+)` \|", PAGES["lessons.md"].text, re.MULTILINE)
    assert lessons == [lesson.name for lesson in LESSONS]
    lab = PAGES["lab.md"].inline
    assert {each.value for each in (*Pattern, *Weather)} <= set(lab)
    codes = set(re.findall(r"(?<=[·:] )(\d+) ", build_parser().epilog or ""))
    assert {"0", "70", "130"} <= codes
    assert codes == set(re.findall(r"^\| (\d+) \|", PAGES["errors.md"].section("Exit codes"), re.MULTILINE))


def test_the_control_api_is_described_whole() -> None:
    source = (ROOT / "app" / "demo" / "control_api.py").read_text(encoding="utf-8")
    routes = {f"{method} {path}" for path, method in re.findall(r'_route\("(/[^"]+)", "([A-Z]+)"', source)}
    assert len(routes) > 10
    assert routes == set(PAGES["demo-org.md"].first_column("The control API")) - {"GET"}


def test_promises_are_the_same_wherever_they_are_made() -> None:
    promised = README.section("Promises").rpartition("\n\n[Contributing]")[0]
    assert promised
    assert promised.strip() == PAGES["staying-signed-in.md"].section("Promises").strip()


def test_plain_words() -> None:
    assert not {(page.name, found[0]) for page in EVERYTHING for found in AVOIDED.finditer(page.text)}


def test_the_changelog_keeps_its_form() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "\n## [Unreleased]\n" in changelog
    kinds = set(re.findall(r"^### (.*)$", changelog, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
