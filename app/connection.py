"""A connection: an issuer, a client, its scopes and an API; checked, without any secret."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from app.connection_field import ConnectionField
from app.errors import BadInput
from app.urls import check_url, is_loopback_url

DEMO_NAME = "Demo org"
DEMO_CLIENT_ID = "0oa-demo-native"
DEFAULT_SCOPES = "openid profile email offline_access"
DEFAULT_SIGN_IN = "browser"
# Small: a token refused a moment early costs one hidden 401, a long leeway costs needless refreshes.
DEFAULT_LEEWAY_S = 1.0
_LONGEST_LEEWAY_S = 3600.0
_MOST_REDIRECT_URIS = 5
_PLAIN_TEXTS = (
    *(ConnectionField.NAME, ConnectionField.CLIENT_ID, ConnectionField.SCOPES),
    *(ConnectionField.AUDIENCE, ConnectionField.RESOURCE),
)
# Set by each sign-in itself: a connection that set them would break the protection they provide.
_OURS = frozenset(
    {
        "response_type",
        "response_mode",
        "client_id",
        "client_secret",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "audience",
        "resource",
        "request",
        "request_uri",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An issuer, a client, its scopes and an API: where to sign in and what to call.

    No `redirect_uris` means `http://127.0.0.1:<free port>/callback` (RFC 8252 §7.3); of several, the first with a free
    port is used. `audience` and `resource` (RFC 8707) name the API where a server requires that. `authorize_params` are
    added to the authorization request. `sign_in` names a kind of sign-in, of those in `app.session.kinds`. `embedded`
    marks the demo org of this program, whose issuer is known only once it listens. `number` distinguishes connections
    of the same issuer and client.
    """

    name: str
    issuer: str
    client_id: str
    scopes: str = DEFAULT_SCOPES
    audience: str = ""
    resource: str = ""
    redirect_uris: tuple[str, ...] = ()
    api_url: str = ""
    leeway_s: float = DEFAULT_LEEWAY_S
    authorize_params: tuple[tuple[str, str], ...] = ()
    sign_in: str = DEFAULT_SIGN_IN
    embedded: bool = False
    number: int = 0

    @property
    def key(self) -> str:
        """The name its session is stored under: issuer and client, both public."""
        return f"{self.issuer}#{self.client_id}" + (f"#{self.number}" if self.number else "")


DEMO_CONNECTION = Connection(name=DEMO_NAME, issuer="", client_id=DEMO_CLIENT_ID, embedded=True)


def check_connection(connection: Connection) -> Connection:
    """Return the connection with its URLs checked; raise BadInput for the first thing that cannot be used."""
    _check_texts(connection)
    if not connection.name.strip():
        raise BadInput(
            "The connection has no name.", next_step="Give it a name to choose it by.", field=ConnectionField.NAME
        )
    if not connection.client_id.strip():
        raise BadInput(
            "The client ID is missing.",
            next_step="Give the client ID of the app you registered.",
            field=ConnectionField.CLIENT_ID,
        )
    if "openid" not in connection.scopes.split():
        raise BadInput(
            "The scopes lack openid.",
            next_step="Add openid; without it there is no sign-in.",
            field=ConnectionField.SCOPES,
        )
    if not 0 <= connection.leeway_s <= _LONGEST_LEEWAY_S:
        raise BadInput(f"The leeway must lie between 0 and {_LONGEST_LEEWAY_S:.0f} s.", field=ConnectionField.LEEWAY)
    issuer = check_url(connection.issuer, "The issuer", ConnectionField.ISSUER)
    if urlsplit(issuer).query or urlsplit(issuer).fragment:
        raise BadInput("The issuer must not have a query or a fragment.", field=ConnectionField.ISSUER)
    if connection.api_url:
        check_url(connection.api_url, "The API URL", ConnectionField.API_URL)
    if connection.resource:
        _check_resource(connection.resource)
    _check_redirect_uris(connection.redirect_uris)
    _check_params(connection.authorize_params)
    return replace(connection, issuer=issuer)


def _check_texts(connection: Connection) -> None:
    params = ((ConnectionField.AUTHORIZE_PARAMS, text) for pair in connection.authorize_params for text in pair)
    plain = ((each, getattr(connection, each)) for each in _PLAIN_TEXTS)
    for field, text in (*plain, *params):
        if any("\ud800" <= letter <= "\udfff" for letter in text):  # a terminal's bytes that are not UTF-8
            raise BadInput(
                "The connection has a text that is not UTF-8.", next_step="Enter it again and retry.", field=field
            )


def _check_resource(resource: str) -> None:
    try:
        parts = urlsplit(resource)
        usable = bool(parts.scheme) and not parts.fragment
    except ValueError:  # an absolute URI need be no URL, but one with half a host is neither
        usable = False
    if not usable:
        raise BadInput(
            "The resource must be an absolute URI without a fragment (RFC 8707 §2).", field=ConnectionField.RESOURCE
        )


def _check_redirect_uris(uris: tuple[str, ...]) -> None:
    if len(uris) > _MOST_REDIRECT_URIS or len(set(uris)) != len(uris):
        raise BadInput(f"At most {_MOST_REDIRECT_URIS} redirect URIs, each once.", field=ConnectionField.REDIRECT_URIS)
    for uri in uris:
        check_redirect_uri(uri)


def check_redirect_uri(uri: str) -> str:
    """Return a redirect URI that Lapse can listen at: http on loopback, with port and path. Raises BadInput."""
    parts = urlsplit(check_url(uri, "The redirect URI", ConnectionField.REDIRECT_URIS))
    if parts.scheme != "http" or not is_loopback_url(uri) or parts.port is None or parts.fragment:
        raise BadInput(
            "The redirect URI must be http on this machine with a port, because Lapse listens there.",
            next_step="Use http://127.0.0.1:PORT/callback and register exactly that.",
            field=ConnectionField.REDIRECT_URIS,
        )
    return uri


def _check_params(params: tuple[tuple[str, str], ...]) -> None:
    names = [name for name, _ in params]
    for name in names:
        if not name or not name.isascii() or not name.isprintable() or " " in name:
            raise BadInput(
                "A parameter for the authorization request has no usable name.", field=ConnectionField.AUTHORIZE_PARAMS
            )
        if name in _OURS:
            raise BadInput(
                f"The parameter {name} is Lapse's own; it cannot be set here.", field=ConnectionField.AUTHORIZE_PARAMS
            )
    if len(set(names)) != len(names):
        raise BadInput(
            "A parameter for the authorization request occurs twice (RFC 6749 §3.1).",
            field=ConnectionField.AUTHORIZE_PARAMS,
        )
