"""Connects API calls: single or many at once, counted, cancellable, with a summary."""

import asyncio
from typing import TYPE_CHECKING

from app.errors import LapseError
from app.events.demo import ReplayAnswered
from app.events.refresh import Decided, RefreshFailed, RefreshSucceeded
from app.wire.curl import curl
from app.wire.details import Detail
from ui.session.panels import SessionPanels
from ui.shell.controller import Controller
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell

if TYPE_CHECKING:
    from app.session.calls import CallResult

_CALL = "call"
# The events that "Why?" below the last result may refer to.
_WORTH_A_QUESTION = (RefreshSucceeded, RefreshFailed, ReplayAnswered, Decided)


class CallController(Controller):
    """Calls go through the session, which refreshes if needed; one set of calls runs at a time."""

    def __init__(self, panels: SessionPanels, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._strip = panels.call_strip
        model.connection_changed.connect(self._show_url)
        model.user_changed.connect(self._forget_story)
        model.refresh_retried.connect(self._strip.show_story)
        model.ticked.connect(self._tick)
        shell.commands.call.triggered.connect(self._strip.ask)
        shell.commands.storm.triggered.connect(self._on_storm)
        shell.commands.copy_curl.triggered.connect(self._on_copy_curl)
        self._strip.call_requested.connect(self._on_call)
        self._strip.cancel_requested.connect(self._on_cancel)
        self._strip.why_requested.connect(self._on_why)

    def _on_call(self, method: str, url: str, times: int) -> None:
        if self._model.is_ready:
            self._shell.hide_error()
            self._tasks.start(_CALL, self._call, method, url, times)

    def _on_storm(self) -> None:
        self._shell.hide_error()
        self._tasks.start(_CALL, self._storm, int(self._shell.commands.storm.data()))

    def _on_cancel(self) -> None:
        self._tasks.cancel(_CALL)

    def _on_copy_curl(self) -> None:
        held = self._model.held("access")
        if held is None:
            return
        method, url = self._strip.request()
        headers = (("Authorization", f"Bearer {held.value.reveal()}"),)
        detail = Detail(url=url, http_version="", request_headers=headers, request_body=None)
        self._shell.clipboard.copy_secret(curl(method, detail))
        self._shell.toast(f"Copied the call with {held.name}; the clipboard forgets it in a minute.")

    def _on_why(self) -> None:
        """Show the causes of the newest refresh, its failure, or the decision against one."""
        for entry in reversed(tuple(self._connections.journal)):
            if isinstance(entry.event, _WORTH_A_QUESTION):
                self._shell.selection.why_requested.emit(entry.seq)
                return

    async def _storm(self, times: int) -> None:
        from app.demo.embedded import controls_of

        await (await controls_of(self._connections)).travel_to_lapse()
        await self._call(*self._strip.request(), times)

    async def _call(self, method: str, url: str, times: int) -> None:
        from app.session.calls import summary

        strip, answered = self._strip, 0

        def count_one(_: "CallResult") -> None:
            nonlocal answered
            answered += 1
            strip.show_running(answered, times)

        strip.show_running(0, times)
        try:
            results = await self._connections.call_api_many(method, url, times, count_one)
        except asyncio.CancelledError:
            strip.show_running(0, 0)
            strip.show_story("Cancelled; a refresh that had begun goes on and is kept.")
            raise
        except LapseError:
            strip.show_story("")
            raise
        finally:
            strip.show_running(0, 0)
        strip.show_story(summary(results))
        self._model.call_finished.emit(results[-1])
        failed = next((result.error for result in results if result.error is not None), None)
        if failed is not None:
            raise failed

    def _show_url(self) -> None:
        # Even an empty one: else the new connection's token would be sent to the previous connection's URL.
        self._strip.show_url(self._connections.connection.api_url)

    def _forget_story(self) -> None:
        self._strip.show_story("")

    def _tick(self) -> None:
        if self._model.is_ready:
            self._strip.show_decision(self._connections.session.decide("Call API"))
