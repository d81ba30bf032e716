"""The selected journal entry, shared by all panels."""

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """`selected` carries the entry's number.

    `token_selected` carries the name of the current token that the entry is about, `why_requested` the number of an
    entry whose causes are to be shown.
    """

    selected = Signal(int)
    token_selected = Signal(object)
    why_requested = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_selecting = False

    def select(self, seq: int) -> None:
        if self._is_selecting:  # a panel that selects it emits its own signal again
            return
        self._is_selecting = True
        try:
            self.selected.emit(seq)
        finally:
            self._is_selecting = False
