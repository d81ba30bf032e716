"""The inspector's panel: decoded leniently, judged rule by rule, compared; nothing taken for markup, nothing sent."""

import base64
import json
from time import process_time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit, QTableView, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.inspection.inspector import Inspection, inspect_text
from app.secret import Secret
from app.token_name import TokenName
from tests.names import AT
from tests.preview.tokens import NOW, against, generations_of, inspections_of, signed_jwt, tokens_of
from ui.inspector.model import ClaimsModel
from ui.inspector.panel import InspectorPanel
from ui.inspector.rows import rows_of
from ui.widgets.table import TextModel, TextRow

HTML = "<b>bold</b><img src=x>"


def panel(qtbot: QtBot, held: tuple[Inspection, ...] = (), **more: object) -> InspectorPanel:
    found = InspectorPanel()
    qtbot.addWidget(found)
    found.resize(1000, 500)
    found.show()
    found.show_inspections(held, more.get("generations", ()))  # type: ignore[arg-type]
    found.tick(NOW)
    return found


def texts(table: QTableView, column: int) -> list[str]:
    model = table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def claims(**more: object) -> Inspection:
    return inspect_text(signed_jwt({"sub": "u", **more}), "", against())


def test_a_token_in_hand_says_that_its_signature_holds(qtbot: QtBot) -> None:
    found = panel(qtbot, inspections_of(tokens_of(1, age_s=6)))
    assert found.picker.currentText() == "Access token AT-1"
    assert found._verdict.text() == "signature verified"
    assert "shown, not relied on" in found._sentence.text()
    assert "kid demo-1" in found._head.whole_text()
    assert not found._state.isVisible()
    assert texts(found.claims.table, 3)[:2] == ["✓", "?"]


def test_a_lapse_stands_beside_the_signature(qtbot: QtBot) -> None:
    found = panel(qtbot, inspections_of(tokens_of(1, age_s=33)))
    assert found._verdict.text().startswith("signature verified")
    assert found._state.isVisible()
    assert "lapsed" in texts(found.claims.table, 3)
    assert "has expired" in found._sentence.text()


def test_every_rule_has_its_row_with_word_and_shape(qtbot: QtBot) -> None:
    tokens = tokens_of(1, age_s=6)
    found = panel(qtbot, inspections_of(tokens))
    found.picker.setCurrentIndex(1)
    shown = found.current()
    assert shown is not None
    assert shown.verification is not None
    assert texts(found.rules.table, 1) == [each.rule for each in shown.verification.verdicts]
    assert set(texts(found.rules.table, 0)) == {"✓ passed", "– not applicable", "? cannot be checked"}
    assert all(texts(found.rules.table, 4))


def test_a_forgery_is_named_by_its_rule_and_brought_into_sight(qtbot: QtBot) -> None:
    head, body, signature = signed_jwt({"sub": "u", "exp": NOW + 60}).reveal().split(".")
    forged = inspect_text(Secret(f"{head}.{body}.{signature[4:8]}{signature[4:]}"), "", against())
    found = panel(qtbot)
    found.show_pasted((forged,))
    assert found._verdict.text() == "not valid: signature"
    assert "✗ failed" in texts(found.rules.table, 0)


def test_the_witnesses_of_the_end(qtbot: QtBot) -> None:
    found = panel(qtbot, inspections_of(tokens_of(3, age_s=12)))
    assert texts(found.expiry.table, 2)[0] == "Lapse acts on this one."
    assert "in 18 s" in texts(found.expiry.table, 1)[0]
    found.tick(NOW + 20)
    assert "2 s ago" in texts(found.expiry.table, 1)[0]
    assert found._state.isVisible()


