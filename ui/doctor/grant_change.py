"""The change to an app as a table, and the user's choices about it."""

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QSpinBox, QVBoxLayout, QWidget

from app.okta.change import App, AppField, FieldChange, GrantChange, WantedChange, plan
from app.okta.validation import MOST_GRACE_S, ROTATE, STATIC
from app.okta.words import NOTES
from ui import theme
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.table import TextModel, TextRow, text_table

_LISTS = (AppField.GRANT_TYPES, AppField.REDIRECT_URIS)
_MINUS = "\N{MINUS SIGN}"  # as wide as the plus, unlike a hyphen
_TONES = {"+": "good", "±": "warning", _MINUS: "bad", "=": "neutral"}
_TITLES = {
    AppField.GRANT_TYPES: "Grant type",
    AppField.ROTATION: "Rotation",
    AppField.GRACE: "Grace period",
    AppField.REDIRECT_URIS: "Redirect URI",
}
_MARK_WORDS = {
    "+": "added",
    "±": "changed",
    _MINUS: "removed",
    "=": "stays",
}


class FieldTable(QWidget):
    """Every relevant field, changed or not: mark and word, field, value before and after."""

    def __init__(self, name: str, accessible_name: str, *, is_made: bool = False) -> None:
        super().__init__()
        now = "Before" if is_made else "Now"
        after = "Now" if is_made else "After"
        headings = ("Change", "Field", now, after)
        self.model = TextModel(headings, mono=(2, 3), parent=self)
        self.table = text_table(name, accessible_name, self.model, {0: 96, 1: 116})
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)

    def show_fields(self, fields: tuple[FieldChange, ...]) -> None:
        """Show the fields; lists item by item, so that changes can be seen at a glance."""
        self.model.show_rows(tuple(row for each in fields for row in self._rows(each)))

    def _rows(self, change: FieldChange) -> Iterator[TextRow]:
        field = _TITLES[change.field]
        if change.field in _LISTS:
            for text in change.added:
                yield self._row("+", field, "not there", text)
            for text in change.removed:
                yield self._row(_MINUS, field, text, "gone")
            others = tuple(each for each in change.after if each in change.before)
            if others:
                yield self._row("=", field, ", ".join(others), f"as before: {len(others)}")
            return
        before, after = (self._words(change.field, each) for each in (change.before, change.after))
        yield self._row("=" if not change.is_change else "±" if change.before else "+", field, before, after)

    def _row(self, mark: str, field: str, now: str, after: str) -> TextRow:
        word = _MARK_WORDS[mark]
        return TextRow((f"{mark} {word}", field, now, after), _TONES[mark], spoken=word)

    def _words(self, field: AppField, value: tuple[str, ...]) -> str:
        if not value:
            return "not set"
        return f"{value[0]} s" if field is AppField.GRACE else value[0]


