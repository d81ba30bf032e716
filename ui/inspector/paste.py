"""The dialog for any text with tokens in it, and the keys to verify them with."""

from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.errors import BadInput, LapseError
from app.inspection.reading import LONGEST
from ui import theme
from ui.widgets.labels import label
from ui.widgets.painted import Picker

_SIZE = (680, 460)
_SHOWN = 20_000


class KeySource(StrEnum):
    """Where the keys to verify a pasted token come from."""

    CONNECTION = "connection"
    ISSUER = "issuer"
    PASTED = "pasted"
    NONE = "none"


class PasteEdit(QPlainTextEdit):
    """Takes pasted and dropped text and files; a large text is kept aside, because Qt cannot lay out its lines."""

    failed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._aside = ""
        self.masks = False
        self.setAcceptDrops(True)
        self.setTabChangesFocus(True)
        theme.set_mono(self, 12)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)

    def whole_text(self) -> str:
        return self._aside or self.toPlainText()

    def take(self, text: str) -> None:
        self._aside = text if self._keeps_aside(text) else ""
        first = "masked" if self.masks else f"starting with: {text[:60]}…"
        self.setPlainText(f"({len(text):,} characters, {first})" if self._aside else text)
        self.setReadOnly(bool(self._aside))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Replace or clear a text kept aside, which cannot be edited."""
        if self._aside and event.matches(QKeySequence.StandardKey.Paste):
            self.insertFromMimeData(QGuiApplication.clipboard().mimeData())
        elif self._aside and event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.take("")
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Take a file's content, or text."""
        urls = [url for url in source.urls() if url.isLocalFile()]
        if urls:
            self._take_file(urls[0].toLocalFile())
        elif self._keeps_aside(source.text()) or self._aside:
            self.take(source.text())
        else:
            super().insertFromMimeData(source)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files and text."""
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.insertFromMimeData(event.mimeData())
        event.acceptProposedAction()

    def _keeps_aside(self, text: str) -> bool:
        return len(text) > _SHOWN or (self.masks and bool(text))

    def _take_file(self, path: str) -> None:
        try:
            with Path(path).open(encoding="utf-8", errors="replace") as file:
                self.take(file.read(LONGEST + 1))
        except OSError as failed:
            self.failed.emit(BadInput(f"The file {path} cannot be read: {failed.strerror}."))


class PasteDialog(QDialog):
    """Emits the text, the source of the keys and its value; stays open and shows errors."""

    inspect_requested = Signal(str, object, str)

    def __init__(self, connection: str, parent: QWidget | None = None, *, masks: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("pasteTokenDialog")
        self.setWindowTitle("Inspect any token")
        self.resize(*_SIZE)
        self.text_edit = PasteEdit()
        self.text_edit.masks = masks
        self.text_edit.setObjectName("pastedTextEdit")
        self.text_edit.setAccessibleName("Token, or text with tokens in it")
        hint = "A token, Bearer …, an Authorization header, a curl command, a token response, a redirect URL"
        self.text_edit.setPlaceholderText(hint)
        self.text_edit.failed.connect(self.show_error)
        self.source_picker = Picker()
        self.source_picker.setObjectName("keySourcePicker")
        self.source_picker.setAccessibleName("Keys to verify with")
        for text, source in (
            (f"Keys known of {connection}", KeySource.CONNECTION),
            ("Keys of another issuer", KeySource.ISSUER),
            ("Keys I paste: JWK Set, JWK or PEM", KeySource.PASTED),
            ("No keys: only decode", KeySource.NONE),
        ):
            self.source_picker.addItem(text, source)
        self.source_picker.currentIndexChanged.connect(self._show_source)
        self.issuer_edit = QLineEdit()
        self.issuer_edit.setObjectName("pastedIssuerEdit")
        self.issuer_edit.setAccessibleName("Issuer")
        self.issuer_edit.setPlaceholderText("https://example.okta.com/oauth2/default")
        self.issuer_edit.textChanged.connect(self._show_source)
        self.keys_edit = PasteEdit()
        self.keys_edit.masks = masks
        self.keys_edit.setObjectName("pastedKeysEdit")
        self.keys_edit.setAccessibleName("Keys")
        self.keys_edit.failed.connect(self.show_error)
        self._note = label(role="muted", wrap=True)
        self._trouble = label(wrap=True)
        self._trouble.setObjectName("pasteTroubleLabel")
        self._trouble.hide()
        self._lay_out()
        self._show_source()

    def show_error(self, error: LapseError) -> None:
        """Show an error; everything pasted stays."""
        self._trouble.setText("\n".join(line for line in error.lines() if line))
        self._trouble.show()

    def _inspect(self) -> None:
        self._trouble.hide()
        source = KeySource(self.source_picker.currentData())  # Qt returns a StrEnum as a plain str
        value = {KeySource.ISSUER: self.issuer_edit.text().strip(), KeySource.PASTED: self.keys_edit.whole_text()}
        self.inspect_requested.emit(self.text_edit.whole_text(), source, value.get(source, ""))

    def _show_source(self) -> None:
        source = KeySource(self.source_picker.currentData())  # Qt returns a StrEnum as a plain str
        self.issuer_edit.setVisible(source is KeySource.ISSUER)
        self.keys_edit.setVisible(source is KeySource.PASTED)
        asked = self.issuer_edit.text().strip() or "the issuer"
        asks = f"Inspect asks {asked} for its metadata and keys. The token is not sent."
        self._note.setText(asks if source is KeySource.ISSUER else "Nothing is sent anywhere.")

    def _lay_out(self) -> None:
        inspect = QPushButton("Inspect")
        inspect.setObjectName("inspectPastedButton")
        inspect.setProperty("primary", True)
        inspect.setDefault(True)
        inspect.clicked.connect(self._inspect)
        cancel = QPushButton("Cancel")
        cancel.setObjectName("cancelPasteButton")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self._note, 1)
        buttons.addWidget(cancel)
        buttons.addWidget(inspect)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(10)
        for widget in (self.text_edit, self.source_picker, self.issuer_edit, self.keys_edit, self._trouble):
            layout.addWidget(widget, 1 if widget is self.text_edit else 0)
        layout.addLayout(buttons)
