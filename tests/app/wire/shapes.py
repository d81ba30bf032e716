"""Answers of every size and shape, and a program of its own that reads them and tells how much memory each took."""

import asyncio
import gzip
import json
import os
import socket
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import httpx

from app.clock import SystemClock
from app.errors import Unreachable
from app.events.wire import ExchangeKind
from app.journal import Journal
from app.wire.details import Details
from app.wire.fetch import fetch
from app.wire.network import Network
from app.wire.recorder import RecordingTransport

_OK = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_NO_BODY = b"Content-Length: 0\r\n\r\n"
_MIB = b"x" * (1 << 20)
_MANY = 64  # MiB
_WITHIN_S = 20.0
_FLOODS, _FLOODED_S = frozenset({"tiny-chunks", "chunk-extensions", "early-hints"}), 1.0  # these come to no end


@cache
def _bomb(*, times: int = 1, mib: int = 64) -> bytes:
    undo = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    body = b"".join(undo.compress(b"\0" * (1 << 20)) for _ in range(mib)) + undo.flush()
    for _ in range(times - 1):
        body = gzip.compress(body)
    return body


def _encoded(encoding: str, body: bytes) -> Iterator[bytes]:
    yield _OK + f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    yield body


def _plain() -> Iterator[bytes]:
    yield _OK + b"Content-Length: 1000000000\r\n\r\n"
    for _ in range(_MANY):
        yield _MIB


def _chunks(size: int, extension: bytes = b"") -> Iterator[bytes]:
    yield _CHUNKED
    chunk = b"%x%s\r\n%s\r\n" % (size, extension, b"x" * size)
    for _ in range(_MANY):
        yield chunk * ((1 << 20) // len(chunk) + 1)


def _headers(header: bytes, octets: int = 200_000, *, before: bytes = _OK, after: bytes = b"\r\n") -> Iterator[bytes]:
    yield before
    yield header * (octets // len(header))
    yield after


def _informed() -> Iterator[bytes]:
    for _ in range(_MANY):
        yield b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 25_000


def _empty_members() -> Iterator[bytes]:
    yield _OK + b"Content-Encoding: gzip\r\n\r\n"
    for _ in range(_MANY):
        yield gzip.compress(b"") * 50_000


SHAPES = {
    "plain": _plain,
    "gzip": lambda: _encoded("gzip", _bomb()),
    "deflate": lambda: _encoded("deflate", _bomb()[10:-8]),
    "gzip-in-gzip": lambda: _encoded("gzip, gzip", _bomb(times=2)),
    "gzip-three-times": lambda: _encoded("gzip,gzip,gzip", _bomb(times=3)),
    "empty-members": _empty_members,
    "large-chunks": lambda: _chunks(1 << 20),
    "tiny-chunks": lambda: _chunks(1),
    "chunk-extensions": lambda: _chunks(1, b";" + b"e" * 900),
    "a-long-header": lambda: _headers(b"X: " + b"y" * 199_990 + b"\r\n"),
    "many-headers": lambda: _headers(b"a:b\r\n"),
    "long-headers": lambda: _headers(b"X-Some-Header: " + b"y" * 70 + b"\r\n"),
    "as-many-headers-as-go": lambda: _headers(b"a:b\r\n", 95_000, after=_NO_BODY),
    "as-many-long-ones": lambda: _headers(b"abc:def\r\n", 95_000, after=_NO_BODY),
    "as-many-cookies": lambda: _headers(b"Set-Cookie:a=b\r\n", 95_000, after=_NO_BODY),
    "many-trailers": lambda: _headers(b"a:b\r\n", before=_CHUNKED + b"2\r\n{}\r\n0\r\n"),
    "early-hints": _informed,
    "cookies": lambda: _headers(b"Set-Cookie: a=b; Path=/; c\r\n", after=b"Content-Length: 2\r\n\r\n{}"),
}


@contextmanager
def shaping() -> Iterator[int]:
    """Serve on a free port, which is yielded: each path is answered with the shape of its name."""
    for times in (1, 2, 3):
        _bomb(times=times)  # so that nobody waits for it
    listening = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(listening,), daemon=True).start()
    yield listening.getsockname()[1]
    listening.close()


def _serve(listening: socket.socket) -> None:
    with suppress(OSError):
        while True:
            there, _ = listening.accept()
            threading.Thread(target=_response, args=(there,), daemon=True).start()


def _response(there: socket.socket) -> None:
    with there, suppress(OSError):
        name = there.recv(65536).split(b" ")[1].decode().lstrip("/")
        for piece in SHAPES[name]() if name in SHAPES else [_OK + b"Content-Length: 2\r\n\r\n{}"]:
            there.sendall(piece)


def _kib(name: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1])


def measured(port: int, names: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Have a program of its own read them; return what came of each, and how many KiB it took beyond what it had."""
    # the C library gives back what is freed at once, so that no response is measured by what others left
    environ = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "0", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TOP_PAD_": "0"}
    command = [sys.executable, "-m", "tests.app.wire.shapes", str(port), *names]
    run = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environ, cwd=Path(__file__).parents[3]
    )
    return {name: (came, kib) for name, came, kib, _ in map(json.loads, run.stdout.splitlines())}


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


async def _measure(port: int, names: list[str]) -> None:
    """Print for each shape what came of it, and by how many KiB it took this program beyond what it had."""
    clock = SystemClock()
    recording = RecordingTransport(Network({}), Journal(clock), clock, Details())
    async with httpx.AsyncClient(transport=recording, trust_env=False) as http:
        for name in ["warm", "warm", *names]:
            had = _kib("VmRSS")
            _forget_peak()
            request = httpx.Request("GET", f"http://127.0.0.1:{port}/{name}")
            total_s = _FLOODED_S if name in _FLOODS else _WITHIN_S
            began = asyncio.get_running_loop().time()
            try:
                response = await fetch(http, request, kind=ExchangeKind.API, total_s=total_s)
                came = f"{response.status}{', cut' if response.truncated else ''}"
                del response
            except Unreachable as error:
                came = error.what
            took_s = asyncio.get_running_loop().time() - began
            print(json.dumps([name, came, _kib("VmHWM") - had, round(took_s, 2)]))


if __name__ == "__main__":
    asyncio.run(_measure(int(sys.argv[1]), sys.argv[2:]))
