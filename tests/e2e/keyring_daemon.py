"""A real gnome-keyring on a D-Bus of its own, unlocked, for as long as a test runs."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import PATIENCE_S


@contextmanager
def gnome_keyring(folder: Path) -> Iterator[dict[str, str]]:
    """Start bus and keyring with their files in `folder`; yield the environment that reaches them."""
    run = folder / "run"
    run.mkdir(mode=0o700, parents=True)
    env = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(run), "XDG_DATA_HOME": str(folder / "data")}
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**env, "PATH": "/usr/bin:/bin"},
        text=True,
    )
    assert bus.stdout is not None
    env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
    keyring = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**env, "PATH": "/usr/bin:/bin"},
        text=True,
    )
    assert keyring.stdin is not None
    assert keyring.stdout is not None
    keyring.stdin.write("test-pass")
    keyring.stdin.close()
    env["GNOME_KEYRING_PID"] = str(keyring.pid)
    keyring.stdout.readline()  # it has unlocked once it names its control socket
    try:
        yield env
    finally:
        for process in (keyring, bus):
            process.terminate()
            process.wait(timeout=PATIENCE_S)
            if process.stdout is not None:
                process.stdout.close()
