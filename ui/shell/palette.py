"""The command palette: finds every command of the window by typing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QColor, QKeyEvent, QKeySequence, QPainter, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QListView,
    QMenu,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ui import theme
from ui.shell.command_search import rank
from ui.text import plain_tooltip
from ui.widgets.announcer import Announcer
from ui.widgets.labels import label

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_WIDTH = 600
_ROW_HEIGHT = 34
_ROWS = 11
_PADDING = 12
_FROM_TOP = 0.11
_INSIDE = ": "
_WALKS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """One command as listed; `reason` says why it is disabled, empty if it is not."""

    action: QAction
    text: str
    key: str
    enabled: bool
    reason: str
    ticked: bool


def commands_of(actions: Sequence[QAction], inside: str = "") -> Iterator[PaletteEntry]:
    """Yield an entry for every visible action; for those of submenus, with the menu's name in front."""
    for action in actions:
        text = inside + _plain(action.text())
        menu = action.menu()
        if action.isSeparator() or not action.isVisible():
            continue
        if isinstance(menu, QMenu):
            yield from commands_of(menu.actions(), f"{text}{_INSIDE}")
        elif text:
            yield _command(action, text)


class CommandModel(QAbstractListModel):
    """The commands that match what was typed, best first; updated while they are shown."""

    def __init__(self, actions: Sequence[QAction], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions = tuple(actions)
        self._found = tuple(commands_of(self._actions))
        for each in self._found:
            each.action.changed.connect(self._follow)

    def find(self, typed: str) -> None:
        """Keep what matches `typed`; among equals, enabled ones come first, in the order of the menus."""
        ranked = [(rank(typed, each.text), each) for each in commands_of(self._actions)]
        found = [(place, each) for place, each in ranked if place is not None]
        if typed.strip():
            found.sort(key=lambda pair: (not pair[1].enabled, pair[0]))
        self.beginResetModel()
        self._found = tuple(each for _, each in found)
        self.endResetModel()

    def _follow(self) -> None:
        """Take over changes of the actions; the selection stays, and removed actions disappear."""
        now = {each.action: each for each in commands_of(self._actions)}
        for row in reversed(range(len(self._found))):
            if self._found[row].action not in now:
                self.beginRemoveRows(_ROOT, row, row)
                self._found = self._found[:row] + self._found[row + 1 :]
                self.endRemoveRows()
        self._found = tuple(now[each.action] for each in self._found)
        self.dataChanged.emit(self.index(0), self.index(len(self._found) - 1))

    def command_at(self, index: Index) -> PaletteEntry | None:
        return self._found[index.row()] if index.isValid() and index.row() < len(self._found) else None

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        command = self.command_at(index)
        if command is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return command.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(command)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(command.reason)
        return None

    def _spoken(self, command: PaletteEntry) -> str:
        parts = [command.text, command.key]
        if command.ticked:
            parts.append("chosen")
        if not command.enabled:
            parts.append(f"not available: {command.reason}")
        return ", ".join(part for part in parts if part)


class CommandPalette(QDialog):
    """Lists all commands over the window; Enter or a click closes it and then runs the chosen one.

    Opened with `open()`. The window's focus is restored before the action runs. A disabled action stays listed with
    its reason, and does not close the palette. The actions have to outlive the palette.
    """

    command_chosen = Signal(QAction)

    def __init__(self, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("commandPalette")
        self.setWindowTitle("Commands")
        self._over = parent.window()
        self._chosen: QAction | None = None
        self._announcer = Announcer(self)
        self._model = CommandModel(actions, self)
        self._build_search()
        self._build_list()
        self._lay_out()
        self._find("")

    def showEvent(self, event: QShowEvent) -> None:
        """Position it over the window, and take the focus."""
        self._place()
        self.search_edit.setFocus(Qt.FocusReason.PopupFocusReason)
        super().showEvent(event)
        self._tell(self.command_list.currentIndex())

    def done(self, result: int) -> None:
        """Close, let Qt restore the window's focus, and only then run what was chosen."""
        super().done(result)
        self._over.activateWindow()
        chosen, self._chosen = self._chosen, None
        if chosen is not None and isValid(chosen):
            chosen.trigger()
            self.command_chosen.emit(chosen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move through the list while the search line keeps the focus."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in _ENTERS:
            self._choose(self.command_list.currentIndex())
            return True
        if event.key() in _WALKS:
            QApplication.sendEvent(self.command_list, event)
            return True
        return False

    def _build_search(self) -> None:
        self.search_edit = QLineEdit()
        self.search_edit.setObjectName("commandSearchEdit")
        self.search_edit.setAccessibleName("Find a command")
        self.search_edit.setAccessibleDescription("Up and Down choose, Enter runs, Esc closes")
        self.search_edit.setPlaceholderText("Find a command; Enter runs it, Esc closes")
        self.search_edit.textChanged.connect(self._find)
        self.search_edit.installEventFilter(self)

    def _build_list(self) -> None:
        self.command_list = QListView()
        self.command_list.setObjectName("commandList")
        self.command_list.setAccessibleName("Commands")
        self.command_list.setModel(self._model)
        self.command_list.setItemDelegate(_CommandDelegate(self.command_list))
        self.command_list.setUniformItemSizes(True)
        self.command_list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.command_list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.command_list.clicked.connect(self._choose)
        self.command_list.activated.connect(self._choose)
        self.command_list.selectionModel().currentChanged.connect(self._tell)
        self._nothing = label(role="muted", wrap=True)
        self._nothing.setObjectName("noCommandLabel")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.command_list)
        self._stack.addWidget(self._nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.setSpacing(8)
        column.addWidget(self.search_edit)
        column.addWidget(self._stack)

    def _place(self) -> None:
        over = self._over
        rows = min(max(self._model.rowCount(), 1), _ROWS)
        room = int(over.height() * (1 - 2 * _FROM_TOP))
        self._stack.setFixedHeight(min(theme.px(_ROW_HEIGHT) * rows, max(room - theme.px(60), theme.px(_ROW_HEIGHT))))
        self.setFixedWidth(min(theme.px(_WIDTH), over.width() - 2 * theme.px(_PADDING)))
        self.adjustSize()
        corner = QPoint((over.width() - self.width()) // 2, int(over.height() * _FROM_TOP))
        self.move(over.mapToGlobal(corner))

    def _find(self, typed: str) -> None:
        self._model.find(typed)
        if self._model.rowCount():
            self._stack.setCurrentWidget(self.command_list)
            self.command_list.setCurrentIndex(self._model.index(0))
            return
        self._nothing.setText(f"No command matches “{typed.strip()}”.")
        self._stack.setCurrentWidget(self._nothing)
        self._announcer.announce(self._nothing.text(), instead=True)

    def _choose(self, index: QModelIndex) -> None:
        command = self._model.command_at(index)
        if command is None or not self.isVisible():
            return
        if not command.enabled:
            self._tell(index)
            return
        self._chosen = command.action
        self.accept()

    def _tell(self, current: QModelIndex) -> None:
        """Announce the current entry: the focus is in the search line, so no screen reader would."""
        self._announcer.announce(str(current.data(Qt.ItemDataRole.AccessibleTextRole) or ""), instead=True)


class _CommandDelegate(QStyledItemDelegate):
    """Paints a command: its text, why it is disabled, its shortcut at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.px(_ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        command = model.command_at(index) if isinstance(model, CommandModel) else None
        if command is None:
            return
        scheme = theme.current()
        rect, padding = _rect_of(option), theme.px(_PADDING)
        painter.save()
        if _is_selected(option):
            painter.fillRect(rect, QColor(scheme.tint("access")))
        inside = rect.adjusted(padding, 0, -padding, 0)
        inside.setRight(inside.right() - _paint_key(painter, inside, command.key))
        painter.setPen(QColor(scheme.text if command.enabled else scheme.muted))
        inside.setLeft(inside.left() + _paint_text(painter, inside, _ticked(command)))
        painter.setPen(QColor(scheme.muted))
        _paint_text(painter, inside, command.reason)
        painter.restore()


def _ticked(command: PaletteEntry) -> str:
    return f"{command.text}  ✓" if command.ticked else command.text


def _paint_key(painter: QPainter, inside: QRect, key: str) -> int:
    """Paint the shortcut at the right and return its width in pixels."""
    if not key:
        return 0
    painter.setPen(QColor(theme.current().muted))
    painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, key)
    return painter.fontMetrics().horizontalAdvance(key) + theme.px(_PADDING)


def _paint_text(painter: QPainter, inside: QRect, text: str) -> int:
    """Paint as much of a text as fits at the left and return its width in pixels."""
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(inside.width(), 0))
    painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
    return painter.fontMetrics().horizontalAdvance(shown) + theme.px(_PADDING)


def _rect_of(option: QStyleOptionViewItem) -> QRect:
    return QRect(option.rect)


def _is_selected(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)


def _command(action: QAction, text: str) -> PaletteEntry:
    tip = action.toolTip() if action.toolTip() not in (action.text(), _plain(action.text())) else action.statusTip()
    return PaletteEntry(
        action=action,
        text=text,
        key=action.shortcut().toString(QKeySequence.SequenceFormat.NativeText),
        enabled=action.isEnabled(),
        reason="" if action.isEnabled() else tip,
        ticked=action.isCheckable() and action.isChecked(),
    )


def _plain(text: str) -> str:
    """Return an action's text without its mnemonic."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")
