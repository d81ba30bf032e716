"""Draws the window in any of its states and every panel alone: `python -m tests.preview` made the README's pictures."""

import argparse
import os
import sys
from pathlib import Path

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from tests.preview.states import PANELS, STATES, new_window
from ui import theme


def main(argv: list[str] | None = None) -> int:
    """Write a PNG for each state and scheme asked for."""
    args = _parser().parse_args(argv)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([sys.argv[0]])
    args.out.mkdir(parents=True, exist_ok=True)
    width, height = (int(part) for part in args.size.split("x"))
    for scheme in args.scheme or ("light", "dark"):
        for name in args.names or STATES:
            zoom = theme.PRESENTER_ZOOM if name == "presenting" else args.zoom
            theme.apply(application, scheme, zoom)
            window = new_window(name if name in STATES else PANELS[name][0])
            window.resize(width, height)
            window.show()
            shown = window if name in STATES else PANELS[name][1](window)
            shown.show()
            path = args.out / f"{name}-{scheme}.png"
            _settled(application, shown).save(str(path))
            print(path)
            window.allow_close()
            window.deleteLater()
    return 0


def _settled(application: QApplication, shown: QWidget) -> QPixmap:
    """Return a picture of a widget once its layout is what it will be: what is wrapped is laid out by posted events."""
    for _ in range(3):
        application.sendPostedEvents()
    if shown.isWindow():
        return shown.grab()
    window = shown.window()  # with what lies behind it, for a panel may be see-through
    return window.grab(QRect(shown.mapTo(window, QPoint()), shown.size()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.preview", description=__doc__)
    known = [*STATES, *PANELS]
    parser.add_argument("names", nargs="*", metavar="NAME", type=_known, help=f"states and panels: {', '.join(known)}")
    parser.add_argument("--scheme", action="append", choices=("light", "dark"), help="both unless said")
    parser.add_argument("--out", type=Path, default=Path("resources/pictures"), metavar="DIR")
    parser.add_argument("--zoom", type=float, default=1.0, help="how large type is, 0.8 to 2")
    parser.add_argument("--size", default="1360x860", metavar="WxH")
    return parser


def _known(name: str) -> str:
    if name not in STATES and name not in PANELS:
        raise argparse.ArgumentTypeError(f"there is no state or panel {name!r}")
    return name


if __name__ == "__main__":
    sys.exit(main())
