"""Ports for tests that need a number before anybody listens there."""

import random
import socket

# Systems give out ports from 32768 on (Linux) or 49152 on to whoever names none. A number out of those could be given
# to a connection of another test between being found free and being listened on.
_NOT_GIVEN_OUT = range(10_000, 32_000)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses now."""
    while True:
        port = random.choice(_NOT_GIVEN_OUT)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
