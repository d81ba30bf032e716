"""The protected API: who am I, and a few orders."""

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.demo import bearer

if TYPE_CHECKING:
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
    """Two resources behind a bearer token whose audience is the org's API."""

    def __init__(self, org: "DemoOrg") -> None:
        self._org = org

    def routes(self) -> list[Route]:
        """Return the API's routes."""
        return [Route("/api/me", self.me), Route("/api/orders", self.orders)]

    async def me(self, request: Request) -> Response:
        """Say who the access token speaks for."""
        self._org.counters["api"] += 1
        caller = bearer.check(self._org, request)
        user = caller.user
        return JSONResponse({"id": user.id, "login": user.login, "name": user.name, "scopes": sorted(caller.scopes)})

    async def orders(self, request: Request) -> Response:
        """List the orders of whoever the access token speaks for."""
        self._org.counters["api"] += 1
        caller = bearer.check(self._org, request)
        return JSONResponse({"customer": caller.user.name, "orders": list(_ORDERS)})
