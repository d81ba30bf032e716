"""The authorization code grant: a code, once, with its PKCE proof, for tokens (RFC 6749 §4.1.3, RFC 7636 §4.6)."""

import hashlib
import hmac
from typing import Any

from starlette.requests import Request

from app.base64url import base64url
from app.demo import dialect, words
from app.demo.applications import Application
from app.demo.cause import Cause
from app.demo.dialect import Refused
from app.demo.endpoints.clients import check_issued, required, save
from app.demo.endpoints.first_tokens import first_tokens
from app.demo.forms import Parameters
from app.demo.ledger import CodeRecord, hashed
from app.demo.org import DemoOrg
from app.demo.servers import AuthorizationServer
from app.refusal_cause import RefusalCause


class CodeGrant:
    """Handles `grant_type=authorization_code`."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self._org = org
        self._server = server

    def respond(self, request: Request, application: Application, form: Parameters) -> dict[str, Any]:
        """Return the tokens of a sign-in; raises Refused."""
        name = hashed(required(form, "code"))
        redirect_uri = required(form, "redirect_uri")
        if "code_verifier" not in form:
            raise Refused(dialect.MISSING_VERIFIER)
        code = self._live(request, name)
        request.state.user_id = code.user_id
        # spent even if a check below fails: a code may be tried once only (RFC 6749 §4.1.2)
        self._org.ledger.spend(name, None)
        check_issued("code", code, application, self._org.issuer_of(self._server))
        if code.redirect_uri != redirect_uri:
            raise Refused(dialect.MISMATCHED_REDIRECT_URI)
        if not _proves(form["code_verifier"], code.challenge):
            raise Refused(dialect.PKCE_FAILED)
        tokens = first_tokens(
            self._org,
            self._server,
            request,
            application,
            user_id=code.user_id,
            scopes=code.scopes,
            auth_time=code.auth_time,
            amr=code.amr,
            nonce=code.nonce,
        )
        self._org.ledger.spend(name, request.state.family)
        return tokens

    def _live(self, request: Request, name: str) -> CodeRecord:
        code = self._org.ledger.codes.get(name)
        if code is None:
            raise Refused(dialect.INVALID_CODE, words.CODE_NEVER_ISSUED)
        if code.spent:
            request.state.user_id, request.state.family = code.user_id, code.family or ""
            if code.family is not None:
                # RFC 6749 §4.1.2: used twice, so revoke every token issued for it
                self._org.ledger.end(code.family, Cause(kind=RefusalCause.CODE_REUSED))
                save(self._org)
            raise Refused(dialect.INVALID_CODE, words.CODE_USED)
        if self._org.clock.now() >= code.expires_at:
            raise Refused(dialect.INVALID_CODE, words.code_ended(self._org.clock.now() - code.expires_at))
        return code


def _proves(verifier: str, challenge: str) -> bool:
    made = base64url(hashlib.sha256(verifier.encode()).digest())
    return hmac.compare_digest(made.encode(), challenge.encode())
