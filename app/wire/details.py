"""Details of the latest exchanges beyond their line in the journal; redacted at birth, bounded, in memory."""

from dataclasses import dataclass

from app.secret import KnownSecrets
from app.wire.redact import ShownBody

_MOST = 2000
_MOST_CHARACTERS = 4 * 1024 * 1024  # two bytes each, because of the masks


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One exchange in full, as it may be shown; what never arrived is None. Times in seconds from its start.

    `answered_s` is when the response's headers had arrived.
    """

    url: str
    http_version: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: ShownBody | None
    reason: str = ""
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: ShownBody | None = None
    answered_s: float | None = None

    @property
    def weight(self) -> int:
        """Its approximate size in characters."""
        bodies = sum(len(body.text) for body in (self.request_body, self.response_body) if body is not None)
        headers = (*self.request_headers, *self.response_headers)
        return len(self.url) + bodies + sum(len(name) + len(value) for name, value in headers)


class Details:
    """Details by the journal number of their exchange: the last 2000, and 4 million characters at most.

    `secrets` that became known only after an exchange are masked in it too, whenever it is read.
    """

    def __init__(self, secrets: KnownSecrets | None = None) -> None:
        self._secrets = KnownSecrets() if secrets is None else secrets
        self._known: dict[int, Detail] = {}
        self._weight = 0

    def __len__(self) -> int:
        return len(self._known)

    def get(self, seq: int) -> Detail | None:
        """Return the detail of that exchange, None when it was too long ago."""
        known = self._known.get(seq)
        return None if known is None else self._secrets.clean_record(known)

    def keep(self, seq: int, detail: Detail) -> None:
        """Keep a detail; the oldest are dropped."""
        self._known[seq] = detail
        self._weight += detail.weight
        while len(self._known) > _MOST or (self._weight > _MOST_CHARACTERS and len(self._known) > 1):
            oldest = next(iter(self._known))
            self._weight -= self._known.pop(oldest).weight
