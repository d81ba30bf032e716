"""Opens the system browser, where the user signs in and out."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

OpenBrowser = Callable[[str, Callable[[bool], None]], None]


def open_system_browser(url: str, on_opened: Callable[[bool], None]) -> None:
    """Open `url` with Python's webbrowser, which follows BROWSER; `on_opened` is called on the loop with the outcome.

    On a thread, because a browser named in BROWSER may run in the foreground until it is closed.
    """
    import webbrowser  # imported late: few commands open a browser

    loop = asyncio.get_running_loop()

    def open_it() -> None:
        try:
            worked = webbrowser.open(url)
        except (webbrowser.Error, OSError):
            worked = False
        with suppress(RuntimeError):  # the loop is closed: the sign-in is over
            loop.call_soon_threadsafe(on_opened, worked)

    threading.Thread(target=open_it, name="lapse-browser", daemon=True).start()
