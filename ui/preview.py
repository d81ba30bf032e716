"""Draws the window in any of its states and every panel alone: `python -m ui.preview` made the README's pictures."""

import argparse
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from app.counters import counts_of
from app.decision import ExpirySource
from app.demo.addresses import addresses_of
from app.demo.ledger import SigningKey
from app.errors import Refusal
from app.events import Exchange, RefreshTokenFate, ReplayAnswered, TokensReceived
from app.inspection.inspector import Against, Inspection, inspect_held, inspect_text
from app.lanes import lanes_of
from app.oauth.keyset import keys_of
from app.secret import Secret
from app.session.expiry import Expiry, Receipt
from app.session.generations import Generation, Generations
from app.session.strategy import decide
from app.session.tokens import Held, TokenSet
from app.wire.view import WireLog
from ui import preview_story, theme
from ui.actions import Possible
from ui.connections.dialog import ConnectionDialog
from ui.demo.addresses import AddressesDialog
from ui.inspector.paste import PasteDialog
from ui.main_window import MainWindow, Page
from ui.palette import CommandPalette
from ui.preview_story import Stage, Story, play
from ui.response.facts import response_facts
from ui.session.held import facts_of

NOW = 1_790_085_903.0
_ISSUER = "http://127.0.0.1:8899/oauth2/default"
_CLIENT = "0oa-demo-native"
_API = "http://127.0.0.1:8899/api/me"
_SIGN_IN = f"{_ISSUER}/v1/authorize?response_type=code&client_id=0oa-demo-native&scope=openid+profile&state=…"


def starting(window: MainWindow) -> None:
    """Before anything is known."""
    window.top_bar.show_connection("Demo org", "starting…", ("Demo org",), ready=False)
    window.show_page(Page.STARTING)


def signed_out(window: MainWindow) -> None:
    """Nobody is signed in."""
    _bar(window, None)
    window.welcome.show_connection("Demo org", embedded=True)
    window.show_page(Page.SIGNED_OUT)


def ended(window: MainWindow) -> None:
    """The session was ended by a refusal."""
    _bar(window, None)
    what = "The server refused the refresh token: it is expired, already used, or revoked."
    reason = Refusal(what, code="invalid_grant", description="The refresh token is invalid or expired.")
    window.welcome.show_connection("Demo org", embedded=True, ended=reason)
    window.show_page(Page.SIGNED_OUT)


def waiting(window: MainWindow) -> None:
    """The browser has the person."""
    _bar(window, None)
    window.waiting.show_waiting(_SIGN_IN, "http://127.0.0.1:49320/callback", NOW + 287)
    window.waiting.tick(NOW)
    window.show_page(Page.WAITING)


def signed_in(window: MainWindow) -> None:
    """Just signed in."""
    _tell(window, preview_story.signed_in)


def lapsed(window: MainWindow) -> None:
    """The access token lapsed three seconds ago."""
    _tell(window, preview_story.lapsed)


def refreshed(window: MainWindow) -> None:
    """A call has refreshed on its way."""
    story = _tell(window, preview_story.refreshed)
    window.tabs.setCurrentWidget(window.wire)
    _choose(window, story, TokensReceived)


def storm(window: MainWindow) -> None:
    """Fifty calls at once, and one refresh."""
    story = _tell(window, preview_story.storm)
    window.tabs.setCurrentWidget(window.wire)
    _choose(window, story, TokensReceived)


def failed(window: MainWindow) -> None:
    """A refresh could not reach the server; still signed in."""
    story = _tell(window, preview_story.failed)
    assert story.trouble is not None
    window.error_panel.show_error(story.trouble)


def replayed(window: MainWindow) -> None:
    """An old refresh token was sent again: the journal tells what came of it."""
    story = _tell(window, preview_story.replayed)
    window.tabs.setCurrentWidget(window.journal)
    _choose(window, story, ReplayAnswered)


