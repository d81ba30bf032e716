"""Entry point of the window: checks that a window can be opened, then opens it."""

import sys
from collections.abc import Sequence

from app.ending import as_process, ended

_USAGE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Return the exit code once the window is closed; 2, after one sentence, where there is no display."""
    return ended(lambda: _main(list(sys.argv[1:] if argv is None else argv)))


def _main(arguments: list[str]) -> int:
    from ui.display import why_no_display

    trouble = why_no_display()
    if trouble is not None:
        print(trouble, file=sys.stderr)
        return _USAGE
    from ui.boot import run_window

    return run_window([sys.argv[0], *arguments])


if __name__ == "__main__":
    sys.exit(as_process(main))
