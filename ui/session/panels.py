"""All widgets that show the session: top bar, cards, pages of the middle."""

from collections.abc import Mapping
from dataclasses import dataclass

from ui.session.call_strip import CallStrip
from ui.session.counts_card import CountsCard
from ui.session.sign_in_pages import SignInPages
from ui.session.token_card import TokenCard
from ui.session.top_bar import TopBar
from ui.session.welcome import Welcome


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class SessionPanels:
    """The session's widgets as placed by the window."""

    top_bar: TopBar
    cards: Mapping[str, TokenCard]
    counts: CountsCard
    welcome: Welcome
    sign_in: SignInPages
    call_strip: CallStrip
