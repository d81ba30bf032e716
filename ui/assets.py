"""Files from the `resources` package, wherever it was installed."""

import importlib.resources
from pathlib import Path

import resources


def path_of(name: str) -> str:
    """Return the path of a resource file, as style sheets name it; an installed Lapse has its files as files."""
    return Path(str(importlib.resources.files(resources) / name)).as_posix()


def holds(name: str) -> bool:
    """Return whether there is such a resource file here; an installed Lapse lacks the manual's photographs."""
    return (importlib.resources.files(resources) / name).is_file()


def text_file(name: str) -> str:
    return (importlib.resources.files(resources) / name).read_text(encoding="utf-8")
