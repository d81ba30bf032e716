"""base64url without padding, as OAuth and JOSE write octets (RFC 4648 §5, RFC 7515 §2)."""

import base64


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Return the octets; the padding left out is put back. Raises ValueError for a text of an impossible length."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
