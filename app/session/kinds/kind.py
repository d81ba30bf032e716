"""A kind of sign-in: its name, its words, its flags, what it needs of a server, and its flow."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    # For types only: listing the kinds must not load the modules of every flow.
    from app.clock import Clock
    from app.connection import Connection
    from app.journal import JournalWriter
    from app.oauth.client import OAuthClient
    from app.oauth.metadata import ServerMetadata
    from app.session.sign_in_result import SignIn
    from app.session.system_browser import OpenBrowser

Prompt = TypeVar("Prompt")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInContext:
    """What every flow needs, whatever its prompts."""

    client: "OAuthClient"
    connection: "Connection"
    journal: "JournalWriter"
    clock: "Clock"
    open_browser: "OpenBrowser"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """The texts about a kind.

    `noun` names it in a list, `choice` in a connection's form, `command` in the menus with `hint` beside it.
    `invitation` says what will happen, `demo_invitation` the same for the demo org if it differs.
    `not_offered` is the reason if a server does not support it.
    """

    noun: str
    choice: str
    command: str
    hint: str
    invitation: str
    demo_invitation: str = ""
    not_offered: str

    def invite(self, *, is_demo: bool) -> str:
        return (self.demo_invitation if is_demo else "") or self.invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A flag of `lapse sign-in`; it takes a value where it has a `metavar` or `choices`."""

    name: str
    help: str
    metavar: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInKind(Generic[Prompt]):
    """One kind of sign-in.

    `name` is its name in settings and files, `grant` in the journal. `flag` chooses it, `more_flags` go with it.
    `sign_in` is called with a prompt, which is how this kind shows and asks; it imports its flow when it is called.
    `returns_by_redirect` means that the response comes back to the connection's redirect URI, and
    `leaves_browser_session` that the user is signed in to the server in this machine's browser afterwards.
    """

    name: str
    words: KindWords
    flag: Flag
    more_flags: tuple[Flag, ...] = ()
    grant: str
    is_offered: "Callable[[ServerMetadata], bool]"
    sign_in: "Callable[[SignInContext, Prompt], Awaitable[SignIn]]"
    returns_by_redirect: bool = False
    leaves_browser_session: bool = False
