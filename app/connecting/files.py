"""Connections as files: read from our own export or an OIDC client's configuration, written without any secret."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.connecting import words
from app.connecting.pasted_issuer import candidates_in
from app.connection import (
    DEFAULT_LEEWAY_S,
    DEFAULT_SCOPES,
    DEFAULT_SIGN_IN,
    Connection,
    check_connection,
    check_redirect_uri,
)
from app.errors import BadInput
from app.records import is_number
from app.session import kinds
from app.strict_json import read_object

LONGEST = 256 * 1024
"""How large a file may be, in bytes."""

_MOST = 100
_OURS = "lapse_connections"
_VERSION = 1
# Field names as others write them, in lower case without separators.
_NAMES = {
    "name": ("name", "clientname", "displayname", "title", "label"),
    "issuer": (
        *("issuer", "issueruri", "issuerurl", "authority", "discoveryuri", "discoveryurl", "wellknown"),
        *("wellknownurl", "metadataurl", "openidconfigurationurl", "openidconnecturl"),
    ),
    "client_id": ("clientid",),
    "scopes": ("scopes", "scope", "authorizationscope"),
    "audience": ("audience",),
    "resource": ("resource",),
    "redirect_uris": ("redirecturis", "redirecturi", "redirecturl", "redirect", "callbackurl"),
    "api_url": ("apiurl", "api"),
    "leeway_s": ("leeways", "leeway"),
    "authorize_params": ("authorizeparams", "extraqueryparams", "additionalparameters"),
    "sign_in": ("signin",),
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names}
# Members under which other programs nest the client's fields, and Lapse several connections.
_INSIDE = ("oidc", "oauth", "oauth2", "okta", "auth", "installed", "web", "client", "config")
_SECRET = re.compile(r"secret|passw|privatekey|apikey|assertion|credential|jwk|cookie|token(?!type|endpoint|ur[il])")
_SECRET_VALUE = re.compile(r"eyJ[\w-]{8,}\.[\w-]{2,}|BEGIN [A-Z ]*PRIVATE KEY")
# Known members that a connection does not keep: not reported as unused.
_UNUSED = frozenset(("version", _OURS.replace("_", ""), "embedded", "number", "current", "scheme", "window", "pkce"))


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file holds: connections ready to save, `drafts` that lack something yet, and what was left out or why."""

    connections: tuple[Connection, ...]
    drafts: tuple[Connection, ...] = ()
    notes: tuple[str, ...] = ()


def read_connections(body: bytes) -> Imported:
    """Return the connections in a file's content, without any request and without anything that looks like a secret.

    Raises BadInput when there is none in it.
    """
    notes: list[str] = []
    connections: list[Connection] = []
    drafts: list[Connection] = []
    for place, found in enumerate(_objects(body), 1):
        connection = _connection(found, notes, words.nth(place))
        try:
            connections.append(check_connection(connection))
        except BadInput as wrong:
            notes.append(words.incomplete(connection.name or words.nth(place), wrong.what))
            drafts.append(connection)
    return Imported(tuple(connections), tuple(drafts), tuple(dict.fromkeys(notes)))


def read_file(path: Path) -> Imported:
    """Return the connections in a file; raises BadInput when it cannot be read or holds none."""
    try:
        with path.open("rb") as file:
            body = file.read(LONGEST + 1)
    except OSError as failed:
        raise BadInput(f"The file {path.name} cannot be read: {failed.strerror}.") from None
    return read_connections(body)


def written(connections: Iterable[Connection]) -> str:
    """Return connections as Lapse's JSON, without the demo org, which every installation has."""
    found = [_shown(each) for each in connections if not each.embedded]
    return json.dumps({_OURS: _VERSION, "connections": found}, indent=2, ensure_ascii=False) + "\n"


def write_file(path: Path, connections: Iterable[Connection]) -> None:
    """Write connections to a file; raises BadInput when it cannot be written."""
    try:
        path.write_text(written(connections), encoding="utf-8")
    except OSError as failed:
        raise BadInput(f"The file {path.name} cannot be written: {failed.strerror}.") from None


def _shown(connection: Connection) -> dict[str, Any]:
    return {
        "name": connection.name,
        "issuer": connection.issuer,
        "client_id": connection.client_id,
        "scopes": connection.scopes,
        "audience": connection.audience,
        "resource": connection.resource,
        "redirect_uris": list(connection.redirect_uris),
        "api_url": connection.api_url,
        "leeway_s": connection.leeway_s,
        "authorize_params": dict(connection.authorize_params),
        "sign_in": connection.sign_in,
    }