class ChangePage(QWidget):
    """The app, the choices, what they change, and what Okta would reject.

    `planned` is emitted whenever the change differs.
    """

    planned = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._app: App = {}
        self._redirect_uri: str | None = None
        self.change: GrantChange | None = None
        self._label = ElidedLabel()
        self._label.setProperty("headline", True)
        self._client_id = ElidedLabel()
        self._client_id.setProperty("muted", True)
        theme.set_mono(self._client_id, 12)
        self._make_choosers()
        self.fields = FieldTable("grantChangeTable", "What changes in the app")
        self.problems = _Banner("grantProblems", "bad")
        self.notes = _Banner("grantNotes", "warning")
        self._lay_out()

    def show_app(self, app: App, wanted: WantedChange) -> None:
        """Show what `wanted` changes in `app`; raises OktaRefused for an app without grants."""
        self.change = plan(app, wanted)
        self._app, self._redirect_uri = app, wanted.redirect_uri
        for chooser in (self.rotation_picker, self.grace_spin, self.redirect_check):
            chooser.blockSignals(True)
        self.rotation_picker.setCurrentIndex(max(self.rotation_picker.findData(wanted.rotation_type), 0))
        self.grace_spin.setValue(wanted.grace_s)
        self.redirect_check.setChecked(wanted.redirect_uri is not None)
        for chooser in (self.rotation_picker, self.grace_spin, self.redirect_check):
            chooser.blockSignals(False)
        added = next(each for each in self.change.fields if each.field is AppField.REDIRECT_URIS).added
        self.redirect_check.setVisible(bool(added))
        self.redirect_check.setText(f"Register the redirect URI {wanted.redirect_uri or ''} too")
        self._show_change(self.change)

    def _plan_anew(self) -> None:
        uri = self._redirect_uri if self.redirect_check.isChecked() else None
        wanted = WantedChange(str(self.rotation_picker.currentData()), self.grace_spin.value(), uri)
        self.change = plan(self._app, wanted)
        self._show_change(self.change)

    def _show_change(self, change: GrantChange) -> None:
        self._label.show_text(change.label)
        self._client_id.show_text(change.client_id)
        self.fields.show_fields(change.fields)
        rotates = change.wanted.rotation_type == ROTATE
        self.grace_spin.setEnabled(rotates)
        hint = "Seconds a replaced refresh token stays valid, 0 to 60, in case a response gets lost."
        why = hint if rotates else "Only a refresh token that rotates has a grace period."
        self.grace_spin.setToolTip(why)
        self.grace_spin.setAccessibleDescription(why)
        self.problems.show_lines([f"Okta would refuse it: {each.sentence()}" for each in change.problems])
        self.notes.show_lines([NOTES[each] for each in change.notes])
        self.planned.emit()

    def _make_choosers(self) -> None:
        self.rotation_picker = QComboBox()
        self.rotation_picker.setObjectName("grantRotationPicker")
        self.rotation_picker.setAccessibleName("Refresh token behaviour")
        self.rotation_picker.addItem("Rotate token after every use", ROTATE)
        self.rotation_picker.addItem("Use persistent token", STATIC)
        self.rotation_picker.currentIndexChanged.connect(self._plan_anew)
        self.grace_spin = QSpinBox()
        self.grace_spin.setObjectName("grantGraceSpin")
        self.grace_spin.setAccessibleName("Grace period for token rotation, in seconds")
        self.grace_spin.setRange(0, MOST_GRACE_S)
        self.grace_spin.setSuffix(" s")
        self.grace_spin.valueChanged.connect(self._plan_anew)
        self.redirect_check = QCheckBox()
        self.redirect_check.setObjectName("grantRedirectCheck")
        self.redirect_check.toggled.connect(self._plan_anew)

    def _lay_out(self) -> None:
        rotation, grace = label("Refresh token behaviour"), label("Grace period for token rotation")
        rotation.setBuddy(self.rotation_picker)
        grace.setBuddy(self.grace_spin)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.addWidget(rotation, 0, 0)
        grid.addWidget(self.rotation_picker, 0, 1, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(grace, 1, 0)
        grid.addWidget(self.grace_spin, 1, 1, Qt.AlignmentFlag.AlignLeft)
        grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._label)
        layout.addWidget(self._client_id)
        layout.addSpacing(4)
        layout.addLayout(grid)
        layout.addWidget(self.redirect_check)
        layout.addWidget(self.fields, 1)
        layout.addWidget(self.problems)
        layout.addWidget(self.notes)


class _Banner(QFrame):
    """Sentences on a tint; hidden while empty."""

    def __init__(self, name: str, tone: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("banner", True)
        self.setProperty("tone", tone)
        self._text = label(wrap=True)
        self._text.setObjectName(f"{name}Label")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(11, 8, 11, 8)
        layout.addWidget(self._text)
        self.hide()

    def show_lines(self, lines: list[str]) -> None:
        self._text.setText("\n".join(lines))
        self.setVisible(bool(lines))
