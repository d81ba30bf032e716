"""The other end of `Program`: responses each line of JSON on standard input by one on standard output."""

import json
import sys
from typing import Any


class RefusedError(Exception):
    """What the server refused, as the client under test understood it."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error, self.description = error, description


async def speak(client: object, *refusals: type[Exception]) -> None:
    """Do what is asked, `{"do": method, …}`, until nothing more is asked; `refusals` are the client's own errors."""
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            response = {"said": await getattr(client, asked.pop("do"))(**asked)}
        except (RefusedError, *refusals) as refused:
            response = _refusal(refused)
        print(json.dumps(response, default=str), flush=True)


def _refusal(refused: Any) -> dict[str, Any]:
    return {"error": refused.error, "description": refused.description}
