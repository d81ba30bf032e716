"""How long the strict verifier takes for a 4 kB RS256 token, beside PyJWT's own decode, in one run."""

import argparse
import json
import statistics
import time
from collections.abc import Callable

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from app.oauth.key_set import keys_of
from app.oauth.verify import Expected, JwtKind, verify

_NOW = 1_790_000_000
_ISSUER, _CLIENT = "https://as.example", "client"
_LENGTH = 4096
_BATCH = 20


def main() -> None:
    """Print both medians and their ratio; aim: at most 1.5."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("-n", type=int, default=200, help="batches of each kind")
    count = parser.parse_args().n
    key = rsa.generate_private_key(65537, 2048)
    jwk = {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())), "kid": "k", "use": "sig"}
    token = _token(key)
    expected = Expected(
        kind=JwtKind.ID, now=_NOW, keys=keys_of([jwk]), algs=("RS256",), issuer=_ISSUER, audience=_CLIENT, nonce="n"
    )

    def ours() -> None:
        assert verify(token, expected).is_verified

    public = key.public_key()

    def theirs() -> None:
        jwt.decode(token, public, algorithms=["RS256"], audience=_CLIENT, issuer=_ISSUER, options={"verify_exp": False})

    mine, pyjwt = _medians(ours, theirs, count)
    print(f"token           {len(token)} characters")
    print(f"PyJWT decode    {pyjwt * 1e6:6.0f} µs median")
    print(f"strict verify   {mine * 1e6:6.0f} µs median, {len(verify(token, expected).verdicts)} verdicts")
    print(f"ratio           {mine / pyjwt:6.2f} (aim: at most 1.5)")


def _token(key: rsa.RSAPrivateKey) -> str:
    claims = {"iss": _ISSUER, "aud": _CLIENT, "sub": "u", "iat": _NOW, "exp": _NOW + 60, "nonce": "n", "groups": [""]}
    while len(token := jwt.encode(claims, key, algorithm="RS256", headers={"kid": "k"})) < _LENGTH:
        claims["groups"] = [*claims["groups"], f"group-{len(claims['groups'])}"]  # type: ignore[misc]
    return token


def _medians(first: Callable[[], None], second: Callable[[], None], count: int) -> tuple[float, float]:
    """Return the median seconds of one call each; batches in turn, so that both see the same machine."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(count):
        for call, found in zip((first, second), times, strict=True):
            began = time.perf_counter()
            for _ in range(_BATCH):
                call()
            found.append((time.perf_counter() - began) / _BATCH)
    return statistics.median(times[0]), statistics.median(times[1])


if __name__ == "__main__":
    main()
