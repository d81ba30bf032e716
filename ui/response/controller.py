"""Connects the response panel: it shows the last response, to the user who requested it."""

from typing import TYPE_CHECKING

from ui.response.facts import response_facts
from ui.response.panel import ResponsePanel
from ui.shell.controller import Controller
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell

if TYPE_CHECKING:
    from app.session.calls import CallResult


class ResponseController(Controller):
    """Shows the response of the last call."""

    def __init__(self, panel: ResponsePanel, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._panel = panel
        model.user_changed.connect(panel.clear)  # the next user must not read the previous one's response
        model.call_finished.connect(self._show)

    def _show(self, last: "CallResult") -> None:
        self._panel.show_response(response_facts(last))
