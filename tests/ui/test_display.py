"""Why no window can be opened, said before Qt would abort."""

import ctypes
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.display import why_no_display

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux can a display be missing")
_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "XDG_SESSION_TYPE", "QT_QPA_PLATFORM")


@pytest.fixture(autouse=True)
def _no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)


def _is_one_sentence(text: str | None) -> bool:
    return text is not None and text.endswith(".") and "\n" not in text and ". " not in text


def test_without_a_display_it_points_to_the_commands() -> None:
    why = why_no_display()
    assert _is_one_sentence(why)
    assert why is not None
    for named in ("no display", "`lapse sign-in`", "`lapse token`", "`lapse call`", "QT_QPA_PLATFORM=offscreen"):
        assert named in why


@pytest.mark.parametrize("platform", ["", "xcb", "wayland", "wayland-egl", "wayland;xcb", "xcb:bgr"])
def test_a_display_nobody_serves_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    monkeypatch.setenv("DISPLAY", "unix:4711")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert "no display" in (why_no_display() or "")


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "offscreen:size=1x1", "xcb;offscreen"])
def test_platforms_without_a_display_are_let_through(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    assert why_no_display() is None


def test_a_platform_qt_does_not_have_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "ofscreen")
    why = why_no_display()
    assert _is_one_sentence(why)
    assert "called ofscreen" in (why or "")


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> None:
        raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory")

    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(ctypes, "CDLL", load)
    why = why_no_display()
    assert _is_one_sentence(why)
    assert "libxcb-cursor.so.0 is missing" in (why or "")


def test_a_wayland_compositor_is_a_display(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "w")
    monkeypatch.chdir(tmp_path)  # socket paths are short
    monkeypatch.setattr(ctypes, "CDLL", lambda _: None)  # the plugin's libraries are another matter
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind("w")
        compositor.listen()
        assert why_no_display() is None


@pytest.fixture
def x_display() -> Iterator[str]:
    """Start an X server that chooses its own number."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-nolisten", "tcp"], pass_fds=[writer], stderr=subprocess.DEVNULL
    )
    os.close(writer)
    with os.fdopen(reader) as number:
        yield f":{number.readline().strip()}"
    server.terminate()
    server.wait()


@pytest.mark.e2e("xvfb")
def test_an_x_server_is_a_display(monkeypatch: pytest.MonkeyPatch, x_display: str) -> None:
    monkeypatch.setenv("DISPLAY", x_display)
    assert why_no_display() is None
