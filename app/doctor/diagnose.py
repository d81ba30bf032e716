"""The diagnosis: every rule looks at the case, and the best-founded cause comes first."""

from app.doctor.records import Case, Certainty, Finding
from app.doctor.rules import Rule, client, limits, local, network, offline, other_clients, policy, reuse

RULES: tuple[Rule, ...] = (
    client.unauthorized_client,
    client.redirect_uri,
    client.client_gone,
    client.other_client,
    client.bound_to_key,
    policy.no_policy,
    policy.no_scope_allowed,
    policy.unknown_scope,
    policy.scope_too_broad,
    policy.not_assigned,
    network.captive_portal,
    network.proxy,
    network.intercepted,
    network.rate_limited,
    network.issuer_mismatch,
    network.no_metadata,
    network.unreachable,
    offline.not_offered,
    offline.not_asked,
    offline.grant_off,
    offline.not_sent,
    offline.not_granted,
    local.clock_skew,
    local.keyring,
)
CANDIDATES: tuple[Rule, ...] = (
    reuse.reused,
    reuse.lost_response,
    limits.idle_limit,
    limits.absolute_limit,
    other_clients.other_process,
    other_clients.revoked,
    other_clients.password_changed,
    other_clients.user_deactivated,
    other_clients.server_knows,
)
"""The causes of one refusal, `invalid_grant`: a sure one leaves no room for the others."""


def diagnose(case: Case) -> tuple[Finding, ...]:
    """Return the findings, best first: by certainty, then by how specific the evidence is."""
    found = [each for each in (rule(case) for rule in RULES) if each is not None]
    causes = [each for each in (rule(case) for rule in CANDIDATES) if each is not None]
    sure = [each for each in causes if each.certainty is Certainty.SURE]
    return tuple(sorted((*found, *(sure or causes)), key=lambda each: (each.certainty.place, -each.weight)))
