"""A scenario's settings: calls, network, server and client; errors appear beneath the setting."""

from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from app.errors import BadInput
from app.lab.scenario import Pattern, RotationMode, Scenario, Weather
from app.text import duration, seconds_in
from ui.lab import words
from ui.lab.knob import Captioned, Knob, StillPicker
from ui.widgets.labels import label

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
_FRACTIONS = ("skew_s", "leeway_s")  # all others are whole numbers
_Choice = TypeVar("_Choice", bound=StrEnum)


class Knobs(QWidget):
    """An editable scenario; `turned` is emitted at every change, valid or not."""

    turned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("labKnobs")
        self._build_knobs()
        self.pattern_picker = StillPicker("labPatternPicker", "Pattern of the calls")
        self.weather_picker = StillPicker("labWeatherPicker", "Network")
        for picker, names in (
            (self.pattern_picker, words.PATTERN_NAMES),
            (self.weather_picker, words.WEATHER_NAMES),
        ):
            for choice, name in names.items():
                picker.addItem(name, choice)
            picker.currentIndexChanged.connect(self._on_turned)
        self._pattern_hint, self._weather_hint = self._hint("labPatternHint"), self._hint("labWeatherHint")
        self.rotation_check = QCheckBox("Rotate after every use")
        self.rotation_check.setObjectName("labRotationCheck")
        self.rotation_check.setAccessibleName("The server rotates refresh tokens after every use")
        self.rotation_check.toggled.connect(self._on_turned)
        self._lay_out()
        for knob in self.knobs.values():
            knob.turned.connect(self._on_turned)
        self.show_scenario(Scenario())

    def show_scenario(self, scenario: Scenario) -> None:
        for name, knob in self.knobs.items():
            knob.show_value(getattr(scenario, name))
        self.pattern_picker.setCurrentIndex(list(Pattern).index(scenario.pattern))
        self.weather_picker.setCurrentIndex(list(Weather).index(scenario.weather))
        self.rotation_check.setChecked(scenario.rotation is RotationMode.ROTATE)
        self._on_turned()

    def scenario(self) -> Scenario:
        """The scenario; raises BadInput for impossible values."""
        values = {name: self._number(name) for name in self.knobs}
        return Scenario(
            pattern=_chosen(self.pattern_picker, Pattern),
            weather=_chosen(self.weather_picker, Weather),
            rotation=RotationMode.ROTATE if self.rotation_check.isChecked() else RotationMode.STATIC,
            **values,
        )

    def trouble(self) -> str:
        """What is wrong, "" if nothing is."""
        try:
            self.scenario()
        except BadInput as refused:
            return refused.what
        return ""

    def _number(self, name: str) -> Any:
        value = self.knobs[name].value()
        if value is None:
            raise BadInput(f"{self.knobs[name].caption}: this cannot be read as a number.")
        if not isfinite(value):
            raise BadInput(f"{self.knobs[name].caption}: this number has too many digits.")
        if name in _FRACTIONS:
            return value
        if value != int(value):
            raise BadInput(f"{self.knobs[name].caption}: only whole numbers are possible.")
        return int(value)

    def _trouble_of(self, name: str) -> str:
        """Return what is wrong with one value, checked in a scenario that changes it alone."""
        try:
            Scenario(**{name: self._number(name)})
        except BadInput as refused:
            return refused.what
        return ""

    def _on_turned(self) -> None:
        for name, knob in self.knobs.items():
            self._show_trouble(knob, self._troubles[name], self._trouble_of(name))
        self._pattern_hint.setText(words.PATTERN_HINTS[_chosen(self.pattern_picker, Pattern)])
        self._weather_hint.setText(words.WEATHER_HINTS[_chosen(self.weather_picker, Weather)])
        grace = self.knobs["grace_s"]
        why_not = "" if self.rotation_check.isChecked() else "Only where refresh tokens rotate."
        grace.allow(why_not, self._troubles["grace_s"].text() or grace.hint)
        self.turned.emit()

    def _show_trouble(self, knob: Knob, shown: QLabel, trouble: str) -> None:
        shown.setText(f"✕ {trouble}" if trouble else "")
        shown.setVisible(bool(trouble))
        knob.say(trouble or knob.hint)

    # --- building --------------------------------------------------------------------------------------------

    def _build_knobs(self) -> None:
        seed_hint = "The same seed gives the same calls and the same network, always"
        skew_hint = "How far this client's clock is ahead of the server's; with a minus sign, behind"
        leeway_hint = "How long before its expiry an access token counts as lapsed"
        grace_hint = "How long a rotated refresh token still works"
        self.knobs = {
            "calls": self._counted("labCalls", "Calls", (200, 1000, 2000, 10_000), "In all"),
            "seed": self._counted("labSeed", "Seed", (1, 2, 3, 4, 5), seed_hint),
            "access_token_lifetime_s": self._timed(
                "labAccessLifetime",
                "Access token",
                (60, 5 * _MINUTE_S, 15 * _MINUTE_S, _HOUR_S, _DAY_S),
                "How long an access token lives",
            ),
            "refresh_token_lifetime_s": self._timed(
                "labRefreshLifetime",
                "Refresh token",
                (0, 2 * _HOUR_S, 8 * _HOUR_S, 7 * _DAY_S),
                "How long a sign-in lives, however often it is refreshed",
            ),
            "refresh_idle_s": self._timed(
                "labIdle",
                "Idle limit",
                (0, 10 * _MINUTE_S, 30 * _MINUTE_S, 2 * _HOUR_S),
                "How long a refresh token may stay unused",
            ),
            "grace_s": self._timed("labGrace", "Grace period", (0, 10, 30, 60), grace_hint),
            "skew_s": Knob(
                "labSkew",
                "Clock ahead by",
                (-120, -30, 0, 30, 120),
                read=seconds_in,
                written=_signed,
                hint=skew_hint,
            ),
            "leeway_s": self._timed("labLeeway", "Leeway", (0, 1, 10, 30), leeway_hint),
        }
        self._troubles = {
            name: self._hint(f"{knob.objectName()}Trouble", "trouble") for name, knob in self.knobs.items()
        }

    def _counted(self, name: str, caption: str, usual: tuple[int, ...], hint: str) -> Knob:
        return Knob(name, caption, usual, read=_count_in, written=_grouped, hint=hint)

    def _timed(self, name: str, caption: str, usual: tuple[int, ...], hint: str) -> Knob:
        return Knob(name, caption, usual, read=self._time_in, written=self._time_text, hint=hint)

    def _time_in(self, text: str) -> float | None:
        return 0.0 if text.strip().lower() == "none".lower() else seconds_in(text)

    def _time_text(self, value: float) -> str:
        in_words = duration(value)  # at most two units of it
        exact = in_words if seconds_in(in_words) == value else f"{value:g} s"
        return exact if value else "none"

    def _hint(self, name: str, role: str = "small") -> QLabel:
        found = label(role=role, wrap=True)
        found.setObjectName(name)
        return found

    def _lay_out(self) -> None:
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1)
        self._add_whole(label("CALLS AND NETWORK", role="section"))
        self._add_pair("calls", "seed")
        self._add_whole(Captioned("Pattern", self.pattern_picker))
        self._add_whole(self._pattern_hint)
        self._add_whole(Captioned("Network", self.weather_picker))
        self._add_whole(self._weather_hint)
        self._add_whole(label("SERVER", role="section"))
        self._add_pair("access_token_lifetime_s", "refresh_token_lifetime_s")
        self._add_pair("refresh_idle_s", "grace_s")
        self._add_whole(self.rotation_check)
        self._add_whole(label("CLIENT", role="section"))
        self._add_pair("skew_s", "leeway_s")

    def _add_whole(self, widget: QWidget) -> None:
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)

    def _add_pair(self, *names: str) -> None:
        row = self._grid.rowCount()
        for column, name in enumerate(names):
            self._grid.addWidget(self.knobs[name], row, column)
        for name in names:
            self._add_whole(self._troubles[name])


def _chosen(picker: StillPicker, kind: type[_Choice]) -> _Choice:
    return list(kind)[picker.currentIndex()]


def _count_in(text: str) -> float | None:
    plain = text.replace(",", "").replace(" ", "")
    return float(plain) if plain.isascii() and plain.isdigit() else None


def _grouped(value: float) -> str:
    return f"{value:,.0f}"


def _signed(value: float) -> str:
    return f"{value:+g} s" if value else "0 s"
