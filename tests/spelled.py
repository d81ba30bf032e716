"""A secret in every spelling that tests plant: what servers, proxies, frameworks and people's tools make of a text."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus


def percent(text: str) -> str:
    """Every octet percent-encoded, in lower case."""
    return "".join(f"%{each:02x}" for each in text.encode())


def lying(shift: int, url: bool = False) -> Callable[[str], str]:
    """Return what writes a text in base64, `shift` octets into a longer one."""
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    return lambda text: encode(b"." * shift + text.encode() + b"z" * shift).decode()


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent": lambda text: quote(text, safe=""),
    "percent but slashes": quote,
    "form": quote_plus,
    "percent, all": percent,
    "percent, all, upper case": lambda text: percent(text).upper(),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, slashes too": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON, all": lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    "JSON, all, upper case": lambda text: "".join(f"\\u{ord(each):04X}" for each in text),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[1:-1],
    "HTML": html.escape,
    "HTML, decimal": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "HTML, hexadecimal": lambda text: "".join(f"&#x{ord(each):X};" for each in text),
    "Python": lambda text: repr(text)[1:-1],
    "C": lambda text: "".join(f"\\x{each:02x}" for each in text.encode()),
    "UTF-16": lambda text: text.encode("utf-16-le").decode("latin-1"),
    "UTF-16, big end first": lambda text: text.encode("utf-16-be").decode("latin-1"),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    **{f"base64 at {shift}": lying(shift) for shift in range(4)},
    **{f"base64url at {shift}": lying(shift, url=True) for shift in range(4)},
    "base64 in a URL": lambda text: quote(lying(0)(text), safe=""),
    "JSON in a URL": lambda text: quote(json.dumps(text), safe=""),
    "a URL in JSON in HTML": lambda text: html.escape(json.dumps(quote(text, safe=""))),
}
"""Ways to write a text by their names."""
