"""The door for other Lapse processes of the same person: prove it is this org, and reset it."""

import hmac
import secrets
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.demo.dialect import OktaError, Refused
from app.demo.forms import read_form, read_query
from app.demo.grants import save
from app.demo.identity import identity_proof, reset_proof

if TYPE_CHECKING:
    from app.demo.org import DemoOrg

_NO_NONCE = OktaError(400, "invalid_request", "A 'nonce' of 16 to 128 characters is required.")
_NO_PROOF = OktaError(403, "access_denied", "This needs the proof that only the owner of the ledger can give.")
_NONCE_LENGTHS = range(16, 129)


class Control:
    """Answers to a challenge, and resets for whoever can answer one."""

    def __init__(self, org: "DemoOrg") -> None:
        self._org = org
        self._challenge = secrets.token_urlsafe(24)

    def routes(self) -> list[Route]:
        """Return the control routes."""
        return [
            Route("/demo/identity", self.identity),
            Route("/demo/reset", self.reset, methods=["POST"]),
        ]

    async def identity(self, request: Request) -> Response:
        """Prove to be the org of this ledger, and give the challenge that the next reset must answer."""
        nonce = read_query(request).get("nonce", "")
        if len(nonce) not in _NONCE_LENGTHS:
            raise Refused(_NO_NONCE)
        return JSONResponse(
            {
                "proof": identity_proof(self._org.ledger.identity, nonce),
                "challenge": self._challenge,
                "issuer": self._org.issuer,
                "wanted_port": self._org.ledger.port,
            }
        )

    async def reset(self, request: Request) -> Response:
        """Forget every grant and take a new key, if the form's `proof` answers the challenge; each serves once."""
        form = await read_form(request)
        wanted = reset_proof(self._org.ledger.identity, self._challenge)
        if not hmac.compare_digest(form.get("proof", "").encode(), wanted.encode()):
            raise Refused(_NO_PROOF)
        self._challenge = secrets.token_urlsafe(24)
        self._org.ledger.reset()
        save(self._org)
        return Response(status_code=204)
