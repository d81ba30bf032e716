"""Every event there is, as one type."""

from app.events.calls import CallEvent
from app.events.demo import DemoEvent
from app.events.refresh import RefreshEvent
from app.events.session import SessionEvent
from app.events.sign_in import SignInEvent
from app.events.tokens import TokenEvent
from app.events.wire import Exchange

Event = DemoEvent | SignInEvent | TokenEvent | SessionEvent | RefreshEvent | CallEvent | Exchange
