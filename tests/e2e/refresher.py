"""A process that forks others which use one stored session: imports once, so that two hundred lives take seconds.

Reads lines `what` from standard input and forks a child for each, which prints `pid what outcome`; `what` is one of
drop (throw the stored access token away), token (get a fresh one) and forever (refresh without end, to be killed).
"""

import asyncio
import os
import signal
import sys

import httpcore  # noqa: F401 - httpx brings it in when it is first needed, which is in every child
import keyring

from app.assembly import open_assembly
from app.connection import Connection
from app.connections import Connections
from app.errors import LapseError


async def live(what: str, issuer: str, client_id: str) -> str:
    async with open_assembly() as bench:
        await bench.connect(Connection(name="served", issuer=issuer, client_id=client_id))
        return await do(bench, what)


async def do(bench: Connections, what: str) -> str:
    if bench.session.tokens is None:
        return "lost: nothing was stored"
    try:
        if what == "drop":
            await bench.session.drop_access_token()
            return "ok"
        while True:
            fresh = await bench.session.fresh_token(asked_by="test", asked_for=what == "forever")
            if what != "forever":
                return f"ok {fresh.access.name}"
            say(what, f"ok {fresh.access.name}")
    except LapseError as failure:
        return f"lost: {failure.what}"


def say(what: str, outcome: str) -> None:
    # One write, so that lines of several children do not run into each other.
    os.write(1, f"{os.getpid()} {what} {outcome}\n".encode())


def main(issuer: str, client_id: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    keyring.get_keyring()
    for line in iter(sys.stdin.readline, ""):
        what = line.strip()
        if os.fork() == 0:
            say(what, "began")
            say(what, asyncio.run(live(what, issuer, client_id)))
            os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
