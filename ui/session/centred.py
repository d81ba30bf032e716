"""Puts a card into the middle of its page, a little above the centre."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.widgets.card import Card


def place(page: QWidget, card: Card) -> None:
    """Lay `card` out on `page`; the style sheet says how wide it may be."""
    # Stretches rather than an alignment: an aligned item is not given the height its wrapped texts ask for.
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(card, 100)  # as wide as it may be before anything is left to the sides
    row.addStretch(1)
    outer = QVBoxLayout(page)
    outer.addStretch(1)
    outer.addLayout(row)
    outer.addStretch(2)
