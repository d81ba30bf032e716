"""What was found at an issuer: which server, what it offers, what it lacks."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QVBoxLayout, QWidget

from ui import theme
from ui.connections.field import tab_to_checked
from ui.widgets.labels import ElidedLabel, label

if TYPE_CHECKING:
    # For types alone: it brings the HTTP library, which comes after the first paint.
    from app.connecting.capabilities import Fact
    from app.connecting.lookup import Found

_TOP = Qt.AlignmentFlag.AlignTop
_MOST_SERVERS = 2  # of an Okta org: default, and its own
_MARKS = {"good": "✓", "warning": "▲", "neutral": "·"}


class FoundView(QWidget):
    """Shows a look-up; where there are several servers, `chosen` carries the one the user chose."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("foundView")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 4, 0, 0)
        self._layout.setSpacing(4)
        self._group = QButtonGroup(self)
        for place in range(_MOST_SERVERS):  # created up front, so that they have their place in the Tab order
            button = QRadioButton()
            button.setObjectName(f"foundServer{place + 1}Button")
            button.hide()
            self._group.addButton(button, place)
            self._layout.addWidget(button)
        self._group.idClicked.connect(self._on_chosen)
        self._content = QWidget()
        self._layout.addWidget(self._content)
        self._all: tuple[Found, ...] = ()
        self._shown: Found | None = None
        self._tried: tuple[tuple[str, str], ...] = ()
        self._notes: tuple[str, ...] = ()
        self.hide()

    @property
    def found(self) -> "Found | None":
        """The look-up shown; of several servers, the chosen one."""
        return self._shown

    def show_found(self, found: "Found") -> None:
        """Show what was found; the first server is chosen until the user chooses another."""
        self._all = (found, *found.others)[:_MOST_SERVERS]
        self._tried, self._notes = found.tried, found.notes
        self._take(found)

    def show_tried(self, tried: tuple[tuple[str, str], ...]) -> None:
        """Show which addresses did not respond."""
        self._all, self._shown, self._tried, self._notes = (), None, tried, ()
        self._rebuild()

    def clear(self) -> None:
        """Clear the view: it no longer matches the text in the field."""
        self._all, self._shown, self._tried, self._notes = (), None, (), ()
        self.hide()

    def _take(self, found: "Found") -> None:
        self._shown = found
        self._rebuild()

    def _rebuild(self) -> None:
        self._show_choice()
        self._layout.removeWidget(self._content)
        self._content.hide()
        self._content.deleteLater()
        self._content = QWidget()
        rows = QVBoxLayout(self._content)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        if self._shown is not None:
            rows.addLayout(self._grid(self._shown.offer.facts))
        self._add_notes(rows)
        rows.addLayout(self._tried_grid())
        self._layout.addWidget(self._content)
        self._content.show()  # at once; a layout would do it later
        self.show()

    def _show_choice(self) -> None:
        for place, button in enumerate(self._group.buttons()):
            is_there = place < len(self._all) > 1
            button.setVisible(is_there)
            if is_there:
                found = self._all[place]
                is_org = found.issuer.count("/") == 2  # noqa: PLR2004 - https:// and nothing behind the host
                which = "The org's own server" if is_org else "The server named default"
                button.setText(f"{which}: {found.issuer}")
                button.setChecked(found is self._shown)
        tab_to_checked(self._group)

    def _on_chosen(self, place: int) -> None:
        self._take(self._all[place])
        self.chosen.emit(self._all[place])

    def _grid(self, facts: "tuple[Fact, ...]") -> QGridLayout:
        grid = _new_grid()
        for row, fact in enumerate(facts):
            mark = label(_MARKS[fact.tone], role="title")
            mark.setAccessibleName({"good": "good", "warning": "mind this"}.get(fact.tone, ""))
            grid.addWidget(mark, row, 0, _TOP)
            grid.addWidget(label(fact.name, role="muted"), row, 1, _TOP)
            grid.addWidget(_value(fact.value), row, 2)
        return grid

    def _add_notes(self, rows: QVBoxLayout) -> None:
        for note in (*self._notes, *(self._shown.offer.missing if self._shown else ())):
            rows.addWidget(label(f"– {note}", wrap=True))

    def _tried_grid(self) -> QGridLayout:
        grid = _new_grid()
        grid.setColumnStretch(2, 3)
        for row, (url, outcome) in enumerate(self._tried):
            grid.addWidget(label("asked" if row == 0 else "", role="small"), row, 1, _TOP)
            grid.addWidget(_value(url), row, 2)
            grid.addWidget(label(outcome, role="small", wrap=True), row, 3)
            grid.setColumnStretch(3, 1)
        return grid


def _new_grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(2, 1)
    return grid


def _value(text: str) -> QWidget:
    if "://" not in text:
        return label(text, wrap=True)
    found = ElidedLabel()  # an address has no place to break at
    found.setAlignment(_TOP | Qt.AlignmentFlag.AlignLeft)
    theme.set_mono(found, 12)
    found.show_text(text)
    return found
