"""A company's network as a process meets it: a proxy that is gone, and an authority that is not trusted, then is."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import Commands, Served
from tests.e2e.throwaway_ca import found_ca, tls_front
from tests.ports import free_port

Make = Callable[[dict[str, str]], Commands]


@pytest.mark.e2e
def test_a_proxy_that_is_gone_is_told_without_its_password(commands: Make) -> None:
    port = free_port()
    lapse = commands({"HTTPS_PROXY": f"http://ada:Pa55word@127.0.0.1:{port}", "NO_PROXY": "", "no_proxy": ""})
    tried = lapse("sign-in", "--issuer", "https://login.example.test", "--client-id", "x")
    assert tried.returncode == 3
    assert f"The proxy 127.0.0.1:{port} could not be reached: it refused the connection." in tried.stderr
    assert "Pa55word" not in tried.stdout + tried.stderr


@pytest.mark.e2e
def test_an_authority_is_trusted_when_the_environment_names_it(commands: Make, served: Served, tmp_path: Path) -> None:
    ca = found_ca(tmp_path)
    with tls_front(ca.server) as front:
        front.target = urlsplit(served.issuer).port or 0
        asked = ("sign-in", "--issuer", f"{front.base_url}/oauth2/default", "--client-id", served.client_id)
        distrusted = commands({})(*asked)
        trusted = commands(ca.trusted())(*asked)
    assert distrusted.returncode == trusted.returncode == 3
    assert "issued by 'An authority of one test', which this computer does not trust." in distrusted.stderr
    assert "Lapse offers no way around it." in distrusted.stderr
    assert "answered 400" in trusted.stderr  # the org itself, which minds that it is called by another name
