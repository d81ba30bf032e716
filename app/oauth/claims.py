"""What each claim means, in one line."""

from collections.abc import Mapping
from types import MappingProxyType

# RFC 7519 §4.1, RFC 9068 §2.2, OIDC Core §2 and §5.1, Okta facts §2.6.
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "iss": "issuer: who made this token",
        "aud": "audience: who it is for",
        "sub": "subject: whom it is about",
        "exp": "ends at",
        "nbf": "not to be used before",
        "iat": "issued at",
        "jti": "unique ID of this token",
        "azp": "authorized party: the client it was issued to",
        "nonce": "ties the token to one sign-in",
        "at_hash": "ties the ID token to its access token",
        "c_hash": "ties the ID token to its code",
        "auth_time": "when the user signed in",
        "acr": "how strongly the user was authenticated",
        "amr": "by which methods the user was authenticated",
        "sid": "session ID at the server",
        "scope": "granted scopes",
        "client_id": "client",
        "act": "who acts on behalf of the subject",
        "cnf": "the key this token is bound to",
        "scp": "granted scopes",
        "cid": "client",
        "uid": "Okta user ID",
        "ver": "Okta token format version",
        "idp": "identity provider that signed the user in",
        "groups": "groups the user is in",
        "name": "full name",
        "given_name": "given name",
        "family_name": "family name",
        "middle_name": "middle name",
        "nickname": "nickname",
        "preferred_username": "the name the user prefers to sign in with",
        "profile": "profile page",
        "picture": "picture",
        "website": "website",
        "email": "e-mail address",
        "email_verified": "whether the address was verified",
        "gender": "gender",
        "birthdate": "date of birth",
        "zoneinfo": "time zone",
        "locale": "language and region",
        "phone_number": "phone number",
        "phone_number_verified": "whether the number was verified",
        "address": "postal address",
        "updated_at": "when the profile last changed",
    }
)
# Claims whose numbers are times (NumericDate, RFC 7519 §2).
MOMENTS = frozenset({"exp", "nbf", "iat", "auth_time", "updated_at"})
