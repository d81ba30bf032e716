"""The fields of a connection, so that an error says which one it is about and a form where to show it."""

from enum import StrEnum


class ConnectionField(StrEnum):
    """Each by the name of its attribute of `Connection`."""

    NAME = "name"
    ISSUER = "issuer"
    CLIENT_ID = "client_id"
    SCOPES = "scopes"
    AUDIENCE = "audience"
    RESOURCE = "resource"
    REDIRECT_URIS = "redirect_uris"
    API_URL = "api_url"
    LEEWAY = "leeway_s"
    AUTHORIZE_PARAMS = "authorize_params"
    SIGN_IN = "sign_in"
