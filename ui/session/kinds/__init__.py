"""How each kind of sign-in is shown in the window: a form for every record of `app.session.kinds`."""

from ui.session.kinds.browser import BrowserForm
from ui.session.kinds.device import DeviceForm
from ui.session.kinds.password import PasswordForm
from ui.session.sign_in_form import SignInForm

FORMS: tuple[type[SignInForm], ...] = (BrowserForm, PasswordForm, DeviceForm)
