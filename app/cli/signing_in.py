"""The ways to sign in from a command line: what they show on standard error, and what they ask for."""

import argparse
import sys

from app.cli.asking import ask, ask_secret, is_terminal
from app.connection import Connection, SignInKind
from app.connections import Connections
from app.errors import BadInput
from app.secret import Secret
from app.session.device_sign_in import DeviceWaiting
from app.session.direct_sign_in import Factor, PushWaiting
from app.session.sign_in import Waiting
from app.streams import can_show

FACTORS = {"code": Factor.ONE_TIME_CODE, "push": Factor.PUSH}
"""The second factors as `--factor` names them."""


def kind_asked(args: argparse.Namespace, connection: Connection) -> SignInKind:
    """Return the kind of sign-in that the flags ask for; without any it is the connection's."""
    if args.device:
        return SignInKind.DEVICE
    if args.username is not None:
        return SignInKind.PASSWORD
    return SignInKind.BROWSER if args.browser else connection.sign_in


async def sign_in_by_kind(args: argparse.Namespace, connections: Connections) -> None:
    """Sign in at the chosen connection, by its kind; raises LapseError."""
    kind = connections.connection.sign_in
    if kind is SignInKind.DEVICE:
        await connections.sign_in_by_device(_show_device)
    elif kind is SignInKind.PASSWORD:
        await _by_password(args, connections)
    else:
        await connections.sign_in(_show_url)


async def _by_password(args: argparse.Namespace, connections: Connections) -> None:
    username = args.username
    if username is None:
        raise BadInput(
            "This connection signs in with username and password.",
            next_step="Give --username NAME; or --browser or --device to sign in another way.",
        )
    password = ask_secret(f"Password for {username}: ")
    await connections.sign_in_by_password(username, password, TerminalFactor(FACTORS.get(args.factor or "")))


class TerminalFactor:
    """A second factor asked for at a terminal; `chosen` is the one that a flag has named already.

    From a pipe a one-time code is the line after the password, and where no line follows the phone is asked.
    """

    def __init__(self, chosen: Factor | None) -> None:
        self._chosen = chosen
        self._read_ahead: Secret | None = None

    async def choose(self, offered: tuple[Factor, ...]) -> Factor:
        """Return the factor a flag named, a person chose, or standard input has a code for."""
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
        """Return the code somebody types."""
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
