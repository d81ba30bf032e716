"""The graphical front door: finds out whether a window can be opened at all, then opens it."""

import sys
from collections.abc import Sequence

from ui.display import why_no_display

_USAGE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window and return the exit code once it is closed; 2, after one sentence, where there is no display."""
    trouble = why_no_display()
    if trouble is not None:
        print(trouble, file=sys.stderr)
        return _USAGE
    from ui.boot import run_window

    return run_window([sys.argv[0], *(argv or ())])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
