"""How each kind of sign-in shows itself at a terminal: what it says on standard error, and what it asks for."""

import argparse
import sys
from collections.abc import Callable
from typing import Any

from app.cli.asking import ask, ask_secret, is_terminal
from app.errors import BadInput
from app.secret import Secret
from app.session import kinds
from app.session.device_sign_in import DeviceWaiting
from app.session.direct_sign_in import Factor, PushWaiting
from app.session.kinds.browser import BROWSER
from app.session.kinds.device import DEVICE
from app.session.kinds.kind import SignInKind
from app.session.kinds.password import PASSWORD, PasswordPrompt
from app.session.sign_in import Waiting
from app.streams import can_show

_FACTORS = {"code": Factor.ONE_TIME_CODE, "push": Factor.PUSH}  # as `--factor` names them


def prompt_for(kind: SignInKind[Any], args: argparse.Namespace) -> Any:
    """Return the terminal prompts of a sign-in kind; raises BadInput if a flag is missing."""
    return _PROMPTS[kind.name](args)


def _browser(_args: argparse.Namespace) -> Callable[[Waiting], None]:
    return _show_url


def _device(_args: argparse.Namespace) -> Callable[[DeviceWaiting], None]:
    return _show_device


def _password(args: argparse.Namespace) -> PasswordPrompt:
    username = args.username
    if username is None:
        others = " or ".join(each.flag.name for each in kinds.KINDS if each is not PASSWORD)
        raise BadInput(
            "This connection signs in with username and password.",
            next_step=f"Give --username NAME; or {others} to sign in another way.",
        )
    password = ask_secret(f"Password for {username}: ")
    factors = TerminalFactor(_FACTORS.get(args.factor or ""))
    return PasswordPrompt(username=username, password=password, factors=factors)


class TerminalFactor:
    """A second factor asked for at a terminal; `chosen` is the one that a flag has named already.

    From a pipe a one-time code is the line after the password, and where no line follows the phone is asked.
    """

    def __init__(self, chosen: Factor | None) -> None:
        self._chosen = chosen
        self._read_ahead: Secret | None = None

    async def choose(self, offered: tuple[Factor, ...]) -> Factor:
        """Return the factor named by a flag, chosen by the user, or implied by a code on standard input."""
        if self._chosen is not None:
            return self._chosen
        if not is_terminal():
            return self._by_what_follows()
        print("The password was right. To go on:", file=sys.stderr)
        for number, factor in enumerate(offered, 1):
            print(f"  {number}  {factor.value}", file=sys.stderr)
        while True:
            typed = ask(f"Number, 1 to {len(offered)}: ")
            if typed.isdecimal() and 1 <= int(typed) <= len(offered):
                return offered[int(typed) - 1]

    async def one_time_code(self, *, wrong_before: bool) -> Secret:
        if self._read_ahead is not None:
            code, self._read_ahead = self._read_ahead, None
            return code
        return ask_secret("That code was not accepted. Another one-time code: " if wrong_before else "One-time code: ")

    def show_push(self, push: PushWaiting) -> None:
        what = "Approve the sign-in on your phone." if push.number is None else f"Choose {push.number} on your phone."
        print(what, file=sys.stderr, flush=True)

    def _by_what_follows(self) -> Factor:
        try:
            code = ask_secret("One-time code: ")
        except BadInput:
            return Factor.PUSH
        self._read_ahead = code or None
        return Factor.ONE_TIME_CODE if code else Factor.PUSH


def _show_url(waiting: Waiting) -> None:
    if waiting.taken_ports:
        print(f"Another program holds the port before; coming back to {waiting.redirect_uri}.", file=sys.stderr)
    print(f"Opening the browser. If it does not open, use this URL:\n{waiting.url}", file=sys.stderr)


def _show_device(waiting: DeviceWaiting) -> None:
    from app.cli.qr import BLOCKS, qr_lines

    link = waiting.verification_uri_complete or waiting.verification_uri
    print(f"On any device, open {waiting.verification_uri} and type the code {waiting.user_code}", file=sys.stderr)
    if waiting.verification_uri_complete is not None:
        print(f"Or open this link, and compare the code:\n{link}", file=sys.stderr)
    code = qr_lines(link, colours=sys.stderr.isatty(), blocks=can_show(BLOCKS, sys.stderr))
    print("\n".join(code), file=sys.stderr, flush=True)


_PROMPTS: dict[str, Callable[[argparse.Namespace], Any]] = {
    BROWSER.name: _browser,
    PASSWORD.name: _password,
    DEVICE.name: _device,
}
