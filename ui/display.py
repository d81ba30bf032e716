"""Checks whether a window can be opened, before Qt tries and aborts."""

import ctypes
import importlib.util
import os
import re
import socket
import sys
from pathlib import Path

_COMMANDS = "use the commands instead (`lapse sign-in`, `lapse token`, `lapse call`; `lapse --help` lists them)"
_NO_DISPLAY = (
    f"There is no display to open the window on: {_COMMANDS}, or set QT_QPA_PLATFORM=offscreen to run it unseen."
)
_NO_LIBRARY = f"Qt cannot open the window because {{library}} is missing on this machine: install it, or {_COMMANDS}."
_NO_PLUGIN = (
    "Qt cannot open the window because it has no usable platform plugin called {plugin}: "
    f"set QT_QPA_PLATFORM to another, or {_COMMANDS}."
)


def why_no_display() -> str | None:
    """Return a sentence saying why no window can be opened here and what to do, or None if one can.

    To be called before `QApplication` is made, which aborts the process without a display. Imports no Qt; costs about
    a millisecond, because the libraries it tries are those Qt loads next. Always None except on Linux: elsewhere the
    display is part of the system.
    """
    if sys.platform != "linux":
        return None
    wanted = _wanted_platforms()
    reachable = [name for name in wanted if _is_reachable(name)]
    if not reachable:
        return _NO_DISPLAY
    troubles = [_plugin_trouble(name) for name in reachable]
    return None if None in troubles else troubles[0]


def _wanted_platforms() -> list[str]:
    # As QGuiApplication reads it: names with options; by default X11, and Wayland where its variables are set.
    value = os.environ.get("QT_QPA_PLATFORM", "")
    names = [each.split(":")[0] for each in value.split(";")]
    if any(names):
        return [name for name in names if name]
    wayland = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("XDG_SESSION_TYPE") == "wayland"
    return ["wayland", "xcb"] if wayland else ["xcb"]


def _is_reachable(platform: str) -> bool:
    if platform.startswith("wayland"):
        return _wayland_answers()
    if platform == "xcb":
        return _x_server_answers()
    return True


def _wayland_answers() -> bool:
    if os.environ.get("WAYLAND_SOCKET"):  # a connection the compositor opened for us; it may be used only once
        return True
    name = os.environ.get("WAYLAND_DISPLAY") or "wayland-0"
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent")) / name
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def _x_server_answers() -> bool:
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # the plugin will fail on it too, and its error names the library
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed


def _plugin_trouble(platform: str) -> str | None:
    # Qt itself would say only "could not load the plugin" and abort; the loader names the library.
    kind = "wayland" if platform.startswith("wayland") else platform
    folder = _plugin_folder()
    if folder is None:
        return None  # a system package of PySide6: leave the error to Qt
    plugin = folder / f"libq{kind}.so"
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        missing = re.match(r"([^\s:/]+): cannot open shared object", str(error))
        return _NO_LIBRARY.format(library=missing[1]) if missing else _NO_PLUGIN.format(plugin=kind)
    return None


def _plugin_folder() -> Path | None:
    pyside = importlib.util.find_spec("PySide6")  # finds it without importing it
    if pyside is None or not pyside.submodule_search_locations:
        return None
    folder = Path(pyside.submodule_search_locations[0]) / "Qt" / "plugins" / "platforms"
    return folder if folder.is_dir() else None
