"""How Lapse processes of one user know their demo org: proofs only a reader of the ledger can give."""

import hashlib
import hmac
import json
from pathlib import Path


def identity_proof(identity: str, nonce: str) -> str:
    """Return the proof for `nonce`, which only a holder of the ledger's `identity` secret can make."""
    return _mac(identity, "lapse demo identity", nonce)


def control_token(identity: str) -> str:
    """Return the bearer token of the control API; its label differs, so an identity proof is never a valid token."""
    return _mac(identity, "lapse demo control", "token")


def api_token(identity: str) -> str:
    """Return the token of the Applications API, in the shape of Okta's."""
    return f"00{_mac(identity, 'lapse demo api', 'token')[:40]}"


def read_identity(path: Path) -> str | None:
    """Return the identity secret in the ledger at `path`, None if there is none (yet)."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["identity"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return found if isinstance(found, str) else None


def _mac(identity: str, purpose: str, value: str) -> str:
    return hmac.new(identity.encode(), f"{purpose}\n{value}".encode(), hashlib.sha256).hexdigest()
