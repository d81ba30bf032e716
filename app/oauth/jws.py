"""Compact JWS, read strictly: bounded, canonical base64url, strict JSON (RFC 7515 §7.1)."""

import binascii
import re
from dataclasses import dataclass
from typing import Any

from app.base64url import base64url, from_base64url
from app.strict_json import read_object

LONGEST = 64 * 1024
"""The longest token read, in characters."""

_PARTS = 3
_ALPHABET = re.compile(rb"[A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Jws:
    """A JWS taken apart; `signed` is what the signature is over. Nothing is verified yet."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


class NotReadable(ValueError):
    """The text is not a strict compact JWS; `rule` names what it breaks, the message says how."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(why)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Parts:
    """The three parts of a compact JWS, of which only the header must be JSON."""

    header: dict[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes


def read_jws(token: str) -> Jws:
    """Return a token's content; raise NotReadable for anything that is not exactly a compact JWS of JSON objects."""
    parts = read_parts(token, required=2)
    return Jws(parts.header, _object(parts.payload, "payload"), parts.signed, parts.signature)


def read_parts(token: str, *, required: int = 1) -> Parts:
    """Return the parts of any compact JWS, whatever its payload; raises NotReadable.

    The first `required` of them must not be empty: a detached payload is, and an unsecured JWS lacks the last.
    """
    if len(token) > LONGEST:
        raise NotReadable("size", f"it has {len(token)} characters")
    try:
        raw = token.encode("ascii")
    except UnicodeEncodeError:
        raise NotReadable("encoding", "it has characters outside the base64url alphabet") from None
    parts = raw.split(b".")
    if len(parts) != _PARTS or not all(parts[:required]):
        raise NotReadable("parts", f"it has {sum(map(bool, parts))} non-empty parts")
    head, payload, signature = (_octets(part) for part in parts)
    return Parts(_object(head, "header"), payload, raw[: len(parts[0]) + 1 + len(parts[1])], signature)


def _octets(part: bytes) -> bytes:
    """Return what a part encodes; each value has exactly one encoding (no padding, no spare bits)."""
    if not _ALPHABET.fullmatch(part):
        raise NotReadable("encoding", "it has characters outside the base64url alphabet")
    try:
        octets = from_base64url(part.decode("ascii"))
    except binascii.Error:
        raise NotReadable("encoding", "a part has an impossible length") from None
    if base64url(octets).encode("ascii") != part:
        raise NotReadable("encoding", "a part has bits to spare that are not zero")
    return octets


def _object(octets: bytes, name: str) -> dict[str, Any]:
    try:
        return read_object(octets)
    except ValueError as why:
        raise NotReadable("json", f"the {name} cannot be read: {why}") from None
