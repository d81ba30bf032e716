"""RP-initiated logout: ends the browser's session at the org, and revokes nothing (Okta fact §2.5)."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.demo import dialect
from app.demo.dialect import Refused
from app.demo.endpoints.browser import PageRefused, end_session
from app.demo.endpoints.id_token_hint import read_id_token
from app.demo.forms import Parameters, read_form, read_query
from app.demo.org import DemoOrg
from app.demo.pages import signed_out_page
from app.demo.servers import AuthorizationServer
from app.urls import with_query

_FOUND = 302


class LogoutEndpoint:
    """Redirects the browser to a registered URI, or shows that it is signed out; refusals are pages."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self._org = org
        self._server = server

    async def by_query(self, request: Request) -> Response:
        return await self._response(request, by_form=False)

    async def by_form(self, request: Request) -> Response:
        return await self._response(request, by_form=True)

    async def _response(self, request: Request, *, by_form: bool) -> Response:
        try:
            asked = await read_form(request) if by_form else read_query(request)
            client_id = self._hinted(asked)
            onwards = self._onwards(asked, client_id)
        except Refused as refused:
            raise PageRefused(refused.error, refused.cause) from None
        response = signed_out_page() if onwards is None else RedirectResponse(onwards, status_code=_FOUND)
        end_session(self._org, request, response)
        self._org.log.add("user.session.end", endpoint="logout", client_id=client_id)
        return response

    def _hinted(self, asked: Parameters) -> str:
        if "id_token_hint" not in asked:
            raise Refused(dialect.MISSING_PARAMETER.about("id_token_hint"))
        claims = read_id_token(self._org, self._server, asked["id_token_hint"])
        if claims is None or claims["aud"] not in self._org.applications:
            raise Refused(dialect.INVALID_HINT)
        return str(claims["aud"])

    def _onwards(self, asked: Parameters, client_id: str) -> str | None:
        uri = asked.get("post_logout_redirect_uri")
        if uri is None:
            return None
        application = self._org.applications[client_id]
        if not application.may_sign_out_to(uri, exact=self._org.policy.exact_redirect_uris):
            raise Refused(dialect.ILLEGAL_SIGN_OUT_URI)
        state = {"state": asked["state"]} if "state" in asked else {}
        return with_query(uri, state) if state else uri
