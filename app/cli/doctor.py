"""The command that says why there is no refresh token, or why it is refused."""

import argparse
import json
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app import settings
from app.cli.output import DONE
from app.cli.session import _connected
from app.workbench import Workbench

if TYPE_CHECKING:
    from app.doctor.records import Case, Finding, Known

_FOUND, _COULD_NOT_LOOK = 1, 3


async def doctor(args: argparse.Namespace) -> int:
    """Diagnose the kept session and its connection; looks at the server unless told not to."""
    from app.doctor.doctor import diagnose
    from app.doctor.evidence import case_of

    async with _connected(args) as bench:
        known = await _known(bench, offline=args.offline)
        case = case_of(
            bench.connection,
            journal=bench.journal,
            session=bench.session,
            clock=bench.clock,
            environ=os.environ,
            known=known,
        )
    findings = diagnose(case)
    print(_json(case, findings) if args.json else _text(case, findings))
    return _exit_code(case, findings)


async def _known(bench: Workbench, *, offline: bool) -> "Known":
    from app.doctor.lasttrouble import last_trouble
    from app.doctor.look import look_at
    from app.doctor.records import Known

    ours = bench.connection.embedded and bench.host.org is not None
    trouble = last_trouble(settings.data_dir(), bench.connection.key)
    known = Known(limits=bench.limits() if ours else None, last_trouble=trouble)
    if offline:
        return known
    look = await look_at(bench.http, bench.connection.issuer, bench.clock)
    known = replace(known, look=look)
    return await _told_by_demo_org(bench, known) if bench.connection.embedded else known


async def _told_by_demo_org(bench: Workbench, known: "Known") -> "Known":
    from app.doctor.orgside import ask_org
    from app.secret import Secret

    addresses = await bench.demo_addresses()
    since = bench.clock.now() if known.last_trouble is None else known.last_trouble.at
    told = await ask_org(
        bench.http,
        org_url=addresses.org_url,
        api_token=Secret(addresses.api_token),
        client_id=addresses.client_id,
        since=since,
    )
    return replace(known, registered=told.registered, server_log=told.server_log)


def _text(case: "Case", findings: "tuple[Finding, ...]") -> str:
    if findings:
        return "\n\n".join(each.text(numbers=False) for each in findings)
    looked = "the server answers as it should" if case.known.look is not None else "nothing was sent"
    who = "somebody is signed in" if case.holding.is_signed_in else "nobody is signed in"
    return f"Nothing found at {case.connection.issuer}: {who}, {looked}."


def _json(case: "Case", findings: "tuple[Finding, ...]") -> str:
    found = {"issuer": case.connection.issuer, "client_id": case.connection.client_id}
    return json.dumps({**found, "looked": case.known.look is not None, "findings": [_plain(each) for each in findings]})


def _plain(finding: "Finding") -> dict[str, Any]:
    return {
        "verdict": finding.certainty.value,
        "rule": finding.rule,
        "cause": finding.what,
        "evidence": [{"text": each.text, "against": each.against} for each in finding.evidence],
        "source": finding.source,
        "cure": list(finding.cure),
        "can_turn_on_grant": finding.can_turn_on_grant,
    }


def _exit_code(case: "Case", findings: "tuple[Finding, ...]") -> int:
    from app.doctor.records import Certainty

    if any(each.certainty is not Certainty.CANNOT_KNOW for each in findings):
        return _FOUND
    look = case.known.look
    if look is not None and look.trouble is not None:
        print(look.trouble.what, file=sys.stderr)
        return _COULD_NOT_LOOK
    return DONE
