"""The inspector panel: the choice of token, its verdict, and the views of it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.inspection.inspector import Inspection
from app.inspection.reading import TextForm
from app.oauth.rules import RuleOutcome
from app.session.generations import Generation
from app.token_name import TokenKind, TokenName
from ui import theme
from ui.inspector.rows import CONCLUSION_TONES, printable
from ui.inspector.views import ClaimsView, CompareView, ExpiryView, JsonView, RulesView, others_of
from ui.text import plain_tooltip
from ui.widgets.buttons import ElidingButton, allow
from ui.widgets.labels import ElidedLabel, Pill, WholeLabel
from ui.widgets.painted import Picker

_KINDS = {TokenKind.ACCESS: "Access token", TokenKind.ID: "ID token", TokenKind.REFRESH: "Refresh token"}


class InspectorPanel(QWidget):
    """Decodes every token leniently and shows the result of strict verification; all as plain text.

    Sends nothing itself: `fetch_keys_requested` and `introspect_requested` (with a token's name) come from buttons
    that name the server to be asked.
    """

    fetch_keys_requested = Signal()
    introspect_requested = Signal(object)
    paste_requested = Signal()
    copy_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspectorPanel")
        self._held: tuple[Inspection, ...] = ()
        self._pasted: tuple[Inspection, ...] = ()
        self._generations: tuple[Generation, ...] = ()
        self._now = 0.0
        self.presents = False
        self._keys_host = ""
        self._introspection_host = ""
        self._build_head()
        self.claims = ClaimsView()
        self.claims.copy_requested.connect(self.copy_requested)
        self.rules = RulesView()
        self.expiry = ExpiryView()
        self.compare = CompareView()
        self.json = JsonView()
        self._lay_out()
        self._show_current()

    def show_inspections(self, held: tuple[Inspection, ...], generations: tuple[Generation, ...]) -> None:
        """Show the current tokens and their predecessors; the chosen kind stays."""
        if (held, generations) == (self._held, self._generations):
            return
        self._held, self._generations = held, generations
        self._list_again(max(self.picker.currentIndex(), 0))

    def show_pasted(self, pasted: tuple[Inspection, ...]) -> None:
        """Show pasted tokens below the current ones, and choose the first."""
        self._pasted = pasted
        self._list_again(len(self._held) if pasted else 0)

    def show_hosts(self, keys_host: str, introspection_host: str) -> None:
        """Name the hosts on the buttons; an empty introspection host disables introspection."""
        self._keys_host, self._introspection_host = keys_host, introspection_host
        self._show_actions(self.current())

    def show_token(self, name: TokenName) -> None:
        """Choose the token of that name; an older one is compared with its successor."""
        names = [each.name for each in (*self._held, *self._pasted)]
        if name in names:
            self.picker.setCurrentIndex(names.index(name))
            return
        kin = next((each for each in names if each is not None and each.kind is name.kind), None)
        if kin is not None and any(each.name == name for each in self._generations):
            self.picker.setCurrentIndex(names.index(kin))
            self.compare.choose(name)
            self.tabs.setCurrentIndex(self._stack.indexOf(self.compare))

    def show_presenter(self, *, on: bool) -> None:
        """Mask the signature, without which the token is of no use."""
        self.presents = on
        self.json.show_presenter(on=on)

    def tick(self, now: float) -> None:
        """Update all times for `now`, in epoch seconds."""
        self._now = now
        self.claims.model.tick(now)
        self.expiry.tick(now)
        self._show_lapse()

    def current(self) -> Inspection | None:
        all_of_them = (*self._held, *self._pasted)
        index = self.picker.currentIndex()
        return all_of_them[index] if 0 <= index < len(all_of_them) else None

    def _list_again(self, index: int) -> None:
        titles = [self._title(each) for each in (*self._held, *self._pasted)]
        self.picker.blockSignals(True)
        self.picker.clear()
        self.picker.addItems(titles)
        self.picker.setCurrentIndex(min(index, len(titles) - 1))
        self.picker.blockSignals(False)
        self.picker.setEnabled(bool(titles))
        self._show_current()

    def _show_current(self) -> None:
        shown = self.current()
        for view in (self.claims, self.rules, self.json):
            view.show_inspection(shown)
        self.expiry.show_inspection(shown, self._now)
        self.compare.show_inspection(shown, others_of(shown, self._generations))
        self.claims.model.tick(self._now)
        header = shown.reading.header if shown else None
        words = printable(" · ".join(f"{name} {value}" for name, value in (header or {}).items()))
        self._head.show_text(words)
        self._head.setToolTip(plain_tooltip(words))
        self._show_conclusion(shown)
        self._show_actions(shown)
        self._show_lapse()

    def _show_conclusion(self, shown: Inspection | None) -> None:
        self._verdict.setVisible(shown is not None)
        if shown is None:
            self._sentence.setText("There is no token to inspect: call the API or refresh, or paste one.")
            return
        self._verdict.show_state(*self._verdict_of(shown))
        parts = [shown.sentence(), shown.remark]
        if shown.reading.form is TextForm.OPAQUE:
            size = f"Opaque, {shown.reading.length} characters."
            parts = [size, *parts]
        elif any(part.problem for part in shown.reading.parts):
            parts.append(shown.reading.remark)
        self._sentence.setText(" ".join(dict.fromkeys(part for part in parts if part)))

    def _verdict_of(self, shown: Inspection) -> tuple[str, str]:
        """Return the verdict's word and tone; a lapse is shown separately, because the signature stays valid."""
        verification = shown.verification
        failure = verification.first_failure if verification else None
        signature = verification.verdict("signature") if verification else None
        holds = signature is not None and signature.outcome is RuleOutcome.PASSED
        if holds and (failure is None or failure.rule == "exp"):
            return "signature verified", "good"  # the kid is shown beside it, in the header
        word = f"{shown.conclusion}: {failure.rule}" if failure else str(shown.conclusion)
        return word, CONCLUSION_TONES[shown.conclusion]

    def _show_actions(self, shown: Inspection | None) -> None:
        signature = shown.verification.verdict("signature") if shown and shown.verification else None
        lacks_keys = signature is not None and signature.outcome is RuleOutcome.CANNOT_BE_CHECKED
        self.fetch_button.setVisible(lacks_keys and shown in self._held)
        self.fetch_button.show_text(f"Fetch keys from {self._keys_host}")
        self.fetch_button.setToolTip(f"Asks {self._keys_host} for its metadata and keys.")
        is_held = shown in self._held
        self.introspect_button.setVisible(is_held)
        allowed = bool(self._introspection_host)
        asks = f"Introspect at {self._introspection_host}"
        self.introspect_button.show_text(asks if allowed else "Introspect")
        hint = f"Asks {self._introspection_host} whether this token is active; the token is sent there."
        refusal = "Its metadata is not known yet, or allows no introspection without a client secret."
        allow(self.introspect_button, "" if allowed else refusal, hint)

    def _show_lapse(self) -> None:
        shown = self.current()
        ends = [each.ends_at for each in shown.truth if each.ends_at is not None] if shown else []
        lapsed = bool(ends) and min(ends) <= self._now
        self._state.setVisible(lapsed)
        self._state.show_state("lapsed", "warning")

    def _title(self, inspection: Inspection) -> str:
        name = inspection.name
        return inspection.title if name is None else f"{_KINDS[name.kind]} {name}"

    def _introspect(self) -> None:
        shown = self.current()
        if shown is not None:
            self.introspect_requested.emit(shown.name)

    def _build_head(self) -> None:
        self.picker = Picker()
        self.picker.setObjectName("inspectedTokenPicker")
        self.picker.setAccessibleName("Token to inspect")
        self.picker.currentIndexChanged.connect(self._show_current)
        self._verdict = Pill()
        self._verdict.setObjectName("inspectorVerdictPill")
        self._state = Pill()
        self._head = ElidedLabel()
        theme.set_mono(self._head, 12)
        self._head.setProperty("muted", True)
        self._sentence = WholeLabel("muted")
        self._sentence.setObjectName("inspectorSentenceLabel")
        self.fetch_button = ElidingButton("fetchKeysButton")
        self.fetch_button.clicked.connect(self.fetch_keys_requested)
        self.introspect_button = ElidingButton("introspectButton")
        self.introspect_button.clicked.connect(self._introspect)
        self.paste_button = _button("pasteTokenButton")
        self.paste_button.clicked.connect(self.paste_requested)
        self.paste_button.setText("Paste a token…")
        self.paste_button.setToolTip("Inspect any token (Ctrl+Shift+V)")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(14, 8, 14, 0)
        head.setSpacing(8)
        for widget in (self.picker, self._verdict, self._state):
            head.addWidget(widget)
        head.addWidget(self._head, 1)
        for button in (self.fetch_button, self.introspect_button, self.paste_button):
            head.addWidget(button)
        self.tabs = QTabBar()
        self.tabs.setObjectName("inspectorViewTabs")
        self.tabs.setAccessibleName("Views of the token")
        self.tabs.setDrawBase(False)
        self._stack = QStackedWidget()
        views = (
            ("Claims", self.claims),
            ("Rules", self.rules),
            ("Expiry", self.expiry),
            ("Compare", self.compare),
            ("JSON", self.json),
        )
        for name, view in views:
            self.tabs.addTab(name)
            self._stack.addWidget(view)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        below_row = QHBoxLayout()
        below_row.setContentsMargins(14, 0, 14, 0)
        below_row.setSpacing(12)
        below_row.addWidget(self.tabs)
        below_row.addWidget(self._sentence, 1)
        below = QVBoxLayout()
        below.setContentsMargins(12, 0, 12, 0)
        below.addWidget(self._stack)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addLayout(below_row)
        layout.addLayout(below, 1)


def _button(name: str) -> QPushButton:
    button = QPushButton()
    button.setObjectName(name)
    return button
