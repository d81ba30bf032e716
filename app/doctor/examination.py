"""The doctor's diagnosis of the chosen connection: evidence is collected, then the rules are applied."""

import os
from dataclasses import dataclass, replace

from app.connection import Connection
from app.connections import Connections
from app.doctor.diagnose import diagnose
from app.doctor.evidence import case_of
from app.doctor.last_failure import last_trouble
from app.doctor.okta_org import ask_org
from app.doctor.records import Case, Finding, Known
from app.doctor.server_check import check_server
from app.errors import BadInput
from app.events.calls import DoctorAsked
from app.okta.addresses import org_url


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was looked at, and what was found in it, best first."""

    case: Case
    findings: tuple[Finding, ...]


async def diagnosis_of(connections: Connections, *, offline: bool = False, asked: bool = True) -> Diagnosis:
    """Diagnose the chosen connection; looks at its server unless `offline`. Raises LapseError as the demo org may.

    `asked`: the user asked for it (journalled), it is not automatic.
    """
    chosen = connections.chosen  # the user may choose another connection during the checks
    if asked:
        chosen.journal.append(DoctorAsked())
    known = await _known(connections, offline=offline)
    case = case_of(
        chosen.connection,
        journal=connections.journal,
        session=chosen.session,
        clock=connections.clock,
        environ=os.environ,
        known=known,
    )
    return Diagnosis(case, diagnose(case))


async def _known(connections: Connections, *, offline: bool) -> Known:
    connection = connections.connection
    policy = connections.embedded.policy if connection.embedded else None
    trouble = last_trouble(connections.folder, connection.key)
    known = Known(limits=None if policy is None else policy.limits, last_trouble=trouble)
    if offline:
        return known
    known = replace(known, look=await check_server(connections.http, connection.issuer, connections.clock))
    known = await _told_by_org(connections, connection, known)
    if policy is None:
        return known
    return replace(known, has_access_policy=policy.has_access_policy, user_is_assigned=policy.user_is_assigned)


async def _told_by_org(connections: Connections, connection: Connection, known: Known) -> Known:
    """Ask the org for what only it knows, where its API token is known: the demo org's, or one kept in the keyring."""
    try:
        origin = org_url(connection.issuer)
    except BadInput:
        return known  # not an org of Okta's
    api_token = await connections.api_token(connection, origin)
    if api_token is None:
        return known
    since = connections.clock.now() if known.last_trouble is None else known.last_trouble.at
    records = await ask_org(
        connections.http, org_url=origin, api_token=api_token, client_id=connection.client_id, since=since
    )
    return replace(known, registered=records.registered, server_log=records.server_log)
