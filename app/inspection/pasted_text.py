"""Finds tokens in pasted text, in everything they usually come wrapped in."""

import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from app.inspection.reading import LONGEST
from app.secret import Secret

_AUTHORIZATION = re.compile(r"(?is)^\s*(?:-H\s*)?['\"]?(?:authorization\s*:\s*)?(bearer|dpop)\s+(.*)$")
_HEADER_LINE = re.compile(r"(?im)\bauthorization\s*:\s*(?:bearer|dpop)\s+([^\s'\"]+)")
_KINDS = {"access_token": "access token", "id_token": "ID token", "refresh_token": "refresh token"}
_QUOTES = "\"'`,;"


@dataclass(frozen=True, slots=True)
class PastedTokens:
    """A token found in a text; `label` is its name there, empty where it had none."""

    token: Secret
    label: str = ""


def find_tokens(text: str) -> tuple[PastedTokens, ...]:
    """Return the tokens in a pasted text, in order.

    Understood are a bare token with quotes, spaces or line breaks in it, `Bearer …`, an Authorization header (also
    inside a curl command), a token endpoint's JSON, and a redirect URL's parameters.
    """
    if len(text) > LONGEST + 1024:
        return (PastedTokens(Secret(text)),)
    for find in (_in_json, _in_header, _in_parameters):
        if (found := find(text)) is not None:
            return found
    bare = _joined(text)
    return (PastedTokens(Secret(bare)),) if bare else ()


def access_token_among(found: tuple[PastedTokens, ...]) -> Secret | None:
    """Return the access token of a pasted token response, which its ID token is bound to."""
    return next((each.token for each in found if each.label == _KINDS["access_token"]), None)


def _in_json(text: str) -> tuple[PastedTokens, ...] | None:
    """Return the tokens of a JSON text, None where it is no JSON."""
    if not text.lstrip().startswith(("{", "[", '"')):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, str):
        return find_tokens(found) if not found.lstrip().startswith(("{", "[", '"')) else ()
    if not isinstance(found, dict):
        return ()
    tokens = [(found.get(name), label) for name, label in _KINDS.items()]
    return tuple(
        PastedTokens(Secret(_joined(token)), label) for token, label in tokens if isinstance(token, str) and token
    )


def _in_header(text: str) -> tuple[PastedTokens, ...] | None:
    if match := _AUTHORIZATION.match(text):
        token = _joined(match[2])
        return (PastedTokens(Secret(token), "access token"),) if token else ()
    found = dict.fromkeys(_HEADER_LINE.findall(text))
    return tuple(PastedTokens(Secret(token.strip(_QUOTES)), "access token") for token in found) or None


def _in_parameters(text: str) -> tuple[PastedTokens, ...] | None:
    if "_token=" not in text:
        return None
    query = re.split(r"[?#]", text.strip(), maxsplit=1)[-1].replace("#", "&")
    try:
        pairs = parse_qsl(query, max_num_fields=100)
    except ValueError:
        return None
    return tuple(PastedTokens(Secret(_joined(value)), _KINDS[name]) for name, value in pairs if name in _KINDS) or None


def _joined(text: str) -> str:
    """Return the text without what mail programs and terminals insert: spaces, line breaks, quotes."""
    return "".join(text.split()).strip(_QUOTES)
