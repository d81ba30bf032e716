"""Masks secrets which an API repeats in what `lapse call` prints, and says so."""

import sys
from dataclasses import replace

from app.connections import Connections
from app.secret import KnownSecrets
from app.session.calls import CallResult


def without_secrets(results: list[CallResult], connections: Connections) -> list[CallResult]:
    """Return API calls safe to print: secrets repeated by the API are masked, and standard error says so.

    Only what this program holds or sent is masked. Other secrets, an invitation token for example, are the user's
    data and stay unchanged.
    """
    cleaned = [_without_secrets(each, connections.secrets) for each in results]
    repeating = [
        before.response.body
        for before, after in zip(results, cleaned, strict=True)
        if before.response is not None and after.response is not None and before.response.body != after.response.body
    ]
    if repeating:
        print(f"The response repeats {_named(repeating, connections)}; it is masked here.", file=sys.stderr)
    return cleaned


def _without_secrets(result: CallResult, secrets: KnownSecrets) -> CallResult:
    if result.error is not None:
        result.error.cleaned(secrets.clean)
    if result.response is None:
        return result
    is_json = result.response.media_type.endswith("json")
    return replace(
        result, response=replace(result.response, body=secrets.clean_bytes(result.response.body, is_json=is_json))
    )


def _named(bodies: list[bytes], connections: Connections) -> str:
    """Return the names of the session's tokens found in the responses."""
    tokens = connections.session.tokens
    held = () if tokens is None else (tokens.access, tokens.refresh, tokens.id)
    names = []
    for each in held:
        known = KnownSecrets() if each is None else KnownSecrets([each.value])
        if each is not None and any(known.clean_bytes(body) != body for body in bodies):
            names.append(str(each.name))
    return " and ".join(names) or "a secret that was sent"
