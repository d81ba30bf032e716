"""How fast the demo org answers a refresh, beside a bare Starlette route, over loopback in the same run."""

import argparse
import base64
import hashlib
import http.client
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

_WARM_UP = 20
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_VERIFIER = "a-verifier-that-is-at-least-forty-three-characters-long"


def main() -> None:
    """Print the medians and their ratio; aim: under 5 ms, and at most 4 times the bare route, signing included."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("-n", type=int, default=300, help="requests of each kind")
    count = parser.parse_args().n
    port = _free_port()
    bare = subprocess.Popen([sys.executable, "-m", "tests.bench.bare_route", str(port)], stdout=subprocess.PIPE)
    org = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert bare.stdout is not None
        assert org.stdout is not None
        bare.stdout.readline()
        _wait_for(port)
        _report(_measured(_bare(port), _refreshing(json.loads(org.stdout.readline())), count))
    finally:
        for process in (bare, org):
            process.terminate()
            process.wait()


def _measured(bare: Callable[[], None], refresh: Callable[[], None], count: int) -> tuple[list[float], list[float]]:
    """Return the seconds each took; one of each in turn, so that both see the same machine."""
    for _ in range(_WARM_UP):
        bare()
        refresh()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(count):
        for ask, found in zip((bare, refresh), times, strict=True):
            began = time.perf_counter()
            ask()
            found.append(time.perf_counter() - began)
    return times


def _report(times: tuple[list[float], list[float]]) -> None:
    bare, refresh = (statistics.median(found) * 1000 for found in times)
    p95 = statistics.quantiles(times[1], n=20)[-1] * 1000
    print(f"bare route  {bare:6.2f} ms median")
    print(f"refresh     {refresh:6.2f} ms median, {p95:.2f} ms p95 (aim: under 5 ms)")
    print(f"ratio       {refresh / bare:6.2f} (aim: at most 4)")


def _bare(port: int) -> Callable[[], None]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    body = urlencode({"grant_type": "refresh_token", "refresh_token": "x" * 43, "client_id": "c"})

    def ask() -> None:
        connection.request("POST", "/token", body, _FORM)
        connection.getresponse().read()

    return ask


def _refreshing(ready: dict[str, str]) -> Callable[[], None]:
    connection = http.client.HTTPConnection(urlsplit(ready["org_url"]).netloc)
    path = urlsplit(ready["issuer"]).path + "/v1"
    token = _signed_in(connection, path, ready)

    def ask() -> None:
        nonlocal token
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": ready["client_id"]}
        token = _posted(connection, f"{path}/token", form)["refresh_token"]

    return ask


def _signed_in(connection: http.client.HTTPConnection, path: str, ready: dict[str, str]) -> str:
    """Return the refresh token of a sign-in with the password the ready line shows."""
    digest = hashlib.sha256(_VERIFIER.encode()).digest()
    asked = {
        "client_id": ready["client_id"],
        "redirect_uri": "http://127.0.0.1:8765/callback",
        "response_type": "code",
        "scope": "openid profile offline_access",
        "state": "state",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    form = urlencode({"username": ready["username"], "password": ready["password"], "action": "sign-in"})
    connection.request("POST", f"{path}/authorize?{urlencode(asked)}", form, _FORM)
    response = connection.getresponse()
    response.read()
    code = parse_qs(urlsplit(response.headers["location"]).query)["code"][0]
    proof = {"grant_type": "authorization_code", "code": code, "code_verifier": _VERIFIER}
    sent = {**proof, "redirect_uri": asked["redirect_uri"], "client_id": ready["client_id"]}
    return _posted(connection, f"{path}/token", sent)["refresh_token"]


def _posted(connection: http.client.HTTPConnection, path: str, form: dict[str, str]) -> dict[str, str]:
    connection.request("POST", path, urlencode(form), _FORM)
    response = connection.getresponse()
    found: dict[str, str] = json.loads(response.read())
    assert response.status == http.client.OK, found
    return found


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(1000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return


if __name__ == "__main__":
    main()
