"""The outline of a bar: whatever its size, all of it is there."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from ui.lab.drawing import outline

LENGTHS = st.floats(0.5, 3000)


@given(st.floats(0, 50), st.floats(0, 900), LENGTHS, st.floats(4, 60), st.floats(0, 9))
def test_a_bar_is_filled_to_its_edges_and_no_further(
    left: float, top: float, width: float, height: float, radius: float
) -> None:
    bar = QRectF(left, top, width, height)
    shape = outline(bar, radius)
    for along in (0.01, 0.3, 0.5, 0.7, 0.99):
        assert shape.contains(QPointF(left + along * width, bar.center().y()))
    for across in (0.02, 0.5, 0.98):  # square where it stands on the axis
        assert shape.contains(QPointF(left + 0.001 * width, top + across * height))
    assert bar.adjusted(-0.001, -0.001, 0.001, 0.001).contains(shape.boundingRect())
