"""Connects the lab: runs scenarios in their own processes, apart from the session in use."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject

from app.lab.report import Report, RunProgress
from app.lab.scenario import Scenario
from ui.lab import words
from ui.lab.dialog import ResultsDialog
from ui.lab.measures import Measure
from ui.lab.panel import LabPanel
from ui.lab.plot import plot_of
from ui.lab.view import LabChart
from ui.shell.saving import asked_for_path, write
from ui.shell.shell import Shell
from ui.shell.tasks import ask
from ui.widgets.picture import png_of

_TASK = "lab"


class Run(Protocol):
    """Runs a scenario; can be cancelled like any coroutine."""

    def __call__(self, scenario: Scenario, *, progress: Callable[[RunProgress], None]) -> Awaitable[Report]:
        """Return the report; raises LapseError."""


async def run_in_processes(scenario: Scenario, *, progress: Callable[[RunProgress], None]) -> Report:
    """Run a scenario; imports what that needs on first use."""
    from app.lab.run import run_lab

    return await run_lab(scenario, progress=progress)


class LabController(QObject):
    """One run at a time; it has no connection, so it cannot affect one."""

    def __init__(self, panel: LabPanel, shell: Shell, *, run: Run = run_in_processes) -> None:
        super().__init__(shell.tasks)
        self._shell, self._panel, self._tasks, self._run = shell, panel, shell.tasks, run
        shell.commands.lab.triggered.connect(self._on_open)
        shell.commands.run_lab.triggered.connect(self._on_run_command)
        shell.tasks.busy_changed.connect(self._on_busy_changed)
        self._panel.run_requested.connect(self._on_run)
        self._panel.cancel_requested.connect(self._on_cancel)
        self._panel.table_requested.connect(self._on_table)
        self._panel.export_requested.connect(self._on_export)

    def _on_open(self) -> None:
        self._shell.open_side(self._panel)

    def _on_run_command(self) -> None:
        self._on_open()
        self._panel.sheet.ask()

    def _on_run(self, scenario: Scenario) -> None:
        if not self._tasks.running(_TASK):  # the panel says why there is no second run
            self._tasks.start(_TASK, self._run_it, scenario)

    def _on_cancel(self) -> None:
        self._tasks.cancel(_TASK)

    def _on_busy_changed(self, name: str, busy: bool) -> None:  # noqa: FBT001 - a signal's argument
        if name == _TASK:
            self._shell.commands.show_lab_running(running=busy)

    async def _run_it(self, scenario: Scenario) -> None:
        self._panel.sheet.show_starting()
        try:
            report = await self._run(scenario, progress=self._panel.sheet.show_progress)
        except asyncio.CancelledError:
            self._panel.sheet.show_stopped(cancelled=True)
            raise
        except BaseException:
            self._panel.sheet.show_stopped(cancelled=False)
            raise
        self._panel.sheet.show_report(report)
        self._shell.announce(words.conclusion(report))

    def _on_table(self) -> None:
        self._tasks.start("lab results", self._show_results)

    async def _show_results(self) -> None:
        assert self._panel.sheet.report is not None
        dialog = ResultsDialog(self._panel.sheet.report, self._shell.window)
        dialog.copy_requested.connect(self._on_copy)
        dialog.export_requested.connect(self._on_export)
        await ask(dialog)

    def _on_copy(self, text: str) -> None:
        self._shell.clipboard.copy(text)
        self._shell.toast("Copied the table.")

    def _on_export(self, report: Report, measure: Measure) -> None:
        self._tasks.start("export the lab", self._export, report, measure)

    async def _export(self, report: Report, measure: Measure) -> None:
        kinds = "Report (*.json);;Table (*.csv);;Picture (*.png);;Drawing (*.svg)"
        path = await asked_for_path(self._shell.window, "Export the run", "lapse-lab", kinds)
        if path is not None:
            write(path, exported(report, measure, path))
            self._shell.toast(f"Written to {path}.")


def exported(report: Report, measure: Measure, path: Path) -> bytes:
    """Return a report in the format of the file's ending: CSV, PNG or SVG (the chart), else JSON."""
    from app.lab.export import to_csv, to_json

    kind = path.suffix.lower()
    if kind == ".csv":
        return to_csv(report).encode()
    if kind not in (".png", ".svg"):
        return to_json(report).encode()
    chart, caption = LabChart("exportedLabChart"), words.scenario_line(report.scenario)
    chart.show_plot(plot_of(report, measure))
    return chart.svg(caption) if kind == ".svg" else png_of(chart.image(caption))
