"""The look of painted pictures: colour scheme, fonts and scale."""

from dataclasses import dataclass, field

from PySide6.QtGui import QColor, QFont

from ui import theme

_SMALL_PX, _NAME_PX = 11, 13
_PRESENTED = 1.25


@dataclass(frozen=True, slots=True)
class Look:
    """The scheme, the scale compared with the design, and the fonts derived from `base`.

    For a projector (`presenter`) marks and small text are larger still.
    """

    scheme: theme.Scheme
    scale: float
    base: QFont
    presenter: bool = False
    small: QFont = field(init=False)
    name: QFont = field(init=False)
    bold: QFont = field(init=False)

    def __post_init__(self) -> None:
        for name, pixels, weight in (
            ("small", _SMALL_PX * (_PRESENTED if self.presenter else 1), QFont.Weight.Normal),
            ("name", _NAME_PX, QFont.Weight.Normal),
            ("bold", _NAME_PX, QFont.Weight.DemiBold),
        ):
            font = QFont(self.base)
            font.setPixelSize(round(pixels * self.scale))
            font.setWeight(weight)
            object.__setattr__(self, name, font)

    def px(self, pixels: float) -> float:
        """Return a design length in pixels."""
        return pixels * self.scale

    def mark_px(self, pixels: float) -> float:
        """Return a length of marks and bars, which are larger on a projector."""
        return self.px(pixels) * (_PRESENTED if self.presenter else 1)

    def colour(self, role: str) -> QColor:
        return QColor(getattr(self.scheme, role))

    def tinted(self, role: str) -> QColor:
        """Return the tint of a role, for fills."""
        return QColor(self.scheme.tint(role))

    def text_on(self, role: str) -> QColor:
        """Return the colour of text on a tint."""
        return QColor(theme.text_on_tint(self.scheme, role))
