"""Explains why a certificate was not accepted, and what to do; there is no way around it."""

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.errors.reasons import FailureKind

if TYPE_CHECKING:
    from cryptography import x509

_MOST_NAMES = 5
_LONGEST = 80
_NO_WAY_AROUND = "Lapse offers no way around it."
# OpenSSL's x509_vfy.h; other systems have numbers and texts of their own, which are passed on.
_NOT_YET, _EXPIRED, _SELF_SIGNED, _REVOKED = 9, 10, 18, 23
_UNKNOWN_ISSUER = frozenset({2, 19, 20, 21, 27})
_WRONG_NAME = frozenset({62, 64})


@dataclass(frozen=True, slots=True)
class Presented:
    """The server's certificate in its own words; nothing in it is verified."""

    names: tuple[str, ...]
    issuer: str
    good_from: str
    good_until: str


@dataclass(frozen=True, slots=True)
class CertificateFlaw:
    """Why a certificate was not accepted: in two words, in half a sentence after "it", and what to do."""

    kind: FailureKind
    brief: str
    words: str
    cure: str


def flaw_of(refused: ssl.SSLCertVerificationError, presented: Presented | None) -> CertificateFlaw:
    """Return the reason of a failed verification; with the certificate `presented`, names and dates are included."""
    code = getattr(refused, "verify_code", None)
    if code == _EXPIRED:
        when = f" on {presented.good_until}" if presented else ""
        return _flaw("expired", f"it has expired{when}", "Ask the server's operator to renew it, and check the clock.")
    if code == _NOT_YET:
        when = f" before {presented.good_from}" if presented else ""
        return _flaw("not yet valid", f"it is not valid yet{when}", "Check this computer's date and time.")
    if code == _REVOKED:
        return _flaw("revoked", "its issuer has revoked it", "Ask the server's operator for a new one.")
    if code in _WRONG_NAME:
        names = f"; it is for {_listed(presented.names)}" if presented else ""
        return _flaw("other name", f"it is not for this name{names}", "Check the host in the URL.")
    if code == _SELF_SIGNED:
        words = "it is self-signed: no authority vouches for it"
        return _flaw("self-signed", words, _installed("it"), FailureKind.UNKNOWN_AUTHORITY)
    if code in _UNKNOWN_ISSUER:
        return _unknown(presented)
    said = printable(getattr(refused, "verify_message", "") or "the system gave no reason")
    return _flaw(said, said, f"Ask the server's operator{_or_network(presented)}.")


def read_presented(der: bytes) -> Presented | None:
    """Return the content of a DER certificate, None where it cannot be read."""
    from cryptography import x509  # imported here: only a failure needs it

    try:
        certificate = x509.load_der_x509_certificate(der)
        issuer = _called(certificate.issuer)
        from_, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        return Presented(_names(certificate), issuer, f"{from_:%Y-%m-%d %H:%M} UTC", f"{until:%Y-%m-%d %H:%M} UTC")
    except ValueError:
        return None


def printable(text: str) -> str:
    """Return text from outside on one line, without unprintable characters, cut where it gets long."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _unknown(presented: Presented | None) -> CertificateFlaw:
    who = f"issued by '{presented.issuer}', which" if presented and presented.issuer else "issued by an authority that"
    words = f"it is {who} this computer does not trust"
    cure = _installed("that authority's root certificate")
    return _flaw("unknown authority", words, cure, FailureKind.UNKNOWN_AUTHORITY)


def _flaw(brief: str, words: str, cure: str, kind: FailureKind = FailureKind.CERTIFICATE) -> CertificateFlaw:
    return CertificateFlaw(kind, brief, words, f"{cure} {_NO_WAY_AROUND}")


def _installed(what: str) -> str:
    return f"If it is your company's, have {what} installed in the operating system's trust store."


def _or_network(presented: Presented | None) -> str:
    return f", or the operator of '{presented.issuer}'" if presented and presented.issuer else ""


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more if names else "no name at all"


def _names(certificate: "x509.Certificate") -> tuple[str, ...]:
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    dns, addresses = found.get_values_for_type(x509.DNSName), found.get_values_for_type(x509.IPAddress)
    return tuple(printable(str(each)) for each in (*dns, *addresses))


def _called(name: "x509.Name") -> str:
    from cryptography.x509.oid import NameOID

    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME):
        for each in name.get_attributes_for_oid(oid):
            return printable(str(each.value))
    return printable(name.rfc4514_string())
