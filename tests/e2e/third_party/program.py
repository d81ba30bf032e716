"""A client nobody here wrote, in a process of its own: asked by a line of JSON, it answers by a line of JSON."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.e2e.conftest import ROOT
from tests.patience import PATIENCE_S
from tests.processes import not_for_ever


class Refused(Exception):
    """What a client made of a refusal: Okta's `error` and `error_description`, or the client's own words."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error, self.description = error, description


class Program:
    """Speaks with a process until the `with` block ends; its warnings go to its own standard error, and to nobody."""

    def __init__(self, command: Sequence[str | Path], errors: Path, more: Mapping[str, str]) -> None:
        self._errors = errors
        with errors.open("wb") as stderr:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **more},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                encoding="utf-8",
            )

    def ask(self, action: str, **given: Any) -> Any:
        """Return what the process says to this; raises Refused for what it was refused."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with not_for_ever(self._process):
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(json.dumps({"do": action, **given}) + "\n")
                self._process.stdin.flush()
            line = self._process.stdout.readline()
        assert line, f"the client broke at {action!r}:\n{self._errors.read_text(errors='replace')}"
        response = json.loads(line)
        if "error" in response:
            raise Refused(response["error"], response["description"])
        return response["said"]

    def refusal(self, action: str, **given: Any) -> tuple[str, str]:
        """Return error and description of what must be refused."""
        try:
            said = self.ask(action, **given)
        except Refused as refused:
            return refused.error, refused.description
        raise AssertionError(f"{action!r} was not refused: {said}")

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        with self._process:
            try:
                self._process.communicate(timeout=PATIENCE_S)
            finally:
                self._process.kill()


def python(module: str) -> list[str | Path]:
    """Return the command that runs one of the programs beside this file."""
    return [sys.executable, "-m", f"tests.e2e.third_party.{module}"]
