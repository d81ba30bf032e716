"""The demo org's version of Okta's management API: the Applications API and the System Log."""

from starlette.routing import Route

from app.demo.endpoint_routes import Endpoint, EndpointRoutes
from app.demo.management.admission import Admission
from app.demo.management.applications import Applications
from app.demo.management.logs import Logs
from app.demo.org import DemoOrg

PREFIX = "/api/v1/"
"""The prefix of all its paths."""


class ManagementApi:
    """Routes under `/api/v1`, for holders of the org's API token (`Authorization: SSWS …`)."""

    def __init__(self, org: DemoOrg) -> None:
        self._routes = EndpointRoutes(org)
        self._admission = Admission(org)
        self._applications = Applications(org)
        self._logs = Logs(org)

    def routes(self) -> list[Route]:
        """Return the routes; counters and faults know them as `applications` and `logs`."""
        apps, logs = self._applications, self._logs
        return [
            self._route("apps", "applications", apps.listed),
            self._route("apps/{id}", "applications", apps.one, "GET", "PUT"),
            self._route("apps/{id}/lifecycle/{step}", "applications", apps.step, "POST"),
            self._route("logs", "logs", logs.listed),
        ]

    def _route(self, path: str, name: str, endpoint: Endpoint, *methods: str) -> Route:
        admitted = self._admission.administrators_only(name, endpoint)
        return self._routes.route(PREFIX + path, name, admitted, methods or ("GET",))