def test_the_difference_to_another_generation(qtbot: QtBot) -> None:
    before, after = tokens_of(2, age_s=40), tokens_of(3, age_s=6, scopes=("openid",))
    found = panel(qtbot, inspections_of(after), generations=generations_of(before, after))
    view = found.compare
    assert view.picker.currentText() == "AT-2"
    assert view.summary() == "1 unexpected, 2 expected in every new generation."
    assert texts(view.table, 1) == ["scp"]
    assert texts(view.table, 4) == ["The scope lost offline_access, profile."]
    view.expected_box.setChecked(True)
    assert texts(view.table, 1) == ["scp", "iat", "exp"]


def test_nothing_to_compare_with_is_said(qtbot: QtBot) -> None:
    tokens = tokens_of(1, age_s=6)
    found = panel(qtbot, inspections_of(tokens), generations=generations_of(tokens))
    assert "no other generation" in found.compare.summary()
    assert not found.compare.picker.isEnabled()


def test_search_finds_names_values_and_meanings(qtbot: QtBot) -> None:
    found = panel(qtbot, inspections_of(tokens_of(1, age_s=6)))
    for wanted, names in (("EXP", ["exp"]), ("ada@", ["sub"]), ("granted scopes", ["scp"]), ("nothing", [])):
        found.claims.filter_edit.setText(wanted)
        assert texts(found.claims.table, 0) == names


def test_a_value_is_read_and_copied_in_full(qtbot: QtBot) -> None:
    nested = {"street": "x" * 600, "list": [1, {"a": HTML}]}
    found = panel(qtbot)
    found.show_pasted((claims(address=nested),))
    found.claims.filter_edit.setText("address")
    found.claims.table.selectRow(0)
    assert json.loads(found.claims.value_view.toPlainText()) == nested
    copied: list[str] = []
    found.copy_requested.connect(copied.append)
    found.claims.copy_button.click()
    found.claims.copy_all_button.click()
    assert json.loads(copied[0]) == nested
    assert json.loads(copied[1])["address"] == nested


