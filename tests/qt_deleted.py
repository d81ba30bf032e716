"""Deletes what was told to go: `deleteLater` waits for an outer event loop, and tests have none."""

import sys

from PySide6.QtCore import QCoreApplication, QEvent


def delete_now() -> None:
    """Delete everything that waits for it, between two tests.

    A window that lingers is styled anew with every theme, and many of them take seconds.
    """
    # An exception out of paintEvent is kept here, with its painter, which must not outlive what it paints on.
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        vars(sys).pop(name, None)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
