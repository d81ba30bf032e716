"""How long the lab takes for an office day of 2,000 calls under all five strategies, in all and each alone."""

import argparse
import asyncio
import os
import time

from app.demo.ledger import SigningKey
from app.lab.contest import compete
from app.lab.run import run_lab
from app.lab.scenario import Contestant, Scenario


def main() -> None:
    """Print the seconds of a whole run in its worker processes, then those of each contestant in this process."""
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
    for contestant in Contestant:
        spent_s = min(_seconds_of(scenario, contestant, key) for _ in range(args.n))
        print(f"{contestant:<19} {spent_s:6.2f} s of one core, {spent_s / args.calls * 1e6:.0f} µs a call")


def _seconds_of_a_run(scenario: Scenario) -> float:
    began = time.perf_counter()
    asyncio.run(run_lab(scenario))
    return time.perf_counter() - began


def _seconds_of(scenario: Scenario, contestant: Contestant, key: SigningKey) -> float:
    began = time.process_time()
    compete(scenario, contestant, key)
    return time.process_time() - began


if __name__ == "__main__":
    main()
