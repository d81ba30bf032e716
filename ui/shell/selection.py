"""The entry of the journal that is selected, wherever it is shown."""

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """Passes a selection on to every panel: `selected` carries an entry's number.

    `token_selected` carries the name of the token in hand that the entry is about, `why_requested` the number of an
    entry whose causes are to be shown.
    """

    selected = Signal(int)
    token_selected = Signal(object)
    why_requested = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_selecting = False

    def select(self, seq: int) -> None:
        """Select this entry of the journal wherever it is shown."""
        if self._is_selecting:  # a panel in which it is selected says so again
            return
        self._is_selecting = True
        try:
            self.selected.emit(seq)
        finally:
            self._is_selecting = False