def presenting(window: MainWindow) -> None:
    """The same on a projector: larger type, everything masked."""
    _tell(window, preview_story.lapsed)
    window.commands.presenter.setChecked(True)
    window.show_presenter(on=True)


def rules(window: MainWindow) -> None:
    """The inspector says rule by rule why an ID token is good."""
    _tell(window, preview_story.signed_in)
    window.inspector.picker.setCurrentIndex(1)
    window.inspector.tabs.setCurrentIndex(1)


def expiry(window: MainWindow) -> None:
    """The inspector's witnesses of an access token's end."""
    _tell(window, preview_story.signed_in)
    window.inspector.tabs.setCurrentIndex(2)


def compare(window: MainWindow) -> None:
    """A refresh has lost a scope."""
    before, after = _tokens(2, age_s=40), _tokens(3, age_s=6, scopes=("openid", "profile"))
    _held(window, after)
    window.inspector.show_inspections(_inspections(after), _generations(before, after))
    window.inspector.tabs.setCurrentIndex(3)
    window.inspector.compare.expected_box.setChecked(True)


def pasted(window: MainWindow) -> None:
    """A pasted token whose signature does not hold."""
    tokens = _tokens(1, age_s=6)
    _held(window, tokens)
    assert tokens.access is not None
    head, body, signature = tokens.access.value.reveal().split(".")
    forged = Secret(f"{head}.{body}.{signature[4:8]}{signature[4:]}")
    window.inspector.show_pasted((inspect_text(forged, "access token", _against()),))
    window.inspector.tick(NOW)


STATES: dict[str, Callable[[MainWindow], None]] = {
    "starting": starting,
    "signed-out": signed_out,
    "waiting": waiting,
    "signed-in": signed_in,
    "lapsed": lapsed,
    "refreshed": refreshed,
    "storm": storm,
    "replayed": replayed,
    "presenting": presenting,
    "failed": failed,
    "ended": ended,
    "rules": rules,
    "expiry": expiry,
    "compare": compare,
    "pasted": pasted,
}


def _response(window: MainWindow) -> QWidget:
    story = play(preview_story.signed_in, _signing_key())
    assert story.result is not None
    window.response.show_response(response_facts(story.result))
    window.tabs.setCurrentWidget(window.response)
    return window.response


def _cards(window: MainWindow) -> QWidget:
    column = window.findChild(QWidget, "leftColumn")
    assert isinstance(column, QWidget)
    return column


def _toasts(window: MainWindow) -> QWidget:
    window.toasts.show_toast("Copied AT-3; the clipboard forgets it in a minute.")
    window.toasts.show_toast("AT-3 was made to expire now, on request.", "warning")
    return window.toasts


def _palette(window: MainWindow) -> QWidget:
    palette = CommandPalette(window.commands.all(), window)
    palette.search_edit.setText("copy")
    return palette


PANELS: dict[str, tuple[str, Callable[[MainWindow], QWidget]]] = {
    "top-bar": ("lapsed", lambda window: window.top_bar),
    "cards": ("lapsed", _cards),
    "call-strip": ("lapsed", lambda window: window.call_strip),
    "timeline": ("replayed", lambda window: window.timeline),
    "inspector": ("lapsed", lambda window: window.inspector),
    "response": ("signed-in", _response),
    "wire": ("refreshed", lambda window: window.wire),
    "journal": ("replayed", lambda window: window.journal),
    "error": ("failed", lambda window: window.error_panel),
    "toasts": ("lapsed", _toasts),
    "palette": ("lapsed", _palette),
    "connection": ("signed-out", ConnectionDialog),
    "paste": ("signed-in", lambda window: PasteDialog("Demo org", window)),
    "addresses": (
        "signed-in",
        lambda window: AddressesDialog(addresses_of("http://127.0.0.1:8899", "preview"), window),
    ),
}
"""Each panel and dialog by itself: the state of the window it is seen in, and how it is had from there."""


def new_window(state: str) -> MainWindow:
    """Return a window in a state by name; nothing in it is connected to anything."""
    window = MainWindow()
    window.furnish()
    STATES[state](window)
    return window


