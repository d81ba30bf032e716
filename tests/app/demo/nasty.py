"""Malformed requests: names, values, forms, bodies and headers as hypothesis draws them."""

import json
from collections.abc import Iterable
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from app.demo.applications import Grant


def encoded(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the pairs as a query or a form."""
    return "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in pairs).encode()


NASTY = "<script>alert(1)</script>"
QUOTE = '" onload="x'
NAMES = st.sampled_from(
    [
        "grant_type",
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "request",
        "request_uri",
        "code",
        "code_verifier",
        "redirect_uri",
        "refresh_token",
        "scope",
        "username",
        "password",
        "otp",
        "login_hint",
        "mfa_token",
        "oob_code",
        "binding_code",
        "channel_hint",
        "challenge_hint",
        "challenge_types_supported",
        "device_code",
        "user_code",
        "token",
        "token_type_hint",
        "response_type",
        "response_mode",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "max_age",
        "id_token_hint",
        "post_logout_redirect_uri",
        "ticket",
        "action",
        "number",
        "push",
        "nonce",
        "limit",
        "after",
        "since",
        "until",
        "filter",
        "q",
        "sortOrder",
    ]
)
GOOD = st.sampled_from(
    [
        *Grant,
        "0oa-demo-native",
        "openid profile offline_access",
        "http://127.0.0.1:8765/callback",
        "code",
        "S256",
        "form_post",
        "none",
        "login consent",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "ada",
        "engine-1843",
        "compiler-1952",
        "sign-in",
        "allow",
        "cancel",
        "push",
        NASTY,
        QUOTE,
        "{{7*7}}",
        "0",
        "-1",
        "9" * 40,
        "\x00",
        "é" * 3,
        "x" * 5000,
        'eventType eq "x"',
        "((((",
        "2026-01-01T00:00:00Z",
    ]
)
VALUES = (
    GOOD.map(str.encode)
    | st.binary(max_size=40)
    | st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace"))
)
PAIRS = st.lists(st.tuples(NAMES.map(str.encode) | st.binary(max_size=8), VALUES), max_size=12)
BROKEN = [b"%", b"%zz", b"%ff=%ff", b"&&&===", b"a=1;b=2", b"+=+&a+b=c+d", b"=" * 50, b"a&" * 300]
BROKEN += [b"state=%00&nonce=%ed%a0%80", b"client_id=1&client_id=2", b"&".join(b"%d=" % at for at in range(10_000))]
SPOILT = [*BROKEN, b"\xff\xfe=\x00", b"client_id=caf\xe9", b"x" * 65_537, b"token=" + b"a" * 102_400, b""]
SPOILT += [b"[" * 60_000, b'{"a":' * 10_000, b"\xef\xbb\xbf{}", b"NaN", b'{"grace_s": 1e999}', b"9" * 9999, b"[{}]"]
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | GOOD,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=8)
            | NAMES
            | st.sampled_from(["settings", "oauthClient", "label", "grant_types", "preset", "faults", "family"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
CHARACTERS = st.binary(max_size=60).map(lambda raw: bytes(octet for octet in raw if octet not in b"\r\n\0"))
BODIES = (
    PAIRS.map(encoded)
    | st.sampled_from(SPOILT)
    | TREES.map(lambda tree: json.dumps(tree).encode())
    | st.binary(max_size=200)
)
TYPES = CHARACTERS | st.sampled_from(
    [
        b"application/x-www-form-urlencoded",
        b"application/x-www-form-urlencoded; charset=utf-16",
        b"application/json",
        b"text/plain",
        b"",
        b"multipart/form-data; boundary=x",
        b"x" * 300,
    ]
)
CREDENTIALS = CHARACTERS | st.sampled_from(
    [
        b"",
        b"Bearer",
        b"Bearer x.y.z",
        b"Bearer eyJhbGciOiJub25lIn0.e30.",
        b"Bearer " + b"a" * 9000,
        b"Basic !!!",
        b"Basic eDp5",
        b"SSWS",
        b"DPoP x",
    ]
)
COOKIES = CHARACTERS | st.sampled_from([b"", b"lapse-demo-sid-8899=x", b"a=b; " * 50, b'a="\\"; =; ;;='])
FORM = (b"content-type", b"application/x-www-form-urlencoded")
JSON = (b"content-type", b"application/json")
