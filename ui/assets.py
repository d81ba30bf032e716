"""Files from the `resources` package, wherever it was installed."""

import importlib.resources

import resources


def text_file(name: str) -> str:
    """Return the text of a resource file."""
    return (importlib.resources.files(resources) / name).read_text(encoding="utf-8")