def _objects(body: bytes) -> list[dict[str, Any]]:
    if len(body) > LONGEST:
        raise BadInput(f"The file is larger than {LONGEST // 1024} KiB; no configuration is.")
    body = body.removeprefix(b"\xef\xbb\xbf").strip()  # editors on Windows put a BOM in front
    try:
        found = read_object(b'{"connections": ' + body + b"}" if body.startswith(b"[") else body)
    except ValueError as why:
        raise BadInput(f"The file cannot be read: {why}.", next_step="Choose a JSON file.") from None
    within = found.get("connections", found)
    objects = [each for each in within if isinstance(each, dict)] if isinstance(within, list) else [found]
    objects = [_flat(each) for each in objects if not each.get("embedded")]
    if len(objects) > _MOST:
        raise BadInput(f"The file holds more than {_MOST} connections.")
    usable = [each for each in objects if {"issuer", "client_id"} & {_field(name) for name in each}]
    if not usable:
        raise BadInput(
            "The file has no connection: neither an issuer nor a client ID is in it.",
            next_step="Choose a file exported from Lapse, or the OIDC configuration of an app.",
        )
    return usable


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    """Return a client configuration's fields, including those one level down."""
    inside = [value for name, value in found.items() if _plain(name) in _INSIDE and isinstance(value, dict)]
    flat = {name: value for name, value in found.items() if not isinstance(value, dict) or _plain(name) not in _INSIDE}
    for each in inside:
        flat |= each
    return flat


def _connection(found: dict[str, Any], notes: list[str], where: str) -> Connection:
    fields = _fields(found, notes)
    issuer = _issuer(_text(fields.get("issuer")), notes)
    uris = tuple(_usable_uris(_texts(fields.get("redirect_uris")), notes))
    params = fields.get("authorize_params")
    return Connection(
        name=_text(fields.get("name")) or _host(issuer) or _text(fields.get("client_id")),
        issuer=issuer,
        client_id=_text(fields.get("client_id")),
        scopes=" ".join(_texts(fields.get("scopes"))) or DEFAULT_SCOPES,
        audience=_text(fields.get("audience")),
        resource=_text(fields.get("resource")),
        redirect_uris=uris,
        api_url=_text(fields.get("api_url")),
        leeway_s=_seconds(fields.get("leeway_s"), notes, where),
        authorize_params=tuple(_pairs(params, notes)),
        sign_in=_kind(_text(fields.get("sign_in")), notes, where),
    )


def _fields(found: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    unknown: list[str] = []
    for name, value in found.items():
        if _is_secret(name, value):
            notes.append(words.secret_left_out(_shortly(name)))
        elif _field(name):
            fields.setdefault(_field(name), value)
        elif _plain(name) not in _UNUSED:
            unknown.append(_shortly(name))
    if unknown:
        notes.append(words.not_used(sorted(unknown)))
    return fields


def _is_secret(name: str, value: object) -> bool:
    if _SECRET.search(_plain(name)):
        return value not in (None, "", [], {}, False, True)
    return _SECRET_VALUE.search(json.dumps(value) if not isinstance(value, dict) else "") is not None


def _issuer(text: str, notes: list[str]) -> str:
    """Return the issuer, also for a discovery URL, as far as its text shows."""
    if "/.well-known/" not in text:
        return text
    try:
        understood = candidates_in(text)
    except BadInput:
        return text
    notes.append(words.taken_from_discovery(understood.issuers[0]))
    return understood.issuers[0]


def _usable_uris(uris: tuple[str, ...], notes: list[str]) -> Iterable[str]:
    for uri in dict.fromkeys(uris):
        try:
            yield check_redirect_uri(uri)
        except BadInput:
            notes.append(words.uri_left_out(_shortly(uri)))


def _pairs(params: object, notes: list[str]) -> Iterable[tuple[str, str]]:
    listed = params.items() if isinstance(params, dict) else params if isinstance(params, list) else ()
    for each in listed:
        if not (isinstance(each, tuple | list) and len(each) == 2):  # noqa: PLR2004 - a pair
            continue
        name, value = str(each[0]), each[1]
        if _is_secret(name, value):
            notes.append(words.secret_left_out(_shortly(name)))
        elif isinstance(value, str | int | float):
            yield name, str(value)


def _seconds(value: object, notes: list[str], where: str) -> float:
    if is_number(value):
        return float(value)  # type: ignore[arg-type]  # it has been looked at
    if value is not None:
        notes.append(f"{where}: {words.leeway_unread(DEFAULT_LEEWAY_S)}")
    return DEFAULT_LEEWAY_S


def _kind(text: str, notes: list[str], where: str) -> str:
    if not text or text in kinds.kind_names():
        return text or DEFAULT_SIGN_IN
    notes.append(f"{where}: {words.UNKNOWN_KIND}")
    return DEFAULT_SIGN_IN


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    listed = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(each.strip() for each in listed if isinstance(each, str) and each.strip())


def _host(issuer: str) -> str:
    return issuer.rpartition("://")[2].rstrip("/")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _field(name: str) -> str:
    return _FIELD_OF.get(_plain(name), "")


def _shortly(text: str) -> str:
    printable = "".join(each for each in text if each.isprintable())
    return printable if len(printable) <= 60 else f"{printable[:60]}…"  # noqa: PLR2004 - what a line holds
