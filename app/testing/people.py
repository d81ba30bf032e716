"""People of the demo org who sign in as with a browser, but at once: for tests in which no time may pass."""

import re

import httpx

from app.connection import DEFAULT_SCOPES
from app.demo.one_time_code import current_code
from app.demo.org import ADA, DemoOrg, User
from app.errors import BadInput
from app.oauth.client import OAuthClient
from app.oauth.grants import authorization_params
from app.oauth.pkce import Pkce
from app.secret import Secret
from app.session.session import Session
from app.urls import with_query

REDIRECT_URI = "http://127.0.0.1:49320/callback"
"""Where the org sends the browser back to; nobody listens there, because the code is read from the redirect."""
_NONCE = "nonce"
_TICKET = re.compile(r'name="ticket" value="([^"]+)"')


class Person:
    """A user of `org` whose browser is `http`: fills in each page it shows, password, one-time code and consent.

    A one-time code is valid once, so who has a second factor signs in again only when its 30 s are over.
    """

    def __init__(self, org: DemoOrg, http: httpx.AsyncClient, user: User = ADA) -> None:
        self._org = org
        self._http = http
        self.user = user

    async def sign_in(self, session: Session, client: OAuthClient, scopes: str = DEFAULT_SCOPES) -> None:
        """Begin `session` with an authorization code.

        Raises BadInput if the org sends no code or no ID token, and LapseError as every sign-in does.
        """
        metadata, pkce = await client.metadata(), Pkce.new()
        params = authorization_params(
            metadata,
            client_id=client.client_id,
            redirect_uri=REDIRECT_URI,
            scopes=scopes,
            state="state",
            nonce=_NONCE,
            pkce=pkce,
        )
        code = await self.code(with_query(metadata.authorization_endpoint, params))
        response = await client.exchange_code(code=code, redirect_uri=REDIRECT_URI, pkce=pkce, cause=None)
        if response.id_token is None:
            raise BadInput("There is no ID token: a session begins with one.", next_step="Ask for the scope openid.")
        claims = await client.verify_id_token(
            response.id_token, access_token=response.access_token, nonce=_NONCE, cause=None
        )
        await session.begin(response, claims, cause=None)

    async def code(self, url: str) -> Secret:
        """Return the authorization code that an authorization request brings; raises BadInput if it brings none."""
        form: dict[str, str] | None = {
            "action": "sign-in",
            "username": self.user.login,
            "password": self.user.password,
        }
        shown: set[str] = set()
        while form is not None and form["action"] not in shown:  # a page shown again refused what was filled in
            shown.add(form["action"])
            page = await self._http.post(url, data=form)
            form = self._filled_in(page.text)
        sent_back = httpx.URL(page.headers.get("location", "")).params
        if "code" not in sent_back:
            why = sent_back.get("error", f"a page with {page.status_code}")
            raise BadInput(f"The org did not let {self.user.name} in: {why}.")
        return Secret(sent_back["code"])

    def _filled_in(self, page: str) -> dict[str, str] | None:
        """Return the form of the page after the password's, None if it is another."""
        ticket = _TICKET.search(page)
        if ticket is None:
            return None
        if 'value="verify"' in page:
            return {"action": "verify", "ticket": ticket[1], "otp": current_code(self._org, self.user).code}
        return {"action": "allow", "ticket": ticket[1]}
