"""All commands of the window: text, shortcut, and why each may be disabled."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.installed import has
from app.session import kinds
from app.token_name import TokenName


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """What is possible now: connected, signed in, which tokens there are, whether a call runs.

    `replaced` is the name of the refresh token that was replaced last, None for none. `why_not_by` says for sign-in
    methods why the server does not offer them.
    """

    is_ready: bool = False
    is_signed_in: bool = False
    is_demo: bool = False
    has_access: bool = False
    has_refresh: bool = False
    has_id: bool = False
    replaced: TokenName | None = None
    is_calling: bool = False
    is_presenting: bool = False
    why_not_by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonPossible:
    """Whether a lesson is open, started, at a step, and whether the program works for it."""

    is_demo: bool = False
    is_open: bool = False
    is_begun: bool = False
    has_step: bool = False
    is_busy: bool = False


class Commands(QObject):
    """The actions by name, shared by menus, palette, cards and shortcuts.

    Those of a token carry its kind as `data()`: access, refresh or id.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._build_session()
        self._build_tokens()
        self._build_demo()
        self._build_lessons()
        self._build_lab()
        self._build_view()
        self._leave_out()
        self.show_possible(Possible())
        self.show_lesson_possible(LessonPossible())

    def all(self) -> list[QAction]:
        """Return every action but the palette's own, in the order of the menus."""
        return [*(action for _, actions in self._menus() for action in actions), self.help, self.quit]

    def fill(self, menu: QMenu) -> None:
        """Fill a menu with everything, a submenu for each subject."""
        for title, actions in self._menus():
            submenu = menu.addMenu(title)
            submenu.setToolTipsVisible(True)
            submenu.addActions(actions)
        menu.addSeparator()
        menu.addActions([self.help, self.palette, self.quit])

    def of_token(self, kind: str) -> list[QAction]:
        """Return the commands for a token's card."""
        found = [action for action in self._token_actions if action.data() == kind]
        return [self.refresh_now, *found] if kind == "access" else found

    def show_possible(self, now: Possible) -> None:
        """Enable what is possible now; everything else says why not."""
        self.replay.setText(f"Replay {now.replaced or 'old refresh token'}")
        for action in (self.sign_in, self.copy_issuer, self.doctor, self.turn_on_grant):
            _allow(action, self._why_not_ready(now))
        for kind, action in self.sign_in_by.items():
            _allow(action, self._why_not_ready(now) or now.why_not_by.get(kind, ""))
        signed_out = "" if now.is_signed_in else "Nobody is signed in."
        for action in (self.sign_out, self.refresh_now, self.call, *self.tabs, self.focus_timeline, self.follow_now):
            _allow(action, signed_out)
        _allow(self.demo_panel, self._why_not_ready(now))
        for action in (*self._travels, self.rotate_keys, self.make_as_new, self.addresses, self.reset_demo):
            _allow(action, self._why_not_demo(now))
        cannot_lapse = self._why_not_demo(now) or self._why_not_in_hand(held=now.has_access)
        _allow(self.jump_to_lapse, cannot_lapse)
        calling = "A call is under way: wait for its response, or cancel it." if now.is_calling else ""
        _allow(self.storm, cannot_lapse or calling)
        for action in self._token_actions:
            _allow(action, self._why_not_token(action, now))

    def show_lesson_possible(self, now: LessonPossible) -> None:
        """Enable what is possible with the open lesson; everything else says why not."""
        elsewhere = "" if now.is_demo else "Lessons are for the demo org: choose it as the connection."
        closed = elsewhere or ("" if now.is_open else "No lesson is open: choose one first.")
        busy = "The program is at work for the lesson; cancel it first." if now.is_busy else ""
        not_begun = closed or ("" if now.is_begun else "The lesson is not begun yet: start it first.")
        no_step = not_begun or ("" if now.has_step else "No step of the lesson is under way.")
        _allow(self.leave_lesson, closed)
        _allow(self.reset_lesson, not_begun or busy)
        _allow(self.lesson_hint, no_step)
        _allow(self.show_me, no_step or busy)

    def _why_not_ready(self, now: Possible) -> str:
        return "" if now.is_ready else "The connection is not ready yet."

    def _why_not_demo(self, now: Possible) -> str:
        if now.is_demo:
            return ""
        return self._why_not_ready(now) or "Only the demo org can do this; choose it as the connection."

    def _why_not_in_hand(self, *, held: bool) -> str:
        return "" if held else "There is no such token in hand: sign in or call the API first."

    def _why_not_token(self, action: QAction, now: Possible) -> str:
        held = {"access": now.has_access, "refresh": now.has_refresh, "id": now.has_id}
        if action in self._troubles and (why_not := self._why_not_demo(now)):
            return why_not
        if why_not := self._why_not_in_hand(held=held[action.data()]):
            return why_not
        if action is self.replay and not now.replaced:
            return "There is no older refresh token yet: refresh once, then replay."
        if action in self.reveal.values() and now.is_presenting:
            return "Not in presenter mode, where everything stays masked."
        return ""

    def show_scheme(self, choice: str) -> None:
        for action in self.schemes.actions():
            action.setChecked(action.data() == choice)

    # --- the actions ----------------------------------------------------------------------------------------------

    def _build_session(self) -> None:
        self.sign_in = self._new("signIn", "Sign in", "Opens your browser to sign in", "Ctrl+I")
        self.sign_in_by = {
            each.name: self._new(f"signIn-{each.name}", each.words.command, each.words.hint, "", each.name)
            for each in kinds.KINDS
        }
        sign_out_hint = "Revokes and forgets the session, and ends the browser's"
        self.sign_out = self._new("signOut", "Sign out", sign_out_hint)
        self.add_connection = self._new("addConnection", "Add a connection…", "", "Ctrl+N")
        self.connections = self._new(
            "connections", "Connections…", "Add, change, try out and remove them", "Ctrl+Shift+O"
        )
        self.copy_issuer = self._new("copyIssuer", "Copy issuer", "")
        self.call = self._new("call", "Call API", "Refreshes only if it must", "Ctrl+Return")
        self.doctor = self._new(
            "doctor",
            "Ask the doctor",
            "Why no refresh token came, or a refresh failed",
            "Ctrl+Shift+D",
        )
        self.turn_on_grant = self._new(
            "turnOnGrant",
            "Turn on the Refresh Token grant…",
            "Changes the app at the server, after showing the change",
        )
        self.palette = self._new("palette", "All commands…", "Find a command by its words", "Ctrl+K")
        self.help = self._new("help", "Help", "The manual: every page, to read and to search", "F1")
        self.quit = self._new("quit", "Quit", "", "Ctrl+Q")

    def _build_tokens(self) -> None:
        self.refresh_now = self._new("refreshNow", "Refresh now", "Refreshes although nothing needs it", "Ctrl+R")
        self.refresh_now.setData("")
        drop_hint = "Throws the access token away; the next call refreshes"
        self.drop = self._new("drop", "Drop access token", drop_hint, "Ctrl+D", "access")
        names = {"access": "access token", "refresh": "refresh token", "id": "ID token"}
        copy_hint = "Copies the value; it stays masked here"
        self.copy = {
            kind: self._new(f"copy-{kind}", f"Copy {name}", copy_hint, "", kind) for kind, name in names.items()
        }
        self.copy_header = self._new("copyHeader", "Copy as Authorization header", copy_hint, "Ctrl+Shift+H", "access")
        self.copy_curl = self._new("copyCurl", "Copy API call as cURL", copy_hint, "Ctrl+Shift+C", "access")
        reveal_hint = "Shows the value on its card for 20 seconds"
        self.reveal = {
            kind: self._new(f"reveal-{kind}", f"Reveal {name} for 20 s", reveal_hint, "", kind)
            for kind, name in names.items()
        }
        self.paste_token = self._new(
            "pasteToken", "Inspect a pasted token…", "Nothing is sent anywhere", "Ctrl+Shift+V"
        )
        self._token_actions = [
            self.drop,
            *self.copy.values(),
            self.copy_header,
            self.copy_curl,
            *self.reveal.values(),
        ]

    def _build_demo(self) -> None:
        expire = "The demo org ends it at once"
        revoke = "The demo org forgets it; the session is not told"
        self.expire = {
            "access": self._new("expire-access", "Expire access token now", expire, "Ctrl+E", "access"),
            "refresh": self._new("expire-refresh", "Expire refresh token now", expire, "", "refresh"),
        }
        self.revoke = {
            "access": self._new("revoke-access", "Revoke access token", revoke, "", "access"),
            "refresh": self._new("revoke-refresh", "Revoke refresh token", revoke, "", "refresh"),
        }
        replay = "Sends the last replaced refresh token again"
        self.replay = self._new("replay", "Replay old refresh token", replay, "", "refresh")
        self.demo_panel = self._new("demoPanel", "Demo org's controls", "Shows them in the right column", "Ctrl+5")
        both = "Lets time pass for the demo org and for us at once"
        self.travel_10_s = self._new("travel10", "Both clocks on by 10 s", both, "Ctrl+G")
        self.travel_1_min = self._new("travel60", "Both clocks on by 1 min", both, "Ctrl+Shift+G")
        self._travels = (self.travel_10_s, self.travel_1_min)
        jump = "Lets time pass until the access token has just lapsed"
        self.jump_to_lapse = self._new("jumpToLapse", "Jump to lapse", jump, "Ctrl+J")
        storm = "Jumps to the lapse, then makes many calls at once: one refresh"
        self.storm = self._new("storm", "Refresh storm", storm, "Ctrl+Shift+S")
        rotate = "The demo org signs with a new key; the old one stays published"
        self.rotate_keys = self._new("rotateKeys", "Rotate signing key", rotate)
        as_new = "Resets every setting, ends all faults and sets both clocks right"
        self.make_as_new = self._new("makeAsNew", "Reset to defaults", as_new)
        self.addresses = self._new("addresses", "Addresses and keys…", "")
        self.reset_demo = self._new("resetDemo", "Reset the demo org…", "")
        self._troubles = [*self.expire.values(), *self.revoke.values(), self.replay]
        self._token_actions += self._troubles

    def _build_lessons(self) -> None:
        self.lessons = self._new("lessons", "Lessons", "Twelve short ones at the demo org, without internet", "Ctrl+L")
        self.lesson_hint = self._new(
            "lessonHint", "Lesson: hint", "Says where to find what the step asks for", "Ctrl+Shift+L"
        )
        self.show_me = self._new(
            "showMe", "Lesson: show me this step", "The program does the step here, in this session"
        )
        self.reset_lesson = self._new(
            "resetLesson", "Lesson: reset", "Starts the lesson again, whatever has happened since"
        )
        self.guide = self._new("guide", "Trainer's guide", "A talk of twenty minutes, with what to press when")
        self.leave_lesson = self._new(
            "leaveLesson", "Lesson: leave", "Back to all lessons; the step you are at is kept"
        )

    def _build_lab(self) -> None:
        self.lab = self._new("lab", "Lab", "Compares refresh strategies on one schedule of calls", "Ctrl+6")
        self.run_lab = self._new("runLab", "Run the lab", "Every strategy on the same schedule, in simulated time")

    def show_lab_running(self, *, running: bool) -> None:
        """Enable a run of the lab, or say that one is in progress."""
        _allow(self.run_lab, "A run is in progress; cancel it or wait." if running else "")

    def _build_view(self) -> None:
        self.schemes = QActionGroup(self)
        for choice, name in (
            ("system", "Appearance: as the system"),
            ("light", "Appearance: light"),
            ("dark", "Appearance: dark"),
        ):
            action = self._new(f"scheme-{choice}", name, "", "", choice)
            action.setCheckable(True)
            self.schemes.addAction(action)
        presenter_hint = "Larger type, and every secret masked without exception"
        self.presenter = self._new("presenter", "Presenter mode", presenter_hint, "Ctrl+Shift+P")
        self.presenter.setCheckable(True)
        self.larger = self._new("larger", "Larger type", "", "Ctrl++")
        self.larger.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        self.smaller = self._new("smaller", "Smaller type", "", "Ctrl+-")
        self.normal_size = self._new("normalSize", "Type as designed", "", "Ctrl+0")
        self.follow_now = self._new("followNow", "Timeline: follow now", "", "Ctrl+Shift+F")
        self.export_timeline = self._new("exportTimeline", "Export the timeline…", "")
        self.export_har = self._new("exportHar", "Export the exchanges as HAR…", "Masked", "Ctrl+S")
        self.tabs = [
            self._new(f"tab-{number}", name, "", f"Ctrl+{number}", number - 1)
            for number, name in enumerate(("Show Inspector", "Show Response", "Show Wire", "Show Journal"), 1)
        ]
        self.side = self._new("side", "Right column", "Unfolds it, or folds it away", "Ctrl+B")
        self.side.setCheckable(True)
        self.focus_timeline = self._new("focusTimeline", "Go to the timeline", "", "Ctrl+T")

    def _menus(self) -> list[tuple[str, list[QAction]]]:
        offered = ((title, [each for each in actions if each not in self._left_out]) for title, actions in self._all())
        return [(title, actions) for title, actions in offered if actions]

    def _leave_out(self) -> None:
        """Hide the commands of a part that is not installed, with their shortcuts."""
        demo = (self.demo_panel, *self._travels, self.jump_to_lapse, self.storm, *self._troubles, self.rotate_keys)
        belonging = {
            "demo": (*demo, self.addresses, self.make_as_new, self.reset_demo),
            "lessons": (self.lessons, self.lesson_hint, self.show_me, self.reset_lesson, self.leave_lesson),
            "lab": (self.lab, self.run_lab),
            "doctor": (self.doctor,),
        }
        self._left_out = [each for name, actions in belonging.items() if not has(name) for each in actions]
        for action in self._left_out:
            action.setVisible(False)

    def _all(self) -> list[tuple[str, list[QAction]]]:
        return [
            (
                "Session",
                [
                    *(self.sign_in, *self.sign_in_by.values(), self.sign_out, self.call),
                    *(self.connections, self.add_connection, self.copy_issuer, self.doctor, self.turn_on_grant),
                ],
            ),
            (
                "Tokens",
                [
                    self.refresh_now,
                    *(each for each in self._token_actions if each not in self._troubles),
                    self.paste_token,
                ],
            ),
            (
                "Demo org",
                [
                    *(self.demo_panel, *self._travels, self.jump_to_lapse, self.storm),
                    *(*self._troubles, self.rotate_keys, self.addresses, self.make_as_new, self.reset_demo),
                ],
            ),
            (
                "Lessons",
                [self.lessons, self.lesson_hint, self.show_me, self.reset_lesson, self.leave_lesson, self.guide],
            ),
            ("Lab", [self.lab, self.run_lab]),
            (
                "View",
                [
                    *(self.presenter, self.larger, self.smaller, self.normal_size, *self.schemes.actions()),
                    *(*self.tabs, self.side, self.focus_timeline, self.follow_now),
                ],
            ),
            ("Export", [self.export_har, self.export_timeline]),
        ]

    def _new(self, name: str, text: str, hint: str, shortcut: str = "", data: object = None) -> QAction:
        action = QAction(text, self)
        action.setObjectName(f"{name}Action")
        action.setStatusTip(hint or text)
        action.setToolTip(hint or text)
        action.setData(data)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
        self._window.addAction(action)  # Qt runs a shortcut only if its action belongs to a widget
        return action


def _allow(action: QAction, why_not: str) -> None:
    action.setEnabled(not why_not)
    action.setToolTip(why_not or action.statusTip())
