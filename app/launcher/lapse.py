"""The installed front door: `lapse`, or `python -m lapse`, which opens the window or runs a headless command."""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

_STOPPED = 130  # what shells call "ended by Ctrl-C"


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window if there are no arguments, else run them as a command; return the exit code."""
    try:
        _find_our_modules()
        ending = importlib.import_module("app.ending")
        if argv is None:
            return int(ending.as_process(lambda: _through_front_door(sys.argv[1:])))
        return _through_front_door(list(argv))
    except KeyboardInterrupt:
        return _STOPPED


def _through_front_door(arguments: list[str]) -> int:
    front_door = importlib.import_module("app.__main__" if arguments else "ui.__main__")
    return int(front_door.main(arguments))


def _find_our_modules() -> None:
    # Installed, `app` and `ui` lie in a folder that is on nobody's path, because others use these names too. Only
    # this process looks there, and looks there first. In a checkout there is no such folder, and no need of it.
    bundle = Path(__file__).resolve().parent / "lapse_bundle"
    if bundle.is_dir():
        sys.path.insert(0, str(bundle))


if __name__ == "__main__":
    sys.exit(main())
