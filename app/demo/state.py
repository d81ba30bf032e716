"""The demo org's state as plain values for the control API; tokens appear by fingerprint, never by value."""

from dataclasses import asdict
from typing import Any

from app.base64url import from_base64url
from app.demo import words
from app.demo.ledger import RefreshRecord
from app.demo.org import DemoOrg
from app.demo.presets import Preset
from app.demo.scenarios import ConformanceModule
from app.demo.system_log import LogEvent

_LAST_EVENTS = 50


def dump(org: DemoOrg) -> dict[str, Any]:
    """Return all settings and state, with the last 50 System Log events."""
    return {
        "issuer": org.issuer,
        **turned(org),
        "counters": dict(org.counters),
        "keys": keys(org),
        "families": families(org),
        "log": [event(each) for each in list(org.log)[-_LAST_EVENTS:]],
    }


def turned(org: DemoOrg) -> dict[str, Any]:
    """Return the org's settings: knobs, time and faults."""
    return {"knobs": org.knobs(), "clock": clock(org), "faults": faults(org)}


def clock(org: DemoOrg) -> dict[str, float]:
    """Return the org's time in epoch seconds, with its offsets."""
    return {"now": org.clock.now(), "moved_s": org.moved_s, "skew_s": org.skew_s}


def faults(org: DemoOrg) -> list[dict[str, Any]]:
    """Return every fault with its number and count."""
    return [
        {"number": each.number, "fault": str(each.fault), "struck": each.struck, "is_over": each.is_over}
        for each in org.faults.switched
    ]


def keys(org: DemoOrg) -> list[str]:
    """Return the kids of the published keys, the signing one first."""
    return [key.kid for key in org.ledger.keys]


def families(org: DemoOrg) -> list[dict[str, Any]]:
    """Return every family with its live tokens."""
    ledger = org.ledger
    return [
        {
            **asdict(family),
            "refresh_tokens": [
                _refresh_token(name, each) for name, each in ledger.refresh.items() if each.family == family.id
            ],
            "access_tokens": [
                {"fingerprint": _fingerprint(name), "jti": each.jti, "expires_at": each.expires_at}
                for name, each in ledger.access.items()
                if each.family == family.id
            ],
        }
        for family in ledger.families.values()
    ]


def scenario(found: ConformanceModule) -> dict[str, Any]:
    return {**asdict(found), "faults": list(map(str, found.faults))}


def preset(found: Preset) -> dict[str, Any]:
    return {
        "name": found.name,
        "behaviour": found.behaviour,
        "source": found.source,
        "knobs": dict(found.knobs),
    }


def event(found: LogEvent) -> dict[str, Any]:
    """Return a System Log event with its sentence."""
    return {**asdict(found), "sentence": words.logged(found)}


def _fingerprint(name: str) -> str:
    """Return the fingerprint that Lapse shows for the token: the first four hex digits of its SHA-256."""
    return from_base64url(name)[:2].hex()


def _refresh_token(name: str, record: RefreshRecord) -> dict[str, Any]:
    return {
        "fingerprint": _fingerprint(name),
        "generation": record.generation,
        "used_at": record.used_at,
        "idle_from": record.idle_from,
    }