def main(argv: list[str] | None = None) -> int:
    """Write a PNG for each state and scheme asked for."""
    args = _parser().parse_args(argv)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([sys.argv[0]])
    args.out.mkdir(parents=True, exist_ok=True)
    width, height = (int(part) for part in args.size.split("x"))
    for scheme in args.scheme or ("light", "dark"):
        for name in args.names or STATES:
            zoom = theme.PRESENTER_ZOOM if name == "presenting" else args.zoom
            theme.apply(application, scheme, zoom)
            window = new_window(name if name in STATES else PANELS[name][0])
            window.resize(width, height)
            window.show()
            shown = window if name in STATES else PANELS[name][1](window)
            shown.show()
            path = args.out / f"{name}-{scheme}.png"
            _settled(application, shown).save(str(path))
            print(path)
            window.allow_close()
            window.deleteLater()
    return 0


def _settled(application: QApplication, shown: QWidget) -> QPixmap:
    """Return a picture of a widget once its layout is what it will be: what is wrapped is laid out by posted events."""
    for _ in range(3):
        application.sendPostedEvents()
    if shown.isWindow():
        return shown.grab()
    window = shown.window()  # with what lies behind it, for a panel may be see-through
    return window.grab(QRect(shown.mapTo(window, QPoint()), shown.size()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ui.preview", description=__doc__)
    known = [*STATES, *PANELS]
    parser.add_argument("names", nargs="*", metavar="NAME", type=_known, help=f"states and panels: {', '.join(known)}")
    parser.add_argument("--scheme", action="append", choices=("light", "dark"), help="both unless said")
    parser.add_argument("--out", type=Path, default=Path("resources/pictures"), metavar="DIR")
    parser.add_argument("--zoom", type=float, default=1.0, help="how large type is, 0.8 to 2")
    parser.add_argument("--size", default="1360x860", metavar="WxH")
    return parser


def _known(name: str) -> str:
    if name not in STATES and name not in PANELS:
        raise argparse.ArgumentTypeError(f"there is no state or panel {name!r}")
    return name


def _bar(window: MainWindow, name: str | None) -> None:
    window.top_bar.show_connection("Demo org", _ISSUER, ("Demo org",), ready=True)
    window.top_bar.show_account(name)
    window.top_bar.show_store("Kept in the OS keyring" if name else "")


def _tell(window: MainWindow, acts: Callable[[Stage], Awaitable[None]]) -> Story:
    """Play a story and show how it stands at its end, and all that led there."""
    story = play(acts, _signing_key())
    assert story.tokens is not None
    now = story.now
    _bar(window, story.tokens.display_name)
    _show_cards(window, story.tokens, now)
    window.call_strip.show_url(_API)
    window.call_strip.show_decision(story.decision)
    window.call_strip.show_story(story.told)
    window.inspector.show_inspections(story.inspections, story.generations)
    window.inspector.tick(now)
    window.timeline.show_lanes(lanes_of(story.journal), leeway_s=1.0, limits=story.limits)
    window.timeline.tick(now)
    log = WireLog()
    for entry in story.journal:
        log.take(entry)
    window.wire.show_log(log)
    window.wire.detail_wanted.connect(lambda seq: _show_detail(window, story, seq))
    window.journal.show_entries(tuple(story.journal))
    window.counts.show_counts(replace(counts_of(story.journal, now), skew_s=story.skew_s))
    exchanges = sum(isinstance(entry.event, Exchange) for entry in story.journal)
    window.show_numbers(exchanges=exchanges, entries=len(story.journal))
    window.show_page(Page.SIGNED_IN)
    return story


def _show_detail(window: MainWindow, story: Story, seq: int) -> None:
    row = window.wire.chosen()
    if row is not None and row.seq == seq:
        window.wire.show_detail(row, story.details.get(seq))


def _choose(window: MainWindow, story: Story, kind: type) -> None:
    """Choose the newest event of a kind in the wire log, the journal and the timeline."""
    seq = next(entry.seq for entry in reversed(tuple(story.journal)) if isinstance(entry.event, kind))
    for panel in (window.wire, window.journal, window.timeline):
        panel.select(seq)
    window.journal.show_why(story.journal.chain(seq))


def _show_cards(window: MainWindow, tokens: TokenSet, now: float) -> None:
    for kind, facts in facts_of(tokens, leeway_s=1.0).items():
        window.cards[kind].show_token(facts)
        window.cards[kind].tick(now)
    held = {"access": tokens.access, "refresh": tokens.refresh, "id": tokens.id}
    window.commands.show_possible(
        Possible(
            is_ready=True,
            is_signed_in=True,
            is_demo=True,
            has_access=held["access"] is not None,
            has_refresh=held["refresh"] is not None,
            has_id=held["id"] is not None,
        )
    )


def _held(window: MainWindow, tokens: TokenSet) -> None:
    _bar(window, tokens.display_name)
    _show_cards(window, tokens, NOW)
    age_s = NOW - tokens.receipt.wall
    window.call_strip.show_url(_API)
    window.call_strip.show_decision(decide(tokens, age_s=age_s, now=NOW, leeway_s=1.0, asked_by="preview"))
    window.show_page(Page.SIGNED_IN)
    assert tokens.access is not None
    window.inspector.show_inspections(_inspections(tokens), ())
    window.inspector.tick(NOW)


def _tokens(
    number: int, *, age_s: float, scopes: tuple[str, ...] = ("openid", "profile", "offline_access")
) -> TokenSet:
    received = NOW - age_s
    user = {
        "iss": _ISSUER,
        "aud": _CLIENT,
        "sub": "00u-demo-ada",
        "name": "Ada Lovelace",
        "iat": int(NOW - 333),
        "exp": int(NOW + 3267),
    }
    access = {
        "ver": 1,
        "jti": "AT.oV1qB2m0QYkZ",
        "iss": _ISSUER,
        "aud": "api://default",
        "iat": int(received),
        "exp": int(received + 30),
        "cid": _CLIENT,
        "uid": "00u-demo-ada",
        "scp": list(scopes),
        "sub": "ada@example.com",
    }
    receipt = Receipt(received, received, "preview")
    return TokenSet(
        family="preview",
        number=number,
        receipt=receipt,
        access=Held("AT", number, _jwt(access)),
        refresh=Held("RT", number, Secret(f"a made-up refresh token {number}")),
        id=Held("ID", number, _jwt(user)),
        expiry=Expiry(30.0, ExpirySource.EXPIRES_IN),
        scope="openid profile offline_access",
        refresh_fate=RefreshTokenFate.NEW if number == 1 else RefreshTokenFate.REPLACED,
        refresh_receipt=receipt,
        id_claims=user,
        first_id_claims=user,
    )


def _jwt(claims: dict[str, Any]) -> Secret:
    return Secret(jwt.encode(claims, _key(), algorithm="RS256", headers={"kid": "demo-1", "typ": None}))


@cache
def _signing_key() -> SigningKey:
    return SigningKey.generate()


@cache
def _key() -> rsa.RSAPrivateKey:
    """Return the key of this run: what the pictures show as verified is verified."""
    return rsa.generate_private_key(65537, 2048)


def _against() -> Against:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_key().public_key()))
    public.pop("key_ops", None)
    return Against(now=NOW, keys=keys_of([{**public, "kid": "demo-1"}]), issuer=_ISSUER, client_id=_CLIENT, skew_s=0.2)


def _inspections(tokens: TokenSet) -> tuple[Inspection, ...]:
    held = (each for each in (tokens.access, tokens.id, tokens.refresh) if each is not None)
    return tuple(inspect_held(each, tokens, _against()) for each in held)


def _generations(*all_tokens: TokenSet) -> tuple[Generation, ...]:
    found = Generations()
    for tokens in all_tokens:
        found.note(tokens)
    return tuple(found)


if __name__ == "__main__":
    sys.exit(main())
