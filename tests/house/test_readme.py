"""The README is short, says the two commands in the form that .ci/run reads, and leads to every page."""

from tests.house.documents import PAGES, README

MOST_WORDS = 1200


def test_there_are_exactly_two_set_up_commands_of_one_line() -> None:
    set_up = [block for block in README.blocks if "pip " in block]
    assert set_up == ["pip install . && lapse\n", 'pip install -e ".[test]" && pytest\n']


def test_it_is_short() -> None:
    assert len(README.text.split()) <= MOST_WORDS


def test_it_links_to_every_page() -> None:
    linked = {each.removeprefix("resources/manual/") for each in README.links if each.endswith(".md")}
    assert set(PAGES) - {"index.md"} <= linked
