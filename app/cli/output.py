"""What a command says: text or JSON on standard output, trouble on standard error."""

import argparse
import json
import sys
from typing import Any

from app.errors import LapseError

DONE, NOT_SIGNED_IN = 0, 4
"""Exit codes; the others are the errors' own."""


def say(args: argparse.Namespace, found: dict[str, Any], text: str) -> None:
    """Print what was found as JSON if that was asked for, else `text`."""
    print(json.dumps(found) if args.json else text)


def complain(error: LapseError) -> None:
    """Print an error's three lines, and what the server said."""
    print("\n".join(line for line in error.lines() if line), file=sys.stderr)
    if error.raw:
        print(f"The server said: {error.raw}", file=sys.stderr)
