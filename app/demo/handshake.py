"""How another Lapse process of the same user recognises this org: a challenge that needs its ledger's secret."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.demo.dialect import OktaError, Refused
from app.demo.forms import read_query
from app.demo.identity import identity_proof
from app.demo.org import DemoOrg

_NO_NONCE = OktaError(400, "invalid_request", "A 'nonce' of 16 to 128 characters is required.", "invalid_nonce")
_NONCE_LENGTHS = range(16, 129)


class Handshake:
    """Proves that this is the ledger's org, before a client sends it a control token."""

    def __init__(self, org: DemoOrg) -> None:
        self._org = org

    def routes(self) -> list[Route]:
        return [Route("/demo/identity", self.identity)]

    async def identity(self, request: Request) -> Response:
        """Respond with the proof for the query's `nonce`."""
        nonce = read_query(request).get("nonce", "")
        if len(nonce) not in _NONCE_LENGTHS:
            raise Refused(_NO_NONCE)
        return JSONResponse(
            {
                "proof": identity_proof(self._org.ledger.identity, nonce),
                "issuer": self._org.issuer,
                "wanted_port": self._org.ledger.port,
                "moved_s": self._org.moved_s,
            }
        )
