"""File dialogs for reading and writing, and the error for a file that cannot be written."""

import re
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.errors import BadInput
from ui.shell.tasks import ask


class SaveDialog(QFileDialog):
    """Asks for a file to write; a name without an ending gets that of the chosen kind, e.g. `Picture (*.png)`."""

    def __init__(self, over: QWidget, title: str, name: str, kinds: str) -> None:
        super().__init__(over, title, name, kinds)
        self.setObjectName("exportDialog")
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setOption(QFileDialog.Option.DontUseNativeDialog)
        self.filterSelected.connect(self._follow)
        self._follow(kinds)

    def _follow(self, kind: str) -> None:
        ending = re.search(r"\*\.(\w+)", kind)
        self.setDefaultSuffix(ending[1] if ending else "")


async def asked_for_path(over: QWidget, title: str, name: str, kinds: str) -> Path | None:
    """Ask where to write a file of one of these kinds, the first one preselected.

    `name` is proposed, without an ending. Returns None if the user cancels.
    """
    return await _chosen(SaveDialog(over, title, name, kinds))


async def asked_for_file(over: QWidget, title: str, kinds: str) -> Path | None:
    """Ask which file to read; returns None if the user cancels."""
    dialog = QFileDialog(over, title, "", kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    return await _chosen(dialog)


async def _chosen(dialog: QFileDialog) -> Path | None:
    return Path(dialog.selectedFiles()[0]) if await ask(dialog) and dialog.selectedFiles() else None


def write(path: Path, octets: bytes) -> None:
    """Write a file; raises BadInput when it cannot be written."""
    try:
        path.write_bytes(octets)
    except OSError as failed:
        raise BadInput(f"The file {path} cannot be written: {failed.strerror}.") from None
