"""Which field an error of `check_connection` is about, so that it is said where it stands."""

import re
from enum import StrEnum


class Part(StrEnum):
    """The parts of a connection's form that may be wrong."""

    NAME = "name"
    ISSUER = "issuer"
    CLIENT_ID = "client_id"
    SCOPES = "scopes"
    AUDIENCE = "audience"
    RESOURCE = "resource"
    REDIRECT = "redirect"
    API_URL = "api_url"
    LEEWAY = "leeway"
    PARAMS = "params"


# By the words the checks begin with; a test walks through all of them.
_WORDS = (
    (r"The connection has no name|There is a connection named", Part.NAME),
    (r"The client ID", Part.CLIENT_ID),
    (r"The scopes", Part.SCOPES),
    (r"The leeway", Part.LEEWAY),
    (r"The API URL", Part.API_URL),
    (r"The resource", Part.RESOURCE),
    (r"The redirect URI|At most \d+ redirect|Port ", Part.REDIRECT),
    (r"A parameter|The parameter", Part.PARAMS),
    (r"The issuer|The metadata|What was given|There is nothing to look up|This is longer", Part.ISSUER),
)


def part_of(what: str) -> Part | None:
    """Return the part an error's first line is about, None where that cannot be told."""
    return next((part for words, part in _WORDS if re.match(words, what)), None)
