"""Our own files: written whole or not at all, readable by this user only, changed by one process at a time."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK_WITHIN_S = 5.0
_POLL_S = 0.01
PRIVATE = 0o600
"""The mode of every file of ours, from its creation."""


class Busy(OSError):
    """Another process holds a file for longer than any write takes."""

    def __init__(self) -> None:
        super().__init__("another Lapse has been writing it for seconds")
        self.strerror = str(self)


def write_text(path: Path, text: str) -> None:
    """Write `text` atomically, so that a crash or a full disk leaves the old or the new file, never half of one.

    A link is followed: its target is replaced, not the link. The folder is created if needed, with mode 0700. Raises
    OSError; nothing of a failed write stays. There is no fsync: it does not help against a power cut.
    """
    target = Path(os.path.realpath(path))
    make_folder(target.parent)
    handle, draft = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)  # of mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(draft).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(draft).unlink()
        raise


def make_folder(folder: Path) -> None:
    """Create a folder that only this user can read, unless it exists; raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def why_unusable(folder: Path) -> str:
    """Return why files cannot be created in a folder, which is created if needed; empty where they can."""
    try:
        make_folder(folder)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as failed:
        return failed.strerror or str(failed)


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Hold the file against every other process that would read, change and write it; waits five seconds at most.

    Raises OSError where that fails: Busy when another process keeps it.
    """
    from filelock import FileLock, Timeout

    make_folder(path.parent)
    lock = FileLock(path.with_suffix(".lock"), mode=PRIVATE)
    try:
        lock.acquire(timeout=_LOCK_WITHIN_S, poll_interval=_POLL_S)
    except Timeout:
        raise Busy from None
    except NotImplementedError:  # filelock raises this for a file system without locks
        raise OSError("its file system does not support locks") from None
    try:
        yield
    finally:
        lock.release()
