"""Accessible roles of painted widgets, which Qt would report as nameless client areas."""

from functools import cache

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_PAINTED = {
    "TimelineView": QAccessible.Role.Chart,
    "LabChart": QAccessible.Role.Chart,
    "QrCode": QAccessible.Role.Graphic,
}


@cache
def tell_roles() -> None:
    """Register the roles; once per process."""
    QAccessible.installFactory(_interface)


def _interface(class_name: str, widget: QObject) -> QAccessibleInterface | None:
    role = _PAINTED.get(class_name)
    return QAccessibleWidget(widget, role, "") if role is not None and isinstance(widget, QWidget) else None
