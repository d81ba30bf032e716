"""The protected API: who am I, and a few orders."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.demo import bearer, dialect, words
from app.demo.bearer import Bearer, BearerRefused
from app.demo.endpoint_routes import EndpointRoutes, active_faults
from app.demo.faults import FaultKind
from app.demo.org import DemoOrg

_ORDERS: tuple[dict[str, Any], ...] = (
    {
        "id": "A-1043",
        "placed": "2026-08-31",
        "status": "delivered",
        "items": [{"title": "Brass gear wheels, set of 24", "quantity": 2, "price": "18.50"}],
        "total": "37.00",
        "currency": "EUR",
    },
    {
        "id": "A-1051",
        "placed": "2026-09-08",
        "status": "shipped",
        "items": [
            {"title": "Punched cards, blank, box of 500", "quantity": 1, "price": "12.90"},
            {"title": "Card tray, walnut", "quantity": 1, "price": "44.00"},
        ],
        "total": "56.90",
        "currency": "EUR",
    },
    {
        "id": "A-1060",
        "placed": "2026-09-20",
        "status": "being packed",
        "items": [{"title": "Notes on the Analytical Engine, bound", "quantity": 1, "price": "29.00"}],
        "total": "29.00",
        "currency": "EUR",
    },
)


class Api:
    """Two resources behind an access token of the authorization server `default`, whose audience is this API."""

    def __init__(self, org: DemoOrg) -> None:
        self._org = org
        self._routes = EndpointRoutes(org, event_type="lapse.api.call")

    def routes(self) -> list[Route]:
        return [
            self._routes.route("/api/me", "api", self.me),
            self._routes.route("/api/orders", "api", self.orders),
        ]

    async def me(self, request: Request) -> Response:
        caller = self._caller(request)
        user = caller.user
        return JSONResponse({"id": user.id, "login": user.login, "name": user.name, "scopes": sorted(caller.scopes)})

    async def orders(self, request: Request) -> Response:
        caller = self._caller(request)
        return JSONResponse({"customer": caller.user.name, "orders": list(_ORDERS)})

    def _caller(self, request: Request) -> Bearer:
        caller = bearer.check(self._org, request, self._org.issuer)
        faults = active_faults(request)
        until = faults.get(FaultKind.UNTIL_REFRESHED)
        if FaultKind.INVALID_TOKEN in faults or (until is not None and caller.family.refreshes < until.number(2)):
            raise BearerRefused(dialect.BEARER_INVALID, words.FAULT_REFUSES_TOKENS)
        return caller
