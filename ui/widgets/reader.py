"""A read-only text field, not wrapped."""

from PySide6.QtWidgets import QPlainTextEdit

from ui import theme


def reader(name: str, accessible_name: str) -> QPlainTextEdit:
    """Return a field whose text can be selected but not changed; Tab leaves it."""
    view = QPlainTextEdit()
    view.setObjectName(name)
    view.setAccessibleName(accessible_name)
    view.setReadOnly(True)
    theme.set_mono(view, 12)
    view.setTabChangesFocus(True)
    return view
