"""How many descriptors ten thousand exchanges of every kind leave, on asyncio's loop and on Qt's."""

import argparse
import asyncio
import os
import random
import time

from PySide6.QtWidgets import QApplication

from tests.app.wire.exchanges import behaving, mixed
from ui.loop import QtLoop


def main() -> None:
    """Print the descriptors after the first hundred exchanges, the most there ever were, and those at the end."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("-n", type=int, default=10_000, help="exchanges on each loop")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="which kinds, and where they are cut")
    args = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    print(f"seed {args.seed}")
    for name, factory in {"asyncio": asyncio.new_event_loop, "Qt": lambda: QtLoop(application)}.items():
        with behaving() as base, asyncio.Runner(loop_factory=factory) as runner:
            began = time.perf_counter()
            found = runner.run(mixed(base, args.n, random.Random(args.seed)))
            took_s = time.perf_counter() - began
        print(
            f"{name:<8} {found.first:4} after the first hundred, {found.most} at most, {found.last} at the end", end=""
        )
        print(f"; held {found.held}; {took_s:.1f} s; {dict(sorted(found.outcomes.items()))}")


if __name__ == "__main__":
    main()
