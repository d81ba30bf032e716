"""A demo org without a thread or a port, for simulated time: hosted and reached in this very process."""

from app.demo.addresses import DEFAULT_PORT, Addresses
from app.demo.host import Hosting, Role
from app.demo.org import DemoOrg


class InProcessHost:
    """Hosts `org` as `DemoHost` does, but nothing of it blocks; requests reach it through `OrgTransport`."""

    def __init__(self, org: DemoOrg) -> None:
        self._org = org

    @property
    def org(self) -> DemoOrg | None:
        return self._org

    @property
    def port(self) -> int | None:
        """The port that requests to it name."""
        return DEFAULT_PORT

    @property
    def moved_s(self) -> float:
        return self._org.moved_s

    @property
    def hosting(self) -> Hosting | None:
        return self.ensure()

    def ensure(self) -> Hosting:
        """Return the org's address; it always responds."""
        return Hosting(
            base_url=self._org.issuer_base,
            issuer=self._org.issuer,
            port=DEFAULT_PORT,
            wanted_port=DEFAULT_PORT,
            role=Role.OWNER,
        )

    def reset(self) -> None:
        """Delete all grants of the org and rotate its key."""
        self._org.reset()

    def addresses(self) -> Addresses:
        """Return the org's addresses and tokens."""
        return self._org.addresses

    def beside(self) -> "InProcessHost":
        """Return the host of a second Lapse on the same org."""
        return InProcessHost(self._org)

    def close(self) -> None:
        """Nothing is open."""
