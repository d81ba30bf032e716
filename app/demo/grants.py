"""The token endpoint: who asks, by which grant, and what they get (RFC 6749 §3.2, Okta facts §1.3 and §2.4)."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.demo import dialect
from app.demo.dialect import Refused, listed, printable
from app.demo.forms import Parameters, read_form, read_query
from app.demo.ledger import CodeRecord, Family, RefreshRecord, hashed
from app.demo.minting import OFFLINE, new_family_id, new_refresh_token, token_answer

if TYPE_CHECKING:
    from app.demo.org import Client, DemoOrg

CODE = "authorization_code"
REFRESH = "refresh_token"
GRANT_TYPES = (CODE, REFRESH)
_CREDENTIALS = frozenset({"client_id", "client_secret", "client_assertion", "client_assertion_type"})


class TokenEndpoint:
    """Answers token requests of public clients; what an answer promises is saved in the ledger before it leaves."""

    def __init__(self, org: "DemoOrg") -> None:
        self._org = org

    async def answer(self, request: Request) -> Response:
        """Return the token answer (RFC 6749 §5.1); raises Refused for every error of §5.2."""
        if _CREDENTIALS & read_query(request).keys():
            raise Refused(dialect.CREDENTIALS_IN_QUERY)
        form = await read_form(request)
        if "grant_type" not in form:
            raise Refused(dialect.MISSING_GRANT_TYPE.about(listed(GRANT_TYPES)))
        client = identified_client(self._org, request, form)
        tokens = self._by_grant(client, form)
        self._org.ledger.prune(self._org.clock.now())
        save(self._org)
        return JSONResponse(tokens)

    def _by_grant(self, client: "Client", form: Parameters) -> dict[str, Any]:
        grant_type = form["grant_type"]
        if grant_type not in GRANT_TYPES:
            raise Refused(dialect.UNSUPPORTED_GRANT_TYPE.about(listed(GRANT_TYPES)))
        if grant_type == CODE:
            return self._by_code(client, form)
        if not self._org.policy.refresh_grant_enabled:
            raise Refused(dialect.UNAUTHORIZED_CLIENT.about(listed([CODE])))
        return self._by_refresh_token(client, form)

    def _by_code(self, client: "Client", form: Parameters) -> dict[str, Any]:
        name = hashed(_required(form, "code"))
        redirect_uri = _required(form, "redirect_uri")
        if "code_verifier" not in form:
            raise Refused(dialect.MISSING_VERIFIER)
        code = self._live_code(name)
        # whatever comes of it, this code has been tried: a second try finds it spent
        self._org.ledger.spend(name, None)
        if code.client_id != client.id:
            raise Refused(dialect.MISMATCHED_CLIENT)
        if code.redirect_uri != redirect_uri:
            raise Refused(dialect.MISMATCHED_REDIRECT_URI)
        if not _proves(form["code_verifier"], code.challenge):
            raise Refused(dialect.PKCE_FAILED)
        family = self._new_family(code)
        self._org.ledger.spend(name, family.id)
        answer = token_answer(self._org, family, family.scopes, code.nonce)
        if OFFLINE in family.scopes:
            answer["refresh_token"] = new_refresh_token(self._org, family)
        return answer

    def _live_code(self, name: str) -> CodeRecord:
        code = self._org.ledger.codes.get(name)
        if code is not None and code.spent and code.family is not None:
            # RFC 6749 §4.1.2: used twice, so revoke what came of it
            self._org.ledger.end(code.family)
            save(self._org)
        if code is None or code.spent or self._org.clock.now() >= code.expires_at:
            raise Refused(dialect.INVALID_CODE)
        return code

    def _new_family(self, code: CodeRecord) -> Family:
        lifetime_s = self._org.policy.refresh_token_lifetime_s
        family = Family(
            id=new_family_id(),
            issuer=self._org.issuer,
            client_id=code.client_id,
            user_id=code.user_id,
            scopes=code.scopes,
            auth_time=code.auth_time,
            refresh_until=self._org.clock.now() + lifetime_s if lifetime_s else None,
        )
        self._org.ledger.families[family.id] = family
        return family

    def _by_refresh_token(self, client: "Client", form: Parameters) -> dict[str, Any]:
        value = _required(form, "refresh_token")
        name = hashed(value)
        record, family = self._live_refresh_token(name)
        if family.client_id != client.id:
            raise Refused(dialect.MISMATCHED_CLIENT)
        if family.issuer != self._org.issuer:
            raise Refused(dialect.MISMATCHED_SERVER)
        scopes = self._narrowed(family, form.get("scope"))
        answer = token_answer(self._org, family, scopes)
        answer["refresh_token"] = self._successor(name, value, record, family)
        return answer

    def _live_refresh_token(self, name: str) -> tuple[RefreshRecord, Family]:
        now, policy, ledger = self._org.clock.now(), self._org.policy, self._org.ledger
        record = ledger.refresh.get(name)
        if record is None:
            raise Refused(dialect.INVALID_REFRESH_TOKEN)
        if record.used_at is not None and now - record.used_at >= policy.grace_s:
            # reuse: the newest refresh token dies, and every access token since the sign-in
            ledger.end(record.family)
            save(self._org)
            raise Refused(dialect.INVALID_REFRESH_TOKEN)
        family = ledger.families[record.family]
        over = family.refresh_until is not None and now >= family.refresh_until
        if over or now - record.idle_from >= policy.refresh_idle_s:
            raise Refused(dialect.INVALID_REFRESH_TOKEN)
        return record, family

    def _narrowed(self, family: Family, asked: str | None) -> tuple[str, ...]:
        if asked is None:
            return family.scopes
        scopes = tuple(dict.fromkeys(asked.split()))
        if not scopes or not set(scopes) <= set(self._org.scopes):
            raise Refused(dialect.UNKNOWN_SCOPE)
        if denied := [scope for scope in scopes if scope not in family.scopes]:
            raise Refused(dialect.REFRESH_SCOPES_DENIED.about(printable(", ".join(denied))))
        return scopes

    def _successor(self, name: str, value: str, record: RefreshRecord, family: Family) -> str:
        now = self._org.clock.now()
        if not self._org.policy.rotate:
            self._org.ledger.refresh[name] = replace(record, idle_from=now)
            return value
        if record.used_at is None:
            self._org.ledger.refresh[name] = replace(record, used_at=now)
        # inside the grace period too: the ledger knows hashes only, it could not repeat the first successor
        return new_refresh_token(self._org, family)


def identified_client(org: "DemoOrg", request: Request, form: Parameters) -> "Client":
    """Return the client that asks; a public one names itself in the body and has no secret (RFC 6749 §2.3)."""
    basic = _basic_user(request.headers.get("authorization", ""))
    in_body = {"client_secret", "client_assertion"} & form.keys()
    if basic is not None and in_body:
        raise Refused(dialect.MULTIPLE_CREDENTIALS)
    client_id = form.get("client_id", basic)
    if client_id is None:
        raise Refused(dialect.NO_CREDENTIALS)
    if client_id not in org.clients:
        raise Refused(dialect.INVALID_CLIENT_ID)
    if basic is not None or in_body:
        raise Refused(dialect.INVALID_SECRET)
    return org.clients[client_id]


def save(org: "DemoOrg") -> None:
    """Save the ledger; a disk that refuses becomes Okta's `temporarily_unavailable`, and no token leaves."""
    try:
        org.ledger.save()
    except OSError:
        raise Refused(dialect.UNAVAILABLE) from None


def _required(form: Parameters, name: str) -> str:
    if name not in form:
        raise Refused(dialect.MISSING_PARAMETER.about(name))
    return form[name]


def _proves(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())


def _basic_user(header: str) -> str | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value).decode("latin-1").partition(":")[0]
    except (binascii.Error, ValueError):
        return ""
