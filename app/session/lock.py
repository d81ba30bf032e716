"""A lock between processes around reading, refreshing and writing one stored session; the lock file holds nothing."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.errors import Hiccup
from app.errors.reasons import FailureKind
from app.files import PRIVATE
from app.session import words

_POLL_S = 0.05
_GIVE_UP_POLLS = 600  # half a minute: longer than one bounded refresh with its keyring writes


@asynccontextmanager
async def exclusive(folder: Path | None, key: str) -> AsyncIterator[None]:
    """Hold the lock of the session `key`; None as folder means that no other process can share it.

    The lock is polled, because a blocking wait would freeze the window. `folder` must exist. Raises Hiccup when the
    lock cannot be acquired in half a minute, or at all.
    """
    if folder is None:
        yield
        return
    from filelock import FileLock, Timeout  # imported here: a call with a token in hand locks nothing

    name = hashlib.sha256(key.encode()).hexdigest()[:16]
    lock = FileLock(folder / f"session-{name}.lock", mode=PRIVATE, thread_local=False)
    for _ in range(_GIVE_UP_POLLS):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            await asyncio.sleep(_POLL_S)
        except (
            OSError,
            NotImplementedError,
        ) as failed:  # the latter: a file system without locks
            why = getattr(failed, "strerror", None) or "its file system does not support locks"
            what, step = words.lock_unusable(lock.lock_file, why)
            raise Hiccup(what, kind=FailureKind.LOCAL, sent=False, next_step=step) from None
        else:
            break
    else:
        what, step = words.LOCK_HELD
        raise Hiccup(what, kind=FailureKind.LOCAL, sent=False, next_step=step)
    try:
        yield
    finally:
        lock.release()
