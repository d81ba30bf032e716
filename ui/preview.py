"""Shows the window in any of its states with canned data, and makes the README's pictures: `python -m ui.preview`."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from PySide6.QtWidgets import QApplication

from app.decision import ExpirySource
from app.errors import Hiccup, Refusal
from app.events import RefreshTokenFate
from app.inspection.inspector import Against, Inspection, inspect_held, inspect_text
from app.oauth.keyset import keys_of
from app.secret import Secret
from app.session.expiry import Expiry, Receipt
from app.session.generations import Generation, Generations
from app.session.strategy import decide
from app.session.tokens import Held, TokenSet
from ui import theme
from ui.main_window import MainWindow, Page
from ui.session.facts import facts_of

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
    _held(window, _tokens(1, age_s=6))
    window.call_strip.show_story("Access token is good for another 26 s → GET /api/me 200 in 12 ms")


def lapsed(window: MainWindow) -> None:
    """The access token lapsed three seconds ago."""
    _held(window, _tokens(3, age_s=33))
    window.call_strip.show_story("Access token is good for another 9 s → GET /api/me 200 in 11 ms")


def refreshed(window: MainWindow) -> None:
    """A call has refreshed on its way."""
    _held(window, _tokens(4, age_s=1))
    window.call_strip.show_story("Access token lapsed 3 s ago → refreshed in 41 ms → GET /api/me 200 in 12 ms")


def failed(window: MainWindow) -> None:
    """A refresh could not reach the server; still signed in."""
    _held(window, _tokens(3, age_s=42))
    window.call_strip.show_story("Refresh failed, still signed in: GET /api/me was not sent")
    window.error_panel.show_error(Hiccup("login.example.com could not be reached (no route to host)."))


def rules(window: MainWindow) -> None:
    """The inspector says rule by rule why an ID token is good."""
    _held(window, _tokens(1, age_s=6))
    window.inspector.picker.setCurrentIndex(1)
    window.inspector.tabs.setCurrentIndex(1)


def expiry(window: MainWindow) -> None:
    """The inspector's witnesses of an access token's end."""
    _held(window, _tokens(3, age_s=12))
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
    "failed": failed,
    "ended": ended,
    "rules": rules,
    "expiry": expiry,
    "compare": compare,
    "pasted": pasted,
}


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
        theme.apply(application, scheme)
        for state in args.states or STATES:
            window = new_window(state)
            window.resize(width, height)
            window.show()
            path = args.out / f"{state}-{scheme}.png"
            window.grab().save(str(path))
            print(path)
            window.allow_close()
            window.deleteLater()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ui.preview", description=__doc__)
    parser.add_argument("states", nargs="*", metavar="STATE", help=", ".join(STATES))
    parser.add_argument("--scheme", action="append", choices=("light", "dark"), help="both unless said")
    parser.add_argument("--out", type=Path, default=Path("resources/pictures"), metavar="DIR")
    parser.add_argument("--size", default="1360x860", metavar="WxH")
    return parser


def _bar(window: MainWindow, name: str | None) -> None:
    window.top_bar.show_connection("Demo org", _ISSUER, ("Demo org",), ready=True)
    window.top_bar.show_account(name)
    window.top_bar.show_store("Kept in the OS keyring" if name else "")


def _held(window: MainWindow, tokens: TokenSet) -> None:
    _bar(window, tokens.display_name)
    for kind, facts in facts_of(tokens, leeway_s=1.0).items():
        window.cards[kind].show_token(facts)
        window.cards[kind].tick(NOW)
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
