"""Drives a real headless Chromium over the DevTools pipe, as far as one sign-in needs it."""

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from tests.patience import PATIENCE_S

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)


class Chromium:
    """One browser with one page; commands and events are JSON messages ended by NUL."""

    def __init__(self, profile: str) -> None:
        commands_read, self._write = os.pipe()
        self._read, responses_write = os.pipe()

        def as_three_and_four() -> None:
            os.dup2(commands_read, 13)
            os.dup2(responses_write, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self._process = subprocess.Popen(
            ["chromium", *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=as_three_and_four,  # noqa: PLW1509 - dup2 alone, in a single-threaded script
            close_fds=False,
        )
        os.close(commands_read)
        os.close(responses_write)
        self._buffer = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []
        self._session: str | None = None
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.send("Page.enable")
        self.send("Runtime.enable")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            response = self._next()
            if response.get("id") == self._number:
                assert "error" not in response, response["error"]
                return dict(response["result"])
            self.events.append(response)

    def wait_for(self, method: str) -> None:
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._next())
        self.events.clear()

    def go(self, url: str) -> None:
        self.events.clear()
        self.send("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def run(self, script: str) -> Any:
        return self.send("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def close(self) -> None:
        self.send("Browser.close")
        try:
            self._process.wait(timeout=PATIENCE_S)
        finally:
            self._process.kill()
            self._process.wait()
        os.close(self._write)
        os.close(self._read)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            chunk = os.read(self._read, 65_536)
            assert chunk, "Chromium has gone"
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        return dict(json.loads(message))


def sign_in(url: str) -> str:
    """Sign in on the demo org's page with the keys a person would use; return the text of the last page."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Chromium(profile)
        try:
            browser.go(url)
            browser.run(
                "document.getElementById('password').value = document.querySelectorAll('#hint code')[1].textContent;"
                "document.getElementById('sign-in').click()"
            )
            browser.wait_for("Page.loadEventFired")
            return str(browser.run("document.body.innerText"))
        finally:
            browser.close()


if __name__ == "__main__":
    print(sign_in(sys.argv[1]))
