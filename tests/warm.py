"""Python programs that begin warm: forked from one that has imported what they need, and otherwise as `python -m` does.

An interpreter with all of the command line takes the better part of a second to be there, and hundreds are started.
What is about the beginning itself, or about how Python is told to begin, is started cold.
"""

import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import select
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.keys import lend_signing_keys_to_forks

_ROOT = Path(__file__).parents[1]
_STATUS = struct.Struct("i")
_ENDED = -1
_MOST = 1 << 20  # octets of an order: mostly its environment
_FDS = 4  # standard input, output, error, and where its end is told
# What others import only once they run.
_LATER = (
    *("anyio._backends._asyncio", "certifi", "filelock", "keyring.backends.SecretService"),
    *("uvicorn.lifespan.off", "uvicorn.loops.auto", "uvicorn.protocols.http.h11_impl"),
)
_TOLD_TO_PYTHON = ("PYTHON", "LC_", "LANG")


def begins_alike(environment: Mapping[str, str]) -> bool:
    """Return whether a program with this environment begins as this one did: nothing in it is for Python itself."""
    names = {name for name in (*environment, *os.environ) if name.startswith(_TOLD_TO_PYTHON)}
    return all(environment.get(name) == os.environ.get(name) for name in names - {"PYTHON_KEYRING_BACKEND"})


class Stove:
    """The warm program, and a line to it."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.warm", str(theirs.fileno())]
            # A session of its own: Ctrl-C at the terminal is for whoever started the programs, and they end them.
            self._process = subprocess.Popen(command, cwd=_ROOT, pass_fds=[theirs.fileno()], start_new_session=True)

    def order(self, order: dict[str, Any], fds: Sequence[int]) -> None:
        message = json.dumps(order).encode("utf-8", "surrogateescape")
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST)
        socket.send_fds(self._line, [message], fds)

    def close(self) -> None:
        self._line.close()
        self._process.wait()


@contextmanager
def stove() -> Iterator[Stove]:
    """Yield a warm program, which ends with the block."""
    found = Stove()
    try:
        yield found
    finally:
        found.close()


class WarmProcess(subprocess.Popen[str]):
    """`python -m MODULE …` as subprocess.Popen has it, but forked from the warm program."""

    def __init__(self, stove: Stove, arguments: Sequence[str], **options: Any) -> None:
        self._stove = stove
        super().__init__(arguments, text=True, encoding="utf-8", **options)

    def _execute_child(self, args: Sequence[str], *given: Any) -> None:  # as POSIX has it
        cwd, env = given[4], given[5]
        p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite = given[9:15]
        told, ours = os.pipe()
        fds = [p2cread if p2cread != -1 else 0, c2pwrite if c2pwrite != -1 else 1, errwrite if errwrite != -1 else 2]
        order = {"args": list(args), "cwd": str(cwd), "env": dict(env)}
        self._stove.order(order, [*fds, ours])
        os.close(ours)
        self._told = told
        [self.pid] = _STATUS.unpack(os.read(told, _STATUS.size))
        self._child_created = True
        self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        if self._told == _ENDED or (wait_flags & os.WNOHANG and not select.select([self._told], [], [], 0)[0]):
            return 0, 0
        [status] = _STATUS.unpack(os.read(self._told, _STATUS.size))
        os.close(self._told)
        self._told = _ENDED
        return self.pid, status

    def _internal_poll(self, _deadstate: object = None, **_: object) -> int | None:
        if self.returncode is None:
            pid, status = self._try_wait(os.WNOHANG)
            if pid == self.pid:
                self._handle_exitstatus(status)
        return self.returncode


def _preload() -> None:
    import app

    modules = [each.name for each in pkgutil.walk_packages(app.__path__, "app.")]
    for name in modules:
        # The front door is run, not imported; the installed one looks for what is only there once it is installed.
        if not name.startswith(("app.__main__", "app.launcher")):
            importlib.import_module(name)
    for name in _LATER:
        with suppress(ImportError):  # not of every system
            importlib.import_module(name)
    lend_signing_keys_to_forks()


def _orders(line: socket.socket) -> Iterator[tuple[dict[str, Any], list[int]]]:
    while True:
        message, fds, _, _ = socket.recv_fds(line, _MOST, _FDS)
        if not message:
            return
        yield json.loads(message.decode("utf-8", "surrogateescape")), fds


def _forked(line: socket.socket) -> dict[str, Any] | None:
    """Return, in each program that is forked, what it was asked to be; here, None when nobody will ask any more."""
    for order, fds in _orders(line):
        if os.fork() == 0:
            line.close()
            return _overseen(order, fds)
        for each in fds:
            os.close(each)
        _reap(os.WNOHANG)
    _reap(0)
    return None


def _reap(how: int) -> None:
    # So that what all of it took is added up, and whoever asks what the tests take is told the truth.
    with suppress(ChildProcessError):
        while os.waitpid(-1, how) != (0, 0):
            pass


def _overseen(order: dict[str, Any], fds: list[int]) -> dict[str, Any]:
    """Return in a child; its parent tells whose child it is and, once it has ended, how."""
    *standard, told = fds
    if child := os.fork():
        for each in (*standard, 0, 1, 2):
            with suppress(OSError):
                os.close(each)
        with suppress(OSError):  # whoever asked may be gone
            os.write(told, _STATUS.pack(child))
            os.write(told, _STATUS.pack(os.waitpid(child, 0)[1]))
        os._exit(0)
    os.close(told)
    for number, each in enumerate(standard):
        os.dup2(each, number)
    for each in {*standard} - {0, 1, 2}:
        os.close(each)
    return order


def _become(order: dict[str, Any]) -> str:
    """Be what was asked for, up to the first line of its module, whose name is returned."""
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    sys.path[0] = order["cwd"]
    sys.argv = order["args"]
    for name, number, mode in (("stdin", 0, "rb"), ("stdout", 1, "wb"), ("stderr", 2, "wb")):
        stream = io.TextIOWrapper(
            open(number, mode, closefd=False),  # noqa: SIM115 - for the whole process
            encoding="utf-8",
            errors="backslashreplace" if name == "stderr" else "strict",
            line_buffering=name == "stderr",
            write_through=mode == "wb" and "PYTHONUNBUFFERED" in os.environ,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    return sys.argv[0]


def _main(number: int) -> dict[str, Any] | None:
    _preload()
    gc.collect()
    gc.freeze()
    return _forked(socket.socket(fileno=number))


if __name__ == "__main__":
    _order = _main(int(sys.argv[1]))
    if _order is not None:
        # Here, where a program of its own would be: it ends as that does, too.
        runpy.run_module(_become(_order), run_name="__main__", alter_sys=True)
