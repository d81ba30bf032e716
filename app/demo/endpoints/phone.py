"""The page that simulates a user's phone: codes to type elsewhere, and pushes to approve or deny."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.demo.endpoints.browser import read_own_form
from app.demo.forms import Parameters
from app.demo.org import DemoOrg
from app.demo.pages import phone_page
from app.demo.phone import Phone
from app.errors import BadInput

_PATH = "/phone"
_SEE_OTHER = 303


class PhonePage:
    """Pages under `/phone`; not an endpoint of the org, so faults and counters skip it."""

    def __init__(self, org: DemoOrg) -> None:
        self._phone = Phone(org)

    def routes(self) -> list[Route]:
        return [Route(_PATH, self.show), Route(_PATH, self.press, methods=["POST"])]

    async def show(self, _request: Request) -> Response:
        return phone_page(self._phone)

    async def press(self, request: Request) -> Response:
        """Handle the form's `push`: `answer` is `deny` or `approve`; `number` approves a number challenge."""
        form = await read_own_form(request)
        try:
            self._response(form)
        except BadInput as bad:
            return phone_page(self._phone, message=bad.what)
        # a page reached by GET can be looked at again without answering again
        return RedirectResponse(_PATH, status_code=_SEE_OTHER)

    def _response(self, form: Parameters) -> None:
        push, response, number = form.get("push", ""), form.get("answer"), form.get("number")
        if response == "deny":
            self._phone.deny(push)
        elif response == "approve" or number is not None:
            self._phone.approve(push, number)
        else:
            raise BadInput("Approve or deny it.")
