"""What the demo org grants and for how long: presets, lifetimes, the grant, rotation and its grace period."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from app.demo.applications import Rotation
from app.demo.controls import first_knobs
from app.demo.presets import PRESETS, Preset
from ui.demo.settled_controls import CalmPicker, StopSlider
from ui.demo.slider_stops import ACCESS_S, GRACE_S, IDLE_S, REFRESH_S, lasting, lasting_or_unlimited
from ui.text import plain_tooltip
from ui.widgets.labels import label


class LifetimeControls(QWidget):
    """Shows the settings; `turn_requested` carries one by name, `preset_requested` a preset's name."""

    turn_requested = Signal(str, object)
    preset_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("demoLifetimes")
        self._followed: Preset | None = None
        self._is_as_new = False
        self._wanted = ""
        self._build_picker()
        self._build_sliders()
        self._build_boxes()
        self._lay_out()

    def show_knobs(self, knobs: Mapping[str, Any]) -> None:
        """Show the org's settings, including values between the sliders' stops."""
        for name, slider in self.sliders.items():
            slider.show_value(int(knobs[name]))
        rotates = knobs["rotation_type"] == Rotation.ROTATE
        self.grant_box.setChecked(bool(knobs["refresh_grant_enabled"]))
        self.rotate_box.setChecked(rotates)
        why_not = "" if rotates else "A refresh token that is not rotated needs no grace period."
        grace = "How long a rotated refresh token is still accepted, in case a response got lost"
        self.sliders["grace_s"].show_allowed(why_not, grace)
        self._followed = matching(knobs, self._wanted)
        self._is_as_new = dict(knobs) == first_knobs()
        self._show_preset()

    def _show_preset(self) -> None:
        preset = self._followed
        self.preset_picker.setCurrentIndex(0 if preset is None else list(PRESETS).index(preset.name) + 1)
        by_nobody = "The settings of a new demo org: short lifetimes, so that you see a lapse within a minute."
        text = by_nobody if self._is_as_new else "Changed by hand."
        if preset is not None:
            text = f"{preset.behaviour} ({preset.source})"
        self.preset_label.setText(text)
        self.preset_picker.setToolTip(plain_tooltip(text))
        self.preset_picker.setAccessibleDescription(text)

    def _build_picker(self) -> None:
        self.preset_picker = CalmPicker()
        self.preset_picker.setObjectName("demoPresetPicker")
        self.preset_picker.setAccessibleName("Preset: how a known server treats refresh tokens")
        self.preset_picker.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.preset_picker.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.preset_picker.setMinimumContentsLength(8)
        self.preset_picker.addItem("Custom")
        for preset in PRESETS.values():
            self.preset_picker.addItem(preset.name, preset.name)
            tooltip = plain_tooltip(f"{preset.behaviour} ({preset.source})")
            self.preset_picker.setItemData(self.preset_picker.count() - 1, tooltip, Qt.ItemDataRole.ToolTipRole)
        self.preset_picker.activated.connect(self._on_preset)
        self.preset_label = label(role="muted", wrap=True)
        self.preset_label.setObjectName("demoPresetLabel")

    def _build_sliders(self) -> None:
        self.sliders = {
            "access_token_lifetime_s": StopSlider("accessLifetime", "Access token", ACCESS_S, lasting),
            "refresh_token_lifetime_s": StopSlider("refreshLifetime", "Refresh token", REFRESH_S, lasting_or_unlimited),
            "refresh_idle_s": StopSlider("refreshIdle", "Idle limit", IDLE_S, lasting_or_unlimited),
            "grace_s": StopSlider("grace", "Grace period", GRACE_S, lasting),
        }
        hints = {
            "access_token_lifetime_s": "Applies to tokens issued from now on",
            "refresh_token_lifetime_s": "Counts from the sign-in; a rotated token inherits what is left",
            "refresh_idle_s": "A refresh token that is unused for this long expires",
            "grace_s": "",
        }
        for name, slider in self.sliders.items():
            slider.show_allowed(hint=hints[name])
            slider.setProperty("knob", name)
            slider.chosen.connect(self._on_slider)

    def _build_boxes(self) -> None:
        self.grant_box = QCheckBox("Refresh Token grant enabled")
        self.grant_box.setObjectName("refreshGrantBox")
        self.grant_box.setToolTip("Without it a sign-in returns no refresh token, and existing ones are rejected")
        self.grant_box.clicked.connect(self._on_grant)
        self.rotate_box = QCheckBox("Rotate after every use")
        self.rotate_box.setObjectName("rotateBox")
        self.rotate_box.setToolTip("Every refresh brings a new refresh token, and the one before is used up")
        self.rotate_box.clicked.connect(self._on_rotate)

    def _on_preset(self, place: int) -> None:
        name = self.preset_picker.itemData(place)
        if name:
            self._wanted = name
            self.preset_requested.emit(name)
        else:
            self._show_preset()  # "Custom" only shows the state and cannot be chosen

    def _on_slider(self, value: int) -> None:
        self.turn_requested.emit(self.sender().property("knob"), value)

    def _on_grant(self, on: bool) -> None:  # noqa: FBT001 - a signal's one argument
        self.turn_requested.emit("refresh_grant_enabled", on)

    def _on_rotate(self, on: bool) -> None:  # noqa: FBT001 - a signal's one argument
        self.turn_requested.emit("rotation_type", (Rotation.ROTATE if on else Rotation.STATIC).value)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label("LIFETIMES", role="section"))
        layout.addWidget(self.preset_picker)
        layout.addWidget(self.preset_label)
        for name in ("access_token_lifetime_s", "refresh_token_lifetime_s", "refresh_idle_s"):
            layout.addWidget(self.sliders[name])
        layout.addWidget(self.grant_box)
        layout.addWidget(self.rotate_box)
        layout.addWidget(self.sliders["grace_s"])


def matching(knobs: Mapping[str, Any], wanted: str = "") -> Preset | None:
    """Return the preset that the settings match, None for custom settings.

    Of several matches: the one `wanted` by name, else the one with the most settings.
    """
    found = [each for each in PRESETS.values() if all(knobs.get(name) == value for name, value in each.knobs.items())]
    return max(found, key=lambda each: (each.name == wanted, len(each.knobs)), default=None)
