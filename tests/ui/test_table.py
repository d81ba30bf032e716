"""The table of plain text: it follows its end, scales with the type and gives headings their room."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui import theme
from ui.widgets.table import TextModel, TextRow, TextTable


@pytest.fixture(autouse=True)
def _as_designed(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, "light")


def rows(count: int) -> tuple[TextRow, ...]:
    return tuple(TextRow((str(number), "text")) for number in range(count))


@pytest.fixture
def table(qtbot: QtBot) -> TextTable:
    found = TextTable("table", "Table", TextModel(("No.", "A heading that is long")), {1: 40}).follow_end()
    qtbot.addWidget(found)
    found.resize(300, 200)
    return found


def is_at_end(table: TextTable) -> bool:
    bar = table.verticalScrollBar()
    return bar.maximum() > 0 and bar.value() == bar.maximum()


def test_it_follows_its_end_also_while_nobody_sees_it(table: TextTable, qtbot: QtBot) -> None:
    model = table.model()
    assert isinstance(model, TextModel)
    model.show_rows(rows(100))
    table.show()
    qtbot.waitUntil(lambda: is_at_end(table))
    model.show_rows(rows(200))
    qtbot.waitUntil(lambda: is_at_end(table))
    table.resize(300, 120)
    qtbot.waitUntil(lambda: is_at_end(table))


def test_it_stays_where_somebody_reads(table: TextTable, qtbot: QtBot) -> None:
    model = table.model()
    assert isinstance(model, TextModel)
    model.show_rows(rows(100))
    table.show()
    qtbot.waitUntil(lambda: is_at_end(table))
    table.verticalScrollBar().setValue(10)
    before = table.verticalScrollBar().maximum()
    model.beginResetModel()
    model._rows = rows(150)
    model.endResetModel()
    qtbot.waitUntil(lambda: table.verticalScrollBar().maximum() > before)
    assert table.verticalScrollBar().value() < table.verticalScrollBar().maximum()


def test_rows_and_columns_scale_and_headings_have_room(table: TextTable, qapp: QApplication, qtbot: QtBot) -> None:
    small = table.verticalHeader().defaultSectionSize()
    assert table.columnWidth(1) >= table.horizontalHeader().sectionSizeHint(1) > 40
    theme.apply(qapp, "light", 2.0)
    assert table.verticalHeader().defaultSectionSize() == 2 * small
    table.show()
    qtbot.waitUntil(lambda: table.columnWidth(1) >= table.horizontalHeader().sectionSizeHint(1))
