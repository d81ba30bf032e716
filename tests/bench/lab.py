"""How long the lab takes for an office day of 2,000 calls under all five strategies, beside as many bare calls."""

import argparse
import asyncio
import os
import time

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.demo.ledger import SigningKey
from app.lab.contest import compete
from app.lab.run import run_lab
from app.lab.scenario import Contestant, Scenario

_BARE = 500


def main() -> None:
    """Print the seconds of a whole run in its worker processes, then those of each contestant in this process.

    Machines differ by much, and so does one machine from hour to hour: a bare call and a bare signature tell how fast
    this one is now.
    """
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("-n", type=int, default=3, help="runs; the fastest counts")
    parser.add_argument("--calls", type=int, default=Scenario().calls, help="calls of the office day")
    args = parser.parse_args()
    scenario = Scenario(calls=args.calls)
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    whole_s = min(_seconds_of_a_run(scenario) for _ in range(args.n))
    print(f"whole run           {whole_s:6.2f} s on {os.cpu_count()} cores, of which {busy:.1f} were busy before it")
    print("                    (aim: under 5 s for 2,000 calls on 2 quiet cores)")
    key = SigningKey.generate()
    bare_s, signature_s = asyncio.run(_bare_call_s()), _signature_s(key)
    ratio = whole_s / (bare_s * args.calls * len(Contestant) / (os.cpu_count() or 1))
    print(f"a bare call         {bare_s * 1e6:6.0f} µs, httpx to a Starlette route; all of them so: ratio {ratio:.2f}")
    print(f"a bare signature    {signature_s * 1e6:6.0f} µs, RSA of 2,048 bits; each token response has two")
    for contestant in Contestant:
        spent_s = min(_seconds_of(scenario, contestant, key) for _ in range(args.n))
        print(f"{contestant:<19} {spent_s:6.2f} s of one core, {spent_s / args.calls * 1e6:.0f} µs a call")


def _seconds_of_a_run(scenario: Scenario) -> float:
    began = time.perf_counter()
    asyncio.run(run_lab(scenario))
    return time.perf_counter() - began


async def _bare_call_s() -> float:
    transport = httpx.ASGITransport(Starlette([Route("/", _response)]))
    async with httpx.AsyncClient(transport=transport) as http:
        began = time.process_time()
        for _ in range(_BARE):
            await http.get("http://bare/")
        return (time.process_time() - began) / _BARE


async def _response(_request: Request) -> JSONResponse:
    return JSONResponse({})


def _signature_s(key: SigningKey) -> float:
    private = key.private
    began = time.process_time()
    for _ in range(_BARE):
        private.sign(b"", padding.PKCS1v15(), hashes.SHA256())
    return (time.process_time() - began) / _BARE


def _seconds_of(scenario: Scenario, contestant: Contestant, key: SigningKey) -> float:
    began = time.process_time()
    compete(scenario, contestant, key)
    return time.process_time() - began


if __name__ == "__main__":
    main()
