"""A loop that runs inside Qt's, so that `qtbot.waitUntil` moves coroutines too."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QApplication

from ui.loop import QtLoop


@contextmanager
def running_loop(application: QApplication) -> Iterator[QtLoop]:
    """Yield a running loop; afterwards it is closed and Qt's is as it was."""
    found = QtLoop(application, already_running=True)
    asyncio.events._set_running_loop(found)
    asyncio.set_event_loop(found)
    try:
        yield found
    finally:
        # Not `loop.stop()`: it calls `app.exit()`, after which every later wait times out.
        found._QEventLoop__is_running = False
        asyncio.events._set_running_loop(None)
        asyncio.set_event_loop(None)
        found.close()
