"""A simulated phone: its one-time codes, messages and questions, and the answers to them."""

from dataclasses import replace
from typing import Any

from app.demo import words
from app.demo.one_time_code import OneTimeCode, current_code
from app.demo.org import DemoOrg
from app.demo.pending import OutOfBand, PushResult
from app.errors import BadInput

_EVENT = "user.authentication.auth_via_mfa"


class Phone:
    """What the phones of the org's users show, and what their owners press."""

    def __init__(self, org: DemoOrg) -> None:
        self._org = org

    def codes(self) -> list[OneTimeCode]:
        """Return the current one-time code of each user with a second factor."""
        return [current_code(self._org, user) for user in self._org.users.values() if user.has_second_factor]

    def messages(self) -> list[OutOfBand]:
        """Return the SMS and calls whose code is still valid, newest first."""
        return [each for each in self._live() if each.code is not None]

    def pushes(self) -> list[OutOfBand]:
        """Return the questions that wait for an answer, newest first."""
        return [each for each in self._live() if each.code is None and each.response is PushResult.NONE]

    def approve(self, push: str, number: str | None = None) -> None:
        """Approve a push; for a number challenge with the `number` the application shows.

        A wrong number rejects the push. Raises BadInput for a push that is not pending, or a number that is no choice.
        """
        name, oob = self._waiting(push)
        if oob.choices and number not in oob.choices:
            choices = ", ".join(oob.choices)
            raise BadInput("This push asks for the number the program shows.", next_step=f"Choose one of {choices}.")
        is_right = oob.number is None or number == oob.number
        self._response(name, oob, PushResult.APPROVED if is_right else PushResult.REJECTED, words.WRONG_NUMBER)

    def deny(self, push: str) -> None:
        """Deny a push; raises BadInput for one that is not pending."""
        name, oob = self._waiting(push)
        self._response(name, oob, PushResult.REJECTED, words.DENY_CHOSEN)

    def label_of(self, oob: OutOfBand) -> str:
        application = self._org.applications.get(oob.client_id)
        return application.label if application else oob.client_id

    def name_of(self, oob: OutOfBand) -> str:
        return self._org.users[oob.user_id].name

    def remaining_s(self, oob: OutOfBand) -> int:
        """Return for how many more seconds the question waits or the code is valid."""
        return max(1, int(oob.expires_at - self._org.clock.now()))

    def dump(self) -> dict[str, Any]:
        """Return everything the phones show, as plain values for the control API, without the right number."""
        return {
            "codes": [
                {
                    "user_id": each.user.id,
                    "login": each.user.login,
                    "code": each.code,
                    "remaining_s": each.remaining_s,
                    "is_used": each.is_used,
                }
                for each in self.codes()
            ],
            "messages": [
                {"user_id": each.user_id, "client_id": each.client_id, "channel": each.channel, "code": each.code}
                for each in self.messages()
            ],
            "pushes": [
                {
                    "id": each.id,
                    "user_id": each.user_id,
                    "client_id": each.client_id,
                    "numbers": list(each.choices),
                    "remaining_s": self.remaining_s(each),
                }
                for each in self.pushes()
            ],
        }

    def _live(self) -> list[OutOfBand]:
        now = self._org.clock.now()
        newest_first = reversed(self._org.pending.out_of_band.values())
        return [each for each in newest_first if not each.is_spent and now < each.expires_at]

    def _waiting(self, push: str) -> tuple[str, OutOfBand]:
        waiting = {each.id for each in self.pushes()}
        for name, oob in self._org.pending.out_of_band.items():
            if oob.id == push and oob.id in waiting:
                return name, oob
        raise BadInput("This push is not pending (any more).", next_step="Start the sign-in again.")

    def _response(self, name: str, oob: OutOfBand, response: PushResult, cause: str) -> None:
        self._org.pending.out_of_band[name] = replace(oob, response=response)
        is_approved = response is PushResult.APPROVED
        self._org.log.add(
            _EVENT,
            succeeded=is_approved,
            reason="" if is_approved else "oob_rejected",
            cause="" if is_approved else cause,
            endpoint="phone",
            client_id=oob.client_id,
            user_id=oob.user_id,
        )
