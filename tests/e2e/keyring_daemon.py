"""A real gnome-keyring on a D-Bus of its own, unlocked, for as long as a test runs."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from jeepney import DBusAddress, HeaderFields, MatchRule, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection

from tests.patience import PATIENCE_S
from tests.processes import running

_KEYRING = "org.freedesktop.secrets"


# It activates no services: asked before the keyring has come, it would start another one, and that would be locked.
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_DRIVER = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")


@contextmanager
def gnome_keyring(folder: Path) -> Iterator[dict[str, str]]:
    """Start bus and keyring with their files in `folder`; yield the environment that reaches them."""
    run = folder / "run"
    run.mkdir(mode=0o700, parents=True)
    env = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(run), "XDG_DATA_HOME": str(folder / "data")}
    config = folder / "bus.conf"
    config.write_text(_BUS, encoding="utf-8")
    with ExitStack() as daemons:
        bus = daemons.enter_context(
            _daemon(env, "dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--print-address=1")
        )
        assert bus.stdout is not None
        env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        keyring = daemons.enter_context(
            _daemon(env, "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
        )
        assert keyring.stdin is not None
        assert keyring.stdout is not None
        keyring.stdin.write("test-pass")
        keyring.stdin.close()
        env["GNOME_KEYRING_PID"] = str(keyring.pid)
        keyring.stdout.readline()  # it has unlocked once it names its control socket
        _wait_for_keyring(env["DBUS_SESSION_BUS_ADDRESS"])
        yield env


def _wait_for_keyring(bus: str) -> None:
    came = MatchRule(type="signal", interface="org.freedesktop.DBus", member="NameOwnerChanged")
    with open_dbus_connection(bus) as connection:
        connection.send_and_get_reply(message_bus.AddMatch(came))
        while not connection.send_and_get_reply(new_method_call(_DRIVER, "NameHasOwner", "s", (_KEYRING,))).body[0]:
            connection.receive(timeout=PATIENCE_S)


@contextmanager
def listening(bus: str) -> Iterator[Callable[[], None]]:
    """Listen in on the bus; yield what returns once the keyring has been asked something."""
    driver = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus.Monitoring")
    with open_dbus_connection(bus) as monitor:
        monitor.send_and_get_reply(new_method_call(driver, "BecomeMonitor", "asu", ([], 0)))

        def until_asked() -> None:
            while monitor.receive(timeout=PATIENCE_S).header.fields.get(HeaderFields.destination) != _KEYRING:
                pass

        yield until_asked


@contextmanager
def _daemon(env: dict[str, str], *command: str) -> Iterator["subprocess.Popen[str]"]:
    pipe, where = subprocess.PIPE, {**env, "PATH": "/usr/bin:/bin"}
    with running(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=where) as process:
        yield process
        process.terminate()
        process.wait(timeout=PATIENCE_S)
