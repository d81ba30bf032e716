"""An administrator of a demo org, for tests: reads and replaces applications, reads the System Log."""

import copy
from collections.abc import Callable
from typing import Any

import httpx

from app.connection import DEMO_CLIENT_ID
from app.demo.org import DemoOrg

APP = f"/api/v1/apps/{DEMO_CLIENT_ID}"

Document = dict[str, Any]
Change = Callable[[Document], object]


class Administrator:
    """Holds the org's API token."""

    def __init__(self, org: DemoOrg, http: httpx.AsyncClient) -> None:
        self.org = org
        self.http = http

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"SSWS {self.org.api_token}", **options.pop("headers", {})}
        return await self.http.request(method, path, headers=headers, **options)

    async def document(self) -> Document:
        response = await self.ask("GET", APP)
        assert response.status_code == 200, response.text
        found: Document = response.json()
        return found

    async def put(self, document: Document) -> httpx.Response:
        return await self.ask("PUT", APP, json=document)

    async def changed(self, *changes: Change) -> httpx.Response:
        """Get, change, put, as the guide says; return what the PUT was answered."""
        document = copy.deepcopy(await self.document())
        for change in changes:
            change(document)
        return await self.put(document)

    async def log(self, **query: str | int) -> list[Document]:
        response = await self.ask("GET", "/api/v1/logs", params=query)
        assert response.status_code == 200, response.text
        found: list[Document] = response.json()
        return found


def client(document: Document) -> Document:
    found: Document = document["settings"]["oauthClient"]
    return found


def identity(document: Document) -> Document:
    found: Document = document["credentials"]["oauthClient"]
    return found


def without_refresh(document: Document) -> None:
    """Take the Refresh Token grant away, and its settings with it, as Okta wants."""
    client(document)["grant_types"].remove("refresh_token")
    del client(document)["refresh_token"]


def with_refresh(document: Document) -> None:
    client(document)["grant_types"].append("refresh_token")
