"""The command that says why there is no refresh token, or why it is refused."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from app.cli.connected import add_connection_flags, connected
from app.cli.output import DONE

if TYPE_CHECKING:
    from app.doctor.records import Case, Finding

_FOUND, _COULD_NOT_LOOK = 1, 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_connection_flags(parser)
    parser.epilog = "exit codes: 0 nothing found · 1 something sure or likely · 2 usage · 3 could not look"
    parser.add_argument("--offline", action="store_true", help="send nothing; judge by what is known here")


async def run(args: argparse.Namespace) -> int:
    """Diagnose the stored session and its connection; checks the server unless `--offline` is given."""
    from app.doctor.examination import diagnosis_of

    async with connected(args) as connections:
        found = await diagnosis_of(connections, offline=args.offline)
    print(_json(found.case, found.findings) if args.json else _text(found.case, found.findings))
    return _exit_code(found.case, found.findings)


def _text(case: "Case", findings: "tuple[Finding, ...]") -> str:
    if findings:
        return "\n\n".join(each.text(numbers=False) for each in findings)
    looked = "the server answers as it should" if case.known.look is not None else "nothing was sent"
    who = "a user is signed in" if case.holding.is_signed_in else "no user is signed in"
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
