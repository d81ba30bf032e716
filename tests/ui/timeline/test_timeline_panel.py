"""The timeline's panel: walked through, zoomed, selected in, shown as a table, and exported."""

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.errors.reasons import SessionEnd
from app.events import Entry, Event
from app.events.calls import CallFinished
from app.events.demo import ReplayStarted, TokenExpired, TokenRevoked
from app.events.refresh import RefreshStarted
from app.events.session import SessionEnded
from app.events.tokens import AccessTokenDropped, Issued, RefreshTokenFate, TokensReceived
from app.events.wire import Exchange, ExchangeKind
from app.lanes import Lane, Lanes, Limits, MarkKind
from tests.names import AT, RT
from ui import theme
from ui.timeline import words
from ui.timeline.panel import TimelinePanel
from ui.timeline.shapes import bar_path, mark_path
from ui.timeline.walk import moment_of
from ui.widgets.hatching import hatching

NOW = 1_790_000_000.0
LIMITS = Limits(grace_s=10, idle_s=60, absolute_s=None)


class Told:
    """Lanes that are told one event after another."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self._seq = 0

    def tell(self, at: float, event: Event, cause: int | None = None) -> int:
        self._seq += 1
        self.lanes.take(Entry(self._seq, NOW + at, cause, event))
        return self._seq

    def call(self, at: float, status: int = 200) -> int:
        return self.tell(at, CallFinished("GET /api/me", status, 0.0))

    def generation(self, number: int, at: float) -> int:
        fate = RefreshTokenFate.NEW if number == 1 else RefreshTokenFate.REPLACED
        grant = "authorization_code" if number == 1 else "refresh_token"
        access = Issued(AT(number), "9f2c", 812, NOW + at + 30)
        return self.tell(
            at, TokensReceived(number, grant, access, Issued(RT(number), "77b0", 43), None, fate, "openid")
        )

    def asked(self, at: float, status: int = 200, cause: int | None = None) -> int:
        exchange = Exchange(
            kind=ExchangeKind.TOKEN,
            method="POST",
            url="https://as/token",
            started_at=NOW + at,
            duration_s=0,
            status=status,
        )
        return self.tell(at, exchange, cause)


@pytest.fixture
def told() -> Told:
    """Three generations, a replay, one token ended in each way, and the end of it all."""
    found = Told()
    found.generation(1, -120)
    found.call(-110)
    for number, at in ((2, -85), (3, -50)):
        found.asked(at, cause=found.tell(at, RefreshStarted(RT(number - 1))))
        found.generation(number, at)
        found.call(at + 4)
    found.tell(-40, TokenExpired(AT(3)))
    found.asked(-20, 400, found.tell(-20, ReplayStarted(RT(1))))
    return found


@pytest.fixture
def panel(qtbot: QtBot, told: Told) -> TimelinePanel:
    found = TimelinePanel()
    qtbot.addWidget(found)
    found.resize(1030, 270)
    found.show_lanes(told.lanes, leeway_s=3, limits=LIMITS)
    found.tick(NOW)
    found.show()
    return found


@pytest.fixture(params=["light", "dark"])
def scheme(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[theme.Scheme]:
    theme.apply(qapp, request.param)
    yield theme.current()
    theme.apply(qapp, "light")


def colours_in(image: QImage) -> set[str]:
    xs, ys = range(0, image.width(), 2), range(0, image.height(), 2)
    return {image.pixelColor(x, y).name().upper() for x in xs for y in ys}


def test_the_keyboard_reaches_every_event_in_order(qtbot: QtBot, panel: TimelinePanel, told: Told) -> None:
    view, walked = panel.view, []
    every = sorted({seq for seq, _ in told.lanes.things})
    view.selected.connect(walked.append)
    qtbot.keyClick(view, Qt.Key.Key_Home)
    for _ in every[1:]:
        qtbot.keyClick(view, Qt.Key.Key_Right)
    assert walked == every
    walked.clear()
    qtbot.keyClick(view, Qt.Key.Key_End)
    for _ in every[1:]:
        qtbot.keyClick(view, Qt.Key.Key_Left)
    assert walked == every[::-1]


def test_walking_brings_what_is_out_of_sight_into_sight(qtbot: QtBot, panel: TimelinePanel, told: Told) -> None:
    panel.view.zoom(0.1)
    for key in (Qt.Key.Key_Home, *[Qt.Key.Key_Right] * 12):
        qtbot.keyClick(panel.view, key)
        chosen = panel.view.chosen
        assert chosen is not None
        moment = moment_of(told.lanes, chosen)
        assert moment is not None
        assert panel.view.span.contains(moment)


def test_up_and_down_go_from_lane_to_lane_at_the_same_moment(qtbot: QtBot, panel: TimelinePanel, told: Told) -> None:
    received = next(bar.seq for bar in told.lanes.bars if bar.name == AT(2))
    call = next(mark.seq for mark in told.lanes.marks if mark.lane is Lane.CALLS and mark.at == NOW - 81)
    panel.select(call)
    lanes = []
    for key in [Qt.Key.Key_Down] * 3 + [Qt.Key.Key_Up] * 2:
        qtbot.keyClick(panel.view, key)
        lanes.append(panel.view._lane)
    assert lanes == [Lane.ACCESS, Lane.REFRESH, Lane.TOKEN_REQUESTS, Lane.REFRESH, Lane.ACCESS]
    assert panel.view.chosen == received
    assert "AT-2" in panel.view.accessibleDescription()
    assert "RT-2" not in panel.view.accessibleDescription()


@pytest.mark.parametrize("turned", [120, -240])
def test_the_wheel_zooms_and_keeps_the_moment_under_the_cursor(panel: TimelinePanel, turned: int) -> None:
    view = panel.view
    x, before = 700.0, view.span.seconds
    moment = view._frame().moment(x)
    event = QWheelEvent(
        QPointF(x, 80),
        view.mapToGlobal(QPointF(x, 80)),
        QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)
    assert (view.span.seconds < before) is (turned > 0)
    assert view._frame().moment(x) == pytest.approx(moment, abs=1e-3)
    assert not panel.follow_button.isChecked()


def test_follow_zoom_and_pan_by_keys(qtbot: QtBot, panel: TimelinePanel) -> None:
    view, seconds = panel.view, panel.view.span.seconds
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.span.seconds == pytest.approx(seconds / 1.25)
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.span.seconds == pytest.approx(seconds)
    assert view.follows
    begin = view.span.begin
    qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.span.begin == pytest.approx(begin - seconds / 10)
    assert not view.follows
    panel.tick(NOW + 5)
    assert view.span.begin == pytest.approx(begin - seconds / 10)
    qtbot.keyClick(view, Qt.Key.Key_F)
    assert view.span.begin == pytest.approx(begin + 5)
    assert panel.follow_button.isChecked()


def test_dragging_moves_and_a_click_selects(qtbot: QtBot, panel: TimelinePanel, told: Told) -> None:
    view = panel.view
    bar = next(bar for bar in told.lanes.bars if bar.name == RT(2))
    frame = view._frame()
    at = QPoint(round(frame.x(bar.begins_at + 8)), round(frame.middle(Lane.REFRESH)))
    with qtbot.waitSignal(view.selected) as chosen:
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=at)
    assert chosen.args == [bar.seq]
    assert view._lane is Lane.REFRESH
    moment = frame.moment(at.x())
    qtbot.mouseMove(view, at + QPoint(100, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at + QPoint(100, 0))
    if not view.follows:  # some platforms move the mouse without its button
        assert view._frame().moment(at.x() + 100) == pytest.approx(moment, abs=0.01)
    assert "RT-2, received" in view.sentence_at(at.x() + 1, at.y()) or not view.follows


def test_a_selection_from_outside_is_framed_and_told_but_not_told_again(
    qtbot: QtBot, panel: TimelinePanel, told: Told
) -> None:
    seq = next(bar.seq for bar in told.lanes.bars if bar.name == AT(2))
    before = panel.view.image(1.0)
    panel.table_button.setChecked(True)
    panel.table.setFocus()
    with qtbot.assertNotEmitted(panel.selected), qtbot.assertNotEmitted(panel.view.selected):
        panel.select(seq)
    assert panel.view.chosen == seq
    assert panel.model.seq_at(panel.table.currentIndex().row()) == seq
    assert panel.view.image(1.0) != before
    assert panel._chosen_label.whole_text().startswith("AT-2, received 1 min 25 s ago")
    started = next(seq for seq in range(1, 99) if told.lanes.shown(seq) not in (seq, None))
    panel.select(started)
    assert panel.view.chosen == told.lanes.shown(started)
    panel.select(10_000)
    assert panel.view.chosen is None


def test_table_and_view_agree(qtbot: QtBot, panel: TimelinePanel, told: Told) -> None:
    model = panel.model
    seqs = [model.seq_at(row) for row in range(model.rowCount())]
    assert seqs == [seq for seq, _ in told.lanes.things]
    assert len(seqs) == len(told.lanes.bars) + len(told.lanes.marks)
    said = [model.index(row, 2).data() for row in range(model.rowCount())]
    assert sum(text.startswith("AT-2, ") for text in said) == 1
    assert any(text.startswith("replay refused: ") and "It sent RT-1." in text for text in said)
    panel.table_button.setChecked(True)
    assert panel.table.isVisible()
    with qtbot.waitSignal(panel.selected) as chosen:
        panel.table.selectRow(3)
    assert chosen.args == [seqs[3]]
    assert panel.view.chosen == seqs[3]
    qtbot.keyClick(panel.view, Qt.Key.Key_End)
    assert model.seq_at(panel.table.currentIndex().row()) == seqs[-1]


def test_the_table_grows_while_it_is_shown_and_keeps_its_selection(
    qtbot: QtBot, qtmodeltester: ModelTester, panel: TimelinePanel, told: Told
) -> None:
    qtmodeltester.check(panel.model)
    panel.table_button.setChecked(True)
    panel.table.selectRow(2)
    rows, chosen = panel.model.rowCount(), panel.view.chosen
    told.generation(4, -1)
    with qtbot.assertNotEmitted(panel.model.modelReset), qtbot.assertNotEmitted(panel.selected):
        panel.refresh()
    assert panel.model.rowCount() == rows + 2
    assert (panel.table.currentIndex().row(), panel.view.chosen) == (2, chosen)
    last = panel.model.index(rows, 2)
    assert last.data().endswith("in hand.")
    panel.tick(NOW + 60)
    assert last.data().endswith("lapsed.")


def test_unknown_limits_are_said_but_not_drawn(panel: TimelinePanel, told: Told) -> None:
    assert "idle limit: 1 min, absolute limit: not stated by the server" in panel.view.accessibleDescription()
    panel.show_lanes(told.lanes, leeway_s=0)
    assert "idle and absolute limit: not stated by the server" in panel.view.accessibleDescription()
    frame = panel.view._frame()
    assert panel.view.sentence_at(10, frame.middle(Lane.REFRESH)) == panel.view.accessibleDescription()
    assert not panel.view._shown().limits


def test_an_image_of_it_has_every_colour_of_what_is_drawn(panel: TimelinePanel, scheme: theme.Scheme) -> None:
    image = panel.view.image(2.0)
    assert image.size() == panel.view.size() * 2
    assert image.pixelColor(0, 0) == QColor(scheme.surface)
    colours = colours_in(image)
    for role in ("access", "refresh", "good", "bad", "warning"):
        assert getattr(scheme, role) in colours, role
    octets = QByteArray()
    buffer = QBuffer(octets)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")
    buffer.close()
    assert octets.data().startswith(b"\x89PNG")


def words_in(svg: bytes) -> str:
    """Return all that is written in a picture, in one: a word may be in pieces, each in a font of its own."""
    return "".join("".join(each.itertext()) for each in ElementTree.fromstring(svg).iter() if each.tag.endswith("text"))


def test_the_svg_of_it_is_xml_with_the_names(panel: TimelinePanel, scheme: theme.Scheme) -> None:
    texts = words_in(panel.view.svg())
    for word in ("AT-1 · 30 s · lapsed", "RT-2 · rotated", "RT-3", "code", "replay refused", "idle limit", "now"):
        assert word in texts, word
    root = ElementTree.fromstring(panel.view.svg())
    assert root.get("viewBox") == f"0 0 {panel.view.width()} {panel.view.height()}"


def test_ends_are_told_by_shape_and_word(panel: TimelinePanel, told: Told) -> None:
    told.generation(4, -15)
    told.tell(-8, TokenRevoked(RT(4)))
    told.tell(-4, AccessTokenDropped(AT(4)))
    told.tell(-2, SessionEnded(SessionEnd.REFUSED))
    panel.view.zoom(0.25)
    panel.refresh()
    texts = words_in(panel.view.svg())
    for word in ("RT-4 · revoked", "dropped", "session ended"):
        assert word in texts, word


def test_every_kind_of_mark_has_a_word_and_shapes_differ() -> None:
    kinds = set(MarkKind) - {MarkKind.CALL}
    assert set(words.MARK_WORDS) == kinds
    shapes = {}
    for kind in MarkKind:
        path = mark_path(kind, 5)
        points = tuple((path.elementAt(place).x, path.elementAt(place).y) for place in range(path.elementCount()))
        shapes.setdefault(points, []).append(kind)
    alike = [kinds for kinds in shapes.values() if len(kinds) > 1]
    assert alike == [[MarkKind.FAILED_CALL, MarkKind.REFUSAL], [MarkKind.SIGN_OUT, MarkKind.SESSION_END]]


def test_presenter_mode_names_generations_by_shape_and_draws_larger(panel: TimelinePanel) -> None:
    plain = panel.view.svg()
    panel.show_presenter(on=True)
    assert "■ RT-2" in words_in(panel.view.svg())
    assert "■" not in words_in(plain)
    panel.show_presenter(on=False)
    assert panel.view.svg() == plain


@pytest.mark.parametrize("zoom", [1.0, 1.35, 2.0])
def test_lane_names_fit_in_any_type(qapp: QApplication, panel: TimelinePanel, zoom: float) -> None:
    theme.apply(qapp, "light", zoom)
    try:
        look, frame = panel.view._looks(), panel.view._frame()
        assert look.name.pixelSize() == round(13 * zoom)
        widest = max(QFontMetricsF(look.name).horizontalAdvance(name) for name in words.LANE_NAMES.values())
        assert widest <= frame.left - 10 * zoom
        assert frame.scale == theme.px(100) / 100
    finally:
        theme.apply(qapp, "light")


def test_export_is_asked_for(qtbot: QtBot, panel: TimelinePanel) -> None:
    button = panel.findChild(QPushButton, "exportTimelineButton")
    with qtbot.waitSignal(panel.export_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_hatching_stays_inside_and_open_bars_have_no_edge() -> None:
    area = QRectF(3.5, 10, 40, 18)
    lines = hatching(area)
    assert len(lines) > 8
    for line in lines:
        for point in (line.p1(), line.p2()):
            assert area.adjusted(-0.01, -0.01, 0.01, 0.01).contains(point)
    edge = QRectF(area.right() - 0.5, area.center().y() - 1, 1, 2)
    assert bar_path(area, 4, cut_left=False, cut_right=False).intersects(edge)
    assert area.right() == bar_path(area, 4, cut_left=False, cut_right=True).boundingRect().right()
