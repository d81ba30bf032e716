"""The Applications API: applications read, replaced, switched off and on (Okta fact §3)."""

from dataclasses import fields, replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.demo import words
from app.demo.applications import Application
from app.demo.cause import Cause
from app.demo.dialect import Refused
from app.demo.endpoints.clients import save
from app.demo.forms import read_query
from app.demo.management import pagination
from app.demo.management.application_json import shown
from app.demo.management.body_members import read_object
from app.demo.management.filters import read_filter
from app.demo.management.refusals import not_found
from app.demo.management.replacing import replacement
from app.demo.org import DemoOrg
from app.refusal_cause import RefusalCause

UPDATED = "application.lifecycle.update"
_STEPS = {"activate": True, "deactivate": False}
_USUAL_LIMIT = 20
_MOST = 200
_FIELDS = ("id", "name", "status", "label", "signOnMode", "created", "lastUpdated")


class Applications:
    """The org's applications; a change is saved before the response, and takes effect immediately."""

    def __init__(self, org: DemoOrg) -> None:
        self._org = org

    async def listed(self, request: Request) -> Response:
        """List applications by id: `limit`, `after` an id, `q` a label's beginning, `filter` an expression."""
        query = read_query(request)
        most = pagination.limit(query, usual=_USUAL_LIMIT, most=_MOST)
        wanted = read_filter(query["filter"], _FIELDS) if "filter" in query else None
        beginning = query.get("q", "").lower()
        all_shown = [shown(self._org, each) for _, each in sorted(self._org.applications.items())]
        found = [
            each
            for each in all_shown
            if each["id"] > query.get("after", "")
            and each["label"].lower().startswith(beginning)
            and (wanted is None or wanted(each))
        ]
        response = JSONResponse(found[:most])
        after = found[most - 1]["id"] if len(found) > most else None
        pagination.link(response, request, self._org.issuer_base, query, after)
        return response

    async def one(self, request: Request) -> Response:
        """Return an application, or replace it with the body (Okta fact §3.3); raises ManagementRefused."""
        if request.method != "PUT":
            return JSONResponse(shown(self._org, self._application(request)))
        request.state.event_type = UPDATED
        body = await read_object(request)
        # looked up after the last await, so no other request can change it before it is replaced
        before = self._application(request)
        request.state.client_id = before.id
        after = replacement(before, body)
        self._put(before, after)
        changed = [each.name for each in fields(Application) if getattr(before, each.name) != getattr(after, each.name)]
        self._note(UPDATED, after, words.changed(changed))
        return JSONResponse(shown(self._org, self._org.applications[after.id]))

    async def step(self, request: Request) -> Response:
        """Activate or deactivate an application; deactivating revokes its tokens (Okta fact §2.7)."""
        step = request.path_params["step"]
        if step not in _STEPS:
            raise not_found(request.url.path, "Lifecycle")
        request.state.event_type = f"application.lifecycle.{step}"
        application = self._application(request)
        request.state.client_id = application.id
        self._put(application, replace(application, is_active=_STEPS[step]))
        self._note(request.state.event_type, application)
        return JSONResponse({})

    def _application(self, request: Request) -> Application:
        found = self._org.applications.get(request.path_params["id"])
        if found is None:
            raise not_found(request.path_params["id"], "AppInstance")
        return found

    def _put(self, before: Application, after: Application) -> None:
        """Register and save; when the disk refuses, everything is as before."""
        org, ledger = self._org, self._org.ledger
        held = dict(ledger.settings), dict(ledger.families), dict(ledger.refresh), dict(ledger.access)
        org.register(after)
        if before.is_active and not after.is_active:
            self._end_sign_ins(after)
        try:
            save(org)
        except Refused:
            org.applications[before.id] = before
            ledger.settings, ledger.families, ledger.refresh, ledger.access = held
            raise

    def _end_sign_ins(self, application: Application) -> None:
        families = [each.id for each in self._org.ledger.families.values() if each.client_id == application.id]
        for family in families:
            self._org.ledger.end(family, Cause(kind=RefusalCause.APPLICATION_DEACTIVATED, label=application.label))

    def _note(self, event_type: str, application: Application, cause: str = "") -> None:
        self._org.log.add(event_type, endpoint="applications", client_id=application.id, cause=cause)
