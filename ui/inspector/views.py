"""The inspector's views of one token: claims, rules, expiry, comparison, JSON."""

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.inspection.difference import difference
from app.inspection.expiry_sources import Testimony
from app.inspection.inspector import Inspection
from app.inspection.reading import TextForm, pretty
from app.session.generations import Generation
from app.token_name import TokenName
from ui.inspector.model import MARK, NAME, ClaimsModel
from ui.inspector.rows import change_rows, rows_of, rule_rows, truth_rows
from ui.widgets.buttons import allow
from ui.widgets.labels import label
from ui.widgets.painted import Picker
from ui.widgets.reader import reader
from ui.widgets.table import TextModel, text_table

_NOTHING: tuple[Generation, ...] = ()


class ClaimsView(QWidget):
    """The payload, with a filter above and the chosen value in full below."""

    copy_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._claims: dict[str, object] = {}
        self.model = ClaimsModel(self)
        self.filter_edit = QLineEdit()
        self.filter_edit.setObjectName("claimsFilterEdit")
        self.filter_edit.setAccessibleName("Search the claims")
        self.filter_edit.setPlaceholderText("Search name, value, meaning")
        self.filter_edit.setClearButtonEnabled(True)
        self.filter_edit.textChanged.connect(self.model.filter)
        self.table = text_table("inspectorTable", "Claims", self.model, {NAME: 118, MARK: 64})
        self.table.selectionModel().currentChanged.connect(self._show_value)
        self.value_view = reader("claimValueView", "The chosen value in full")
        self.value_view.setPlaceholderText("Choose a claim to read all of it.")
        self.value_view.hide()
        self.copy_button = _button("copyClaimButton", "Copy value")
        self.copy_button.clicked.connect(self._copy)
        self.copy_all_button = _button("copyClaimsButton", "Copy all as JSON")
        self.copy_all_button.clicked.connect(self._copy_all)
        top = _row(self.filter_edit, self.copy_button, self.copy_all_button)
        _column(self, top, self.table, self.value_view)

    def show_inspection(self, inspection: Inspection | None) -> None:
        """Show the claims, each with the outcome of its rule."""
        claims = inspection.reading.claims if inspection else None
        verdicts = (
            {each.rule: each for each in inspection.verification.verdicts}
            if inspection and inspection.verification
            else {}
        )
        self._claims = dict(claims or {})
        self.model.show_rows(rows_of(claims or {}, verdicts))
        allow(self.copy_all_button, "" if claims else "There are no claims to copy.")
        self._show_value(self.table.currentIndex(), QModelIndex())

    def _chosen(self) -> object:
        row = self.model.row_at(self.table.currentIndex())
        return None if row is None else self._claims.get(row.name)

    def _show_value(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        value = self._chosen()
        allow(self.copy_button, "" if value is not None else "Choose a claim first.")
        self.value_view.setVisible(value is not None)
        self.value_view.setPlainText("" if value is None else _in_full(value))

    def _copy(self) -> None:
        self.copy_requested.emit(_in_full(self._chosen()))

    def _copy_all(self) -> None:
        self.copy_requested.emit(pretty(self._claims))


class RulesView(QWidget):
    """A verdict per rule, with its source."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        headings = (
            "Verdict",
            "Rule",
            "What was found",
            "What was expected",
            "Source",
        )
        self.model = TextModel(headings, mono=(1,), parent=self)
        self.table = text_table("rulesTable", "Rules", self.model, {0: 164, 1: 150, 4: 220})
        _column(self, self.table)

    def show_inspection(self, inspection: Inspection | None) -> None:
        rows = rule_rows(inspection) if inspection else ()
        self.model.show_rows(rows)
        failed = next((place for place, row in enumerate(rows) if row.tone == "bad"), 0)
        self.table.scrollTo(self.model.index(failed, 0))


class ExpiryView(QWidget):
    """What each source says about the expiry, and which one Lapse uses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        headings = ("Stated by", "Ends", "Meaning", "Source")
        self.model = TextModel(headings, parent=self)
        self.table = text_table("expiryTable", "When it ends", self.model, {0: 210, 3: 210})
        self._truth: tuple[Testimony, ...] = ()
        _column(self, self.table)

    def show_inspection(self, inspection: Inspection | None, now: float) -> None:
        self._truth = inspection.truth if inspection else ()
        self.tick(now)

    def tick(self, now: float) -> None:
        """Update the times for `now`, in epoch seconds."""
        self.model.show_rows(truth_rows(self._truth, now))


class CompareView(QWidget):
    """The difference to another generation of the same kind: unexpected changes first, expected ones folded away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._others: tuple[Generation, ...] = ()
        self._inspection: Inspection | None = None
        self.picker = Picker()
        self.picker.setObjectName("comparedTokenPicker")
        self.picker.setAccessibleName("Compare with")
        self.picker.currentIndexChanged.connect(self._show)
        self.expected_box = QCheckBox("Show what is new in every generation")
        self.expected_box.setObjectName("expectedChangesBox")
        self.expected_box.toggled.connect(self._show)
        self._summary = label(role="muted", wrap=True)
        self._summary.setObjectName("compareSummaryLabel")
        headings = ("How", "Claim", "Before", "Now", "What it means")
        self.model = TextModel(headings, mono=(1, 2, 3), parent=self)
        self.table = text_table("compareTable", "Changes", self.model, {0: 90, 1: 118})
        _column(self, _row(label("Compare with"), self.picker, self.expected_box), self._summary, self.table)

    def show_inspection(self, inspection: Inspection | None, others: tuple[Generation, ...]) -> None:
        """Show the changes since one of `others`, newest first."""
        chosen = self.picker.currentText()
        self._inspection, self._others = inspection, others
        self.picker.blockSignals(True)
        self.picker.clear()
        self.picker.addItems([str(each.name) for each in others])
        self.picker.setCurrentIndex(max(self.picker.findText(chosen), 0) if others else -1)
        self.picker.blockSignals(False)
        self.picker.setEnabled(bool(others))
        self._show()

    def choose(self, name: TokenName) -> None:
        """Compare with the generation of that name."""
        self.picker.setCurrentIndex(self.picker.findText(str(name)))

    def summary(self) -> str:
        """The result of the comparison."""
        return self._summary.text()

    def _show(self) -> None:
        index = self.picker.currentIndex()
        other = self._others[index] if 0 <= index < len(self._others) else None
        claims = self._inspection.reading.claims if self._inspection else None
        if other is None or other.claims is None or claims is None:
            self._summary.setText("There is no other generation of this kind to compare with yet.")
            self.model.show_rows(())
            return
        found = difference(other.claims, claims)
        unexpected, expected = len(found.unexpected), len(found.expected)
        self._summary.setText(f"{unexpected} unexpected, {expected} expected in every new generation.")
        self.model.show_rows(change_rows(found, with_expected=self.expected_box.isChecked()))


class JsonView(QWidget):
    """Header and payload as JSON, and the signature's bytes; read-only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection: Inspection | None = None
        self._presents = False
        self.view = reader("tokenJsonView", "The token's parts")
        _column(self, self.view)

    def show_inspection(self, inspection: Inspection | None) -> None:
        """Show the parts as plain text."""
        self._inspection = inspection
        self._show()

    def show_presenter(self, *, on: bool) -> None:
        """Mask the signature: with it the token would be usable."""
        self._presents = on
        self._show()

    def _show(self) -> None:
        self.view.setPlainText(parts_text(self._inspection, masked=self._presents) if self._inspection else "")


def parts_text(inspection: Inspection, *, masked: bool = False) -> str:
    """Return a token's parts as text, each with its problem; `masked` leaves out the signature."""
    reading = inspection.reading
    if reading.form in (TextForm.OPAQUE, TextForm.TOO_LONG):
        return reading.remark
    blocks = []
    for part in reading.parts:
        problem = f" ({part.problem})" if part.problem else ""
        text = "(masked)" if masked and part.name == "signature" else part.text
        blocks.append(f"// {part.name}, {part.length} characters{problem}\n{text}")
    return "\n\n".join(blocks)


def others_of(inspection: Inspection | None, generations: tuple[Generation, ...]) -> tuple[Generation, ...]:
    """Return the other generations of a token's kind, newest first."""
    if inspection is None or inspection.name is None:
        return _NOTHING
    kind, name = inspection.name.kind, inspection.name
    found = [each for each in generations if each.name.kind is kind and each.name != name]
    return tuple(reversed(found))


def _in_full(value: object) -> str:
    return value if isinstance(value, str) else pretty(value)


def _button(name: str, text: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setEnabled(False)
    return button


def _row(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for widget in widgets:
        layout.addWidget(widget, 1 if isinstance(widget, QLineEdit | QCheckBox) else 0)
    return holder


def _column(view: QWidget, *widgets: QWidget) -> None:
    layout = QVBoxLayout(view)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(6)
    for widget in widgets:
        layout.addWidget(widget)