def test_control_c_copies_a_cell(qtbot: QtBot) -> None:
    found = panel(qtbot, inspections_of(tokens_of(1, age_s=6)))
    found.claims.table.setCurrentIndex(found.claims.model.index(0, 1))
    found.claims.table.setFocus()
    qtbot.keyClick(found.claims.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:8899/oauth2/default"


def test_claims_are_never_markup(qtbot: QtBot) -> None:
    found = panel(qtbot)
    found.show_pasted((claims(name=HTML, **{HTML: "x"}),))
    model = found.claims.model
    assert HTML in texts(found.claims.table, 1)
    for row in range(model.rowCount()):
        for column in range(4):
            tip = model.data(model.index(row, column), Qt.ItemDataRole.ToolTipRole)
            assert "<img" not in tip
            assert "<b>" not in tip
    assert HTML in found.json.view.toPlainText()


def test_a_header_is_never_markup_either(qtbot: QtBot) -> None:
    found = panel(qtbot)
    header, _, rest = signed_jwt({"sub": "u"}).reveal().partition(".")
    made = json.loads(base64.urlsafe_b64decode(header + "==")) | {"kid": HTML}
    forged = base64.urlsafe_b64encode(json.dumps(made).encode()).decode().rstrip("=")
    found.show_pasted((inspect_text(Secret(f"{forged}.{rest}"), "", against()),))
    assert HTML in found._head.whole_text()
    assert HTML not in found._head.toolTip()
    assert "&lt;b&gt;bold" in found._head.toolTip()


def test_in_presenter_mode_a_signature_is_masked_in_any_spelling(qtbot: QtBot) -> None:
    tokens = tokens_of(1, age_s=6)
    found = panel(qtbot, inspections_of(tokens))
    assert tokens.access is not None
    signature = base64.urlsafe_b64decode(tokens.access.value.reveal().rpartition(".")[2] + "==")
    assert signature.hex(" ") in found.json.view.toPlainText()
    found.show_presenter(on=True)
    assert "(masked)" in found.json.view.toPlainText()
    found.picker.setCurrentIndex(1)
    found.picker.setCurrentIndex(0)
    assert signature.hex(" ")[:12] not in found.json.view.toPlainText()
    found.show_presenter(on=False)
    assert signature.hex(" ") in found.json.view.toPlainText()


def test_an_opaque_token_is_said_as_such(qtbot: QtBot) -> None:
    found = panel(qtbot, inspections_of(tokens_of(1, age_s=6)))
    found.picker.setCurrentIndex(2)
    assert found.picker.currentText() == "Refresh token RT-1"
    assert found._verdict.text() == "opaque"
    assert "Opaque, 25 characters. Only the server knows" in found._sentence.text()
    assert texts(found.rules.table, 0) == []


def test_the_kind_chosen_stays_chosen(qtbot: QtBot) -> None:
    found = panel(qtbot, inspections_of(tokens_of(1, age_s=33)))
    found.picker.setCurrentIndex(1)
    found.tabs.setCurrentIndex(2)
    found.show_inspections(inspections_of(tokens_of(2, age_s=1)), ())
    assert found.picker.currentText() == "ID token ID-2"
    assert found.expiry.isVisible()


def test_buttons_say_whom_they_would_ask_and_ask_nobody_by_themselves(qtbot: QtBot) -> None:
    from dataclasses import replace

    from app.inspection.inspector import inspect_held

    tokens = tokens_of(1, age_s=6)
    assert tokens.access is not None
    without_keys = inspect_held(tokens.access, tokens, replace(against(), keys=None))
    found = panel(qtbot, (without_keys,))
    found.show_hosts("as.example", "")
    assert found.fetch_button.isVisible()
    assert found.fetch_button.whole_text() == "Fetch keys from as.example"
    assert not found.introspect_button.isEnabled()
    assert "introspection without" in found.introspect_button.accessibleDescription()
    found.show_hosts("as.example", "as.example")
    asked: list[TokenName] = []
    found.introspect_requested.connect(asked.append)
    found.introspect_button.click()
    assert asked == [AT(1)]
    with qtbot.waitSignal(found.fetch_keys_requested):
        found.fetch_button.click()


def test_ten_thousand_claims_and_deep_json_leave_the_window_responsive(qtbot: QtBot) -> None:
    found = panel(qtbot)
    many = claims(**{f"claim-{number}": number for number in range(10_000)})
    deep = inspect_text(Secret("eyJhbGciOiJub25lIn0." + "W1tb" * 100_000 + ".x"), "", against())
    long = inspect_text(Secret("x" * (1 << 20)), "", against())
    began = process_time()
    for inspection in (many, deep, long):
        found.show_pasted((inspection,))
        found.tick(NOW)
        assert found._sentence.text()
    assert process_time() - began < 5, "this must cost tenths of a second, whatever else the machine does meanwhile"
    assert found._verdict.text()
    found.show_pasted((many,))
    assert found.claims.model.rowCount() == 10_001


@pytest.mark.parametrize("which", ["claims", "text"])
def test_the_models_keep_to_qts_rules(which: str, qtmodeltester: ModelTester) -> None:
    if which == "claims":
        model = ClaimsModel()
        model.show_rows(rows_of({"iss": "i", "exp": NOW, "x": [1]}))
        qtmodeltester.check(model)
    else:
        text = TextModel(("a", "b"))
        text.show_rows((TextRow(("1", "2"), "good"), TextRow(("3", "4"))))
        qtmodeltester.check(text)


def test_every_control_can_be_reached_and_is_named(qtbot: QtBot) -> None:
    found = panel(qtbot, inspections_of(tokens_of(1, age_s=6)))
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QTableView)
    for widget in found.findChildren(QWidget):
        if isinstance(widget, kinds) and widget.objectName() and not widget.objectName().startswith("qt_"):
            assert widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()), (
                widget.objectName()
            )
            assert widget.focusPolicy() != Qt.FocusPolicy.NoFocus
