"""Centres a card on its page, a little above the middle."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.widgets.card import Card


def place(page: QWidget, card: Card) -> None:
    """Put `card` on `page`; the style sheet limits its width."""
    # Stretches, because Qt ignores height-for-width of aligned items, and wrapped text would be clipped.
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(card, 100)  # takes its maximum width before the sides get any
    row.addStretch(1)
    outer = QVBoxLayout(page)
    outer.addStretch(1)
    outer.addLayout(row)
    outer.addStretch(2)
