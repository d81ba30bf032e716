"""Everything that shows the session, together: the bar above, the cards on the left, the pages of the middle."""

from collections.abc import Mapping
from dataclasses import dataclass

from ui.session.call_strip import CallStrip
from ui.session.counts_card import CountsCard
from ui.session.device_waiting import DeviceWaitingPanel
from ui.session.password_panel import PasswordPanel
from ui.session.second_factor import SecondFactorPanel
from ui.session.token_card import TokenCard
from ui.session.top_bar import TopBar
from ui.session.waiting import WaitingPanel
from ui.session.welcome import Welcome


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class SessionPanels:
    """The session's widgets, as the window has placed them."""

    top_bar: TopBar
    cards: Mapping[str, TokenCard]
    counts: CountsCard
    welcome: Welcome
    waiting: WaitingPanel
    device_waiting: DeviceWaitingPanel
    password: PasswordPanel
    second_factor: SecondFactorPanel
    call_strip: CallStrip
