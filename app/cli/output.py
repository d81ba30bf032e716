"""What a command says: text or JSON on standard output, trouble on standard error."""

import argparse
import json
import sys
from typing import Any

from app.errors import LapseError
from app.text import one_line

DONE, NOT_SIGNED_IN = 0, 4
"""Exit codes; the others are the errors' own."""


_LONGEST = 4000


def say(args: argparse.Namespace, found: dict[str, Any], text: str) -> None:
    """Print what was found as JSON if that was asked for, else `text`."""
    print(json.dumps(found) if args.json else text)


def complain(error: LapseError) -> None:
    """Print an error's three lines and what the server said, the latter on one line."""
    print("\n".join(one_line(line, longest=_LONGEST) for line in error.lines() if line), file=sys.stderr)
    if error.raw:
        print(f"The server said: {one_line(error.raw, longest=_LONGEST)}", file=sys.stderr)


def said_of_error(error: LapseError) -> dict[str, Any]:
    """Return an error as `--json` prints it."""
    raw = None if error.raw is None else one_line(error.raw, longest=_LONGEST)
    return {"error": [one_line(line, longest=_LONGEST) for line in error.lines()], "raw": raw}
