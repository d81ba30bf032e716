"""oidc-provider as a process, as server.mjs runs it: where it is, what it was asked, and its knobs."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.connection import Connection
from tests.processes import not_for_ever


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server took it: which endpoint, its answer's status, the names of its parameters."""

    route: str
    status: int
    params: tuple[str, ...]
    grant: str | None
    prompt: str | None


class Provider:
    """A running server; `process` is server.mjs with its standard input and output as pipes, its errors in `log`."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self._process = process
        self._log = log
        ready = self._line()
        self.issuer: str = ready["issuer"]
        self.client_id: str = ready["client_id"]
        self.api_url: str = ready["api_url"]
        self.resource: str = ready["resource"]

    def turn(self, knob: str, **given: object) -> Any:
        """Turn a knob; return what the server says to that."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": knob, **given}) + "\n")
        self._process.stdin.flush()
        return self._line()["said"]

    def asked(self, route: str) -> list[Asked]:
        """Return what this endpoint was asked so far, oldest first."""
        found = [Asked(**{**each, "params": tuple(each["params"])}) for each in self.turn("asked")]
        return [each for each in found if each.route == route]

    def connection(self, **more: Any) -> Connection:
        """Return the connection a person would make: issuer, client, API."""
        given: dict[str, Any] = {"name": "OP", "issuer": self.issuer, "client_id": self.client_id, **more}
        return Connection(api_url=self.api_url, **given)

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        with not_for_ever(self._process):
            line = self._process.stdout.readline()
        assert line, f"the server broke:\n{self._log.read_text(errors='replace')}"
        return dict(json.loads(line))
