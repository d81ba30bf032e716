"""The refresh token grant: rotation, grace, reuse and narrowing, as Okta has them (RFC 6749 §6, Okta fact §1.3)."""

import hmac
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from app.demo import dialect, words
from app.demo.applications import Application, Rotation
from app.demo.cause import Cause
from app.demo.dialect import Refused, printable
from app.demo.endpoint_routes import ActiveFaults, active_faults
from app.demo.endpoints.clients import check_issued, required, save
from app.demo.faults import FaultKind
from app.demo.forms import Parameters
from app.demo.ledger import Family, RefreshRecord, hashed
from app.demo.minting import count_refresh, new_refresh_token, token_response
from app.demo.org import DemoOrg
from app.demo.policy import Successor
from app.demo.rotation import judge
from app.demo.servers import AuthorizationServer
from app.refusal_cause import RefusalCause

_LONGEST_SCOPE = 4096


class RefreshGrant:
    """Handles `grant_type=refresh_token`."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self._org = org
        self._server = server

    def respond(self, request: Request, application: Application, form: Parameters) -> dict[str, Any]:
        """Return new tokens for a refresh token; raises Refused, described alike for every cause (Okta fact §1.4)."""
        value = required(form, "refresh_token")
        name = hashed(value)
        record, family = self._known(request, name)
        request.state.user_id, request.state.family = family.user_id, family.id
        check_issued("refresh token", family, application, self._org.issuer_of(self._server))
        self._check_use(record, family, application)
        if not self._org.policy.user_is_assigned:
            raise Refused(dialect.USER_NOT_ASSIGNED)
        scopes = self._narrowed(family, form.get("scope"))
        faults = active_faults(request)
        response = token_response(self._org, self._server, family, scopes, faults=faults)
        count_refresh(self._org, family)
        return response | self._refresh_token(application, name, value, record, family, faults)

    def _known(self, request: Request, name: str) -> tuple[RefreshRecord, Family]:
        record = self._org.ledger.refresh.get(name)
        if record is not None:
            return record, self._org.ledger.families[record.family]
        revoked = self._org.ledger.revoked.get(name)
        cause = revoked.cause if revoked else Cause(kind=RefusalCause.NEVER_ISSUED)
        request.state.family = revoked.family if revoked else ""
        raise Refused(dialect.INVALID_REFRESH_TOKEN, cause)

    def _check_use(self, record: RefreshRecord, family: Family, application: Application) -> None:
        now, lifetimes = self._org.clock.now(), self._server.lifetimes(self._org.policy)
        cause = judge(record, family, application, lifetimes, now).cause
        if cause is None:
            return
        if cause.kind is RefusalCause.REUSED:
            self._kill(family, cause)
        raise Refused(dialect.INVALID_REFRESH_TOKEN, cause)

    def _kill(self, family: Family, cause: Cause) -> None:
        """Revoke the newest refresh token, and every access token since the sign-in (RFC 9700 §4.14.2)."""
        self._org.ledger.end(family.id, replace(cause, kind=RefusalCause.FAMILY_ENDED))
        save(self._org)
        self._org.log.add(
            self._server.event("token.detect_reuse"),
            cause=words.said(cause),
            refusal_cause=cause.kind,
            endpoint="token",
            client_id=family.client_id,
            user_id=family.user_id,
            family=family.id,
        )

    def _narrowed(self, family: Family, asked: str | None) -> tuple[str, ...]:
        if asked is None:
            return family.scopes
        if len(asked) > _LONGEST_SCOPE:
            raise Refused(dialect.FIELDS_TOO_LONG.about("scope"))
        scopes = tuple(dict.fromkeys(asked.split()))
        if not scopes or not set(scopes) <= set(self._server.scopes):
            raise Refused(dialect.UNKNOWN_SCOPE, words.asked_for(printable(" ".join(scopes))))
        if denied := [scope for scope in scopes if scope not in family.scopes]:
            raise Refused(
                dialect.REFRESH_SCOPES_DENIED.about(printable(", ".join(denied))),
                words.scopes_denied(" ".join(family.scopes), printable(" ".join(denied))),
            )
        return scopes

    def _refresh_token(
        self,
        application: Application,
        name: str,
        value: str,
        record: RefreshRecord,
        family: Family,
        faults: ActiveFaults,
    ) -> dict[str, str]:
        ledger, now = self._org.ledger, self._org.clock.now()
        if application.rotation_type is Rotation.STATIC:
            ledger.refresh[name] = replace(record, idle_from=now)
            return {"refresh_token": value} if self._org.policy.repeats_static_token else {}
        if record.used_at is None:
            ledger.refresh[name] = replace(record, used_at=now)
        successor = new_refresh_token(
            self._org, family, value=self._known_successor(value), generation=record.generation + 1
        )
        return {} if FaultKind.NO_REFRESH_TOKEN in faults else {"refresh_token": successor}

    def _known_successor(self, value: str) -> str | None:
        """Return the fixed successor of a token if the policy wants one; derived, as the ledger keeps only hashes."""
        if self._org.policy.successor is Successor.NEW:
            return None
        return hmac.new(self._org.ledger.identity.encode(), f"successor\n{value}".encode(), "sha256").hexdigest()
