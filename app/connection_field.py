"""The fields of a connection, so that an error names the one it is about and a form can show it there.

What is typed is checked in `app/connection.py` and `app/urls.py`, what a server says in `app/connecting`.
"""

from enum import StrEnum


class ConnectionField(StrEnum):
    """Each named like its attribute of `Connection`."""

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
