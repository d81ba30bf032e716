"""The dialog of the demo org's addresses: everything can be copied, secrets are masked until asked for."""

from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.demo.addresses import addresses_of
from ui.demo.addresses import AddressesDialog

ADDRESSES = addresses_of("http://127.0.0.1:8899", "identity")


def opened(qtbot: QtBot) -> AddressesDialog:
    dialog = AddressesDialog(ADDRESSES)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def field(dialog: AddressesDialog, name: str) -> QLineEdit:
    found = dialog.findChild(QLineEdit, name)
    assert found is not None
    return found


def button(dialog: AddressesDialog, name: str) -> QPushButton:
    found = dialog.findChild(QPushButton, name)
    assert found is not None
    return found


def test_secrets_are_masked_until_asked_for_and_again_afterwards(qtbot: QtBot) -> None:
    dialog = opened(qtbot)
    for name, value in (("apiToken", ADDRESSES.api_token), ("controlToken", ADDRESSES.control_token)):
        assert value not in [each.text() for each in dialog.findChildren(QLineEdit)]
        button(dialog, f"{name}ShowButton").click()
        assert field(dialog, f"{name}Edit").text() == value
        button(dialog, f"{name}ShowButton").click()
        assert field(dialog, f"{name}Edit").text() != value


def test_everything_can_be_copied_while_it_is_masked(qtbot: QtBot) -> None:
    dialog = opened(qtbot)
    copied: list[str] = []
    dialog.copy_requested.connect(copied.append)
    dialog.copy_secret_requested.connect(copied.append)
    for name in ("issuer", "clientId", "apiUrl", "orgUrl", "apiToken", "controlUrl", "controlToken"):
        button(dialog, f"{name}CopyButton").click()
    assert copied == [
        ADDRESSES.issuer,
        ADDRESSES.client_id,
        ADDRESSES.api_url,
        ADDRESSES.org_url,
        ADDRESSES.api_token,
        ADDRESSES.control_url,
        ADDRESSES.control_token,
    ]


def test_every_control_has_a_name_of_its_own(qtbot: QtBot) -> None:
    dialog = opened(qtbot)
    names = [each.accessibleName() or each.text() for each in dialog.findChildren(QPushButton)]
    assert len(names) == len(set(names))
    assert all(each.accessibleName() for each in dialog.findChildren(QLineEdit))
