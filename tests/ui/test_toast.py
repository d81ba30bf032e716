"""Toasts and announcements: short, few, plain, in nobody's way, and nothing runs while there are none."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.qt_deleted import delete_now
from ui import theme
from ui.widgets.announcer import Announcer
from ui.widgets.toast import Toasts

LEANS = 4  # px that a letter at the end of a line may lean out of its own width
HTML = "<b>bold</b><img src=x>"


class Host(QWidget):
    """A window with a field that has the focus, and a button under the toasts."""

    def __init__(self) -> None:
        super().__init__()
        self.edit = QLineEdit()
        self.button = QPushButton("a button as large as the window")
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.addWidget(self.edit)
        column.addWidget(self.button)
        self.resize(700, 460)
        self.toasts = Toasts(self)


@pytest.fixture
def host(qtbot: QtBot) -> Host:
    made = Host()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    made.edit.setFocus()
    return made


def timers(host: QWidget) -> list[QTimer]:
    return [each for each in host.findChildren(QTimer) if each.isActive()]


def life_of(host: Host) -> QTimer:
    found = [each for each in timers(host) if each.objectName() == "toastTimer"]
    assert len(found) == 1
    return found[0]


def test_a_toast_takes_no_focus_no_mouse_and_no_window(qtbot: QtBot, host: Host) -> None:
    windows = set(QApplication.topLevelWidgets())
    host.toasts.show_toast("Copied AT-3.", "good")
    assert host.toasts.isVisible()
    assert host.focusWidget() is host.edit
    assert set(QApplication.topLevelWidgets()) == windows
    below = host.toasts.geometry().center()
    assert host.childAt(below) is host.button
    with qtbot.waitSignal(host.button.clicked):
        QTest.mouseClick(host.windowHandle(), Qt.MouseButton.LeftButton, pos=below)
    assert host.toasts.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_it_lives_four_seconds_and_sixty_milliseconds_a_character(qtbot: QtBot, host: Host) -> None:
    host.toasts.show_toast("ten letter")
    timer = life_of(host)
    assert timer.interval() == 4600
    assert timer.isSingleShot()
    timer.timeout.emit()
    assert host.toasts.texts() == ()
    assert host.toasts.isHidden()
    assert [each.objectName() for each in timers(host)] == ["announcerTimer"]


def test_nothing_runs_without_a_toast(host: Host) -> None:
    assert timers(host) == []
    host.toasts.show_toast("one")
    assert timers(host)
    host.toasts.clear()
    host.toasts.announcer._pause.timeout.emit()
    host.toasts.announcer._pause.stop()
    assert timers(host) == []


def test_the_second_after_the_last_announcement_ends_by_itself(qtbot: QtBot, host: Host) -> None:
    host.toasts.announcer.announce("one")
    pause = host.toasts.announcer._pause
    assert (pause.interval(), pause.isSingleShot()) == (1000, True)
    pause.setInterval(0)
    qtbot.waitUntil(lambda: timers(host) == [])


def test_three_at_most_and_the_newest_lowest(host: Host) -> None:
    for number in range(5):
        host.toasts.show_toast(f"toast {number}")
    assert host.toasts.texts() == ("toast 2", "toast 3", "toast 4")
    assert len([each for each in timers(host) if each.objectName() == "toastTimer"]) == 3


def test_the_same_again_is_counted_and_its_time_begins_anew(host: Host) -> None:
    for _ in range(3):
        host.toasts.show_toast("Refreshed", "good")
    assert host.toasts.texts() == ("Refreshed ×3",)
    life_of(host)
    host.toasts.show_toast("Refreshed", "bad")
    assert host.toasts.texts() == ("Refreshed ×3", "Refreshed")
    host.toasts.show_toast("Refreshed", "good")
    assert host.toasts.texts() == ("Refreshed", "Refreshed ×4")
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    shown = [each for each in host.toasts.findChildren(QFrame) if each.property("toast")]
    assert [each.property("tone") for each in sorted(shown, key=QFrame.y)] == ["bad", "good"]


def test_a_window_nobody_sees_shows_none(qtbot: QtBot, host: Host) -> None:
    host.toasts.show_toast("one")
    host.hide()
    assert host.toasts.texts() == ()
    host.toasts.announcer._pause.stop()
    host.toasts.show_toast("two")
    assert timers(host) == []
    host.show()
    host.toasts.show_toast("three")
    host.showMinimized()
    assert host.toasts.texts() == ()
    host.showNormal()


def test_it_keeps_to_the_lower_middle(qtbot: QtBot, host: Host) -> None:
    host.toasts.show_toast("one")
    for size in (QSize(900, 700), QSize(660, 450)):
        host.resize(size)
        assert abs(host.toasts.geometry().center().x() - size.width() // 2) <= 1
        assert size.height() * 0.8 < host.toasts.geometry().bottom() < size.height()
    host.toasts.clear()
    with qtbot.assertNotEmitted(host.toasts.announcer.announced):
        host.resize(800, 600)


_WORDS = st.text(st.characters(categories=("L", "N", "P", "S", "Mn"), codec="utf-8"), min_size=1, max_size=60)
_TEXTS = st.one_of(
    st.lists(st.one_of(_WORDS, st.sampled_from(["of", "sentence", "words"])), min_size=1, max_size=60).map(" ".join),
    st.tuples(st.sampled_from("xW中é😀"), st.integers(1, 300)).map(lambda found: found[0] * found[1]),
)


@pytest.fixture(params=[1.0, theme.PRESENTER_ZOOM, 2.0])
def zoomed(qapp: QApplication, host: Host, request: pytest.FixtureRequest) -> Iterator[Host]:
    theme.apply(qapp, "light", request.param)
    yield host
    theme.apply(qapp, "light")


@given(
    texts=st.lists(_TEXTS, min_size=1, max_size=4),
    width=st.integers(960, 1920),
    height=st.integers(600, 1200),
    narrower=st.integers(960, 1920),
)
@example(texts=["a sentence of many words " * 8] * 2, width=960, height=600, narrower=960)
@example(texts=["W" * 240, "x" * 240, "https://" + "x" * 5000], width=1920, height=1200, narrower=960)
def test_no_text_is_clipped(zoomed: Host, texts: list[str], width: int, height: int, narrower: int) -> None:
    zoomed.toasts.clear()  # of the example before
    delete_now()
    zoomed.resize(width, height)
    for text in texts:
        zoomed.toasts.show_toast(text)
        assert zoomed.toasts.texts()[-1].startswith(text[:200])
        assert clipped(zoomed) == []
    zoomed.resize(narrower, height)
    assert clipped(zoomed) == []


def clipped(host: Host) -> list[str]:
    toasts = host.toasts
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    labels = [each for each in toasts.findChildren(QLabel) if each.isVisible()]
    found = [] if host.rect().contains(toasts.geometry()) else ["the toasts reach out of the window"]
    for each in labels:
        wanted = each.fontMetrics().boundingRect(QRect(0, 0, each.width(), 10_000), wrapped(each), each.text())
        if wanted.width() > each.width() + LEANS or wanted.height() > each.height():
            found.append(f"{each.text()!r} needs {wanted.size()} and has {each.size()}")
        if not toasts.rect().contains(QRect(each.mapTo(toasts, QPoint()), each.size())):
            found.append(f"{each.text()!r} reaches out of the toasts")
    return found


def wrapped(shown: QLabel) -> int:
    return Qt.TextFlag.TextWordWrap.value if shown.wordWrap() else 0


def test_in_a_low_window_the_oldest_give_way(qapp: QApplication, host: Host) -> None:
    theme.apply(qapp, "light", 2.0)
    try:
        host.resize(960, 600)
        for letter in "ABC":
            host.toasts.show_toast(f"{letter} " + "W" * 230)
        assert [each[0] for each in host.toasts.texts()] in (["B", "C"], ["C"])
        assert clipped(host) == []
    finally:
        theme.apply(qapp, "light")


def test_texts_are_plain_and_never_endless(host: Host) -> None:
    host.toasts.show_toast(HTML)
    host.toasts.show_toast("x" * 10_000)
    assert all(each.textFormat() == Qt.TextFormat.PlainText for each in host.toasts.findChildren(QLabel))
    assert len(host.toasts.texts()[1]) == 240


@pytest.mark.parametrize("tone", ["neutral", "good", "warning", "bad"])
def test_the_tone_is_told_by_a_shape_too(host: Host, tone: str) -> None:
    host.toasts.show_toast("one", tone)
    marks = {each.text() for each in host.toasts.findChildren(QLabel)} & set("●▲■○")
    assert len(marks) == 1


def test_announcements_within_a_second_are_said_together(qtbot: QtBot, host: Host) -> None:
    announcer = Announcer(host)
    said: list[str] = []
    announcer.announced.connect(said.append)
    announcer.announce("AT-1 is here.")
    announcer.announce("AT-2 is here.")
    announcer.announce("AT-2 is here.")
    announcer.announce("AT-3 is here.")
    assert said == ["AT-1 is here."]
    announcer._pause.timeout.emit()
    assert said == ["AT-1 is here.", "AT-2 is here. AT-3 is here."]


def test_a_flood_of_announcements_is_cut_to_the_newest(host: Host) -> None:
    announcer = Announcer(host)
    said: list[str] = []
    announcer.announced.connect(said.append)
    for number in range(100):
        announcer.announce(f"{number}.")
    announcer._pause.timeout.emit()
    assert said == ["0.", "97. 98. 99."]
    announcer.announce("old.")
    announcer.announce("new.", instead=True)
    announcer._pause.timeout.emit()
    assert said[-1] == "new."


def test_a_window_nobody_sees_says_nothing(host: Host) -> None:
    announcer = Announcer(host)
    said: list[str] = []
    announcer.announced.connect(said.append)
    announcer.announce("one")
    announcer.announce("two")
    host.hide()
    announcer._pause.timeout.emit()
    announcer._pause.stop()
    announcer.announce("three")
    assert said == ["one"]
    assert timers(host) == []


def test_toasts_are_announced(host: Host) -> None:
    said: list[str] = []
    host.toasts.announcer.announced.connect(said.append)
    host.toasts.show_toast("Copied.")
    assert said == ["Copied."]
