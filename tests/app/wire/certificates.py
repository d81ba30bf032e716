"""Certificates of one test: an authority that is forgotten afterwards, and what it, or nobody, vouches for."""

import ipaddress
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.clock import SystemClock


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@dataclass(frozen=True, slots=True)
class Authority:
    """Vouches for certificates; `file` is its own, for those who are to trust it."""

    name: str
    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def file(self) -> Path:
        path = self.folder / f"{self.name}.pem"
        path.write_bytes(_signed(self.key, self, self.name, None, (-1, 1)).public_bytes(Encoding.PEM))
        return path

    def server(self, *names: str, days: tuple[int, int] = (-1, 1)) -> ssl.SSLContext:
        """Return the TLS of a server of these names, good from and until so many days from now."""
        return self._served(names, days, self)

    def self_signed(self, *names: str) -> ssl.SSLContext:
        """Return the TLS of a server that nobody but itself vouches for."""
        return self._served(names, (-1, 1), None)

    def unnamed(self, common_name: str) -> ssl.SSLContext:
        """Return the TLS of a server whose certificate names it in its subject alone, as was done before 2000."""
        return self._served((), (-1, 1), self, common_name)

    def _served(
        self, names: tuple[str, ...], days: tuple[int, int], issuer: "Authority | None", common_name: str = ""
    ) -> ssl.SSLContext:
        key, called = ec.generate_private_key(ec.SECP256R1()), common_name or names[0]
        certificate = _signed(key, issuer or Authority(called, self.folder, key), called, names, days)
        chain = self.folder / "server.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context


def _signed(
    key: ec.EllipticCurvePrivateKey,
    issuer: Authority,
    name: str,
    names: tuple[str, ...] | None,
    days: tuple[int, int],
) -> x509.Certificate:
    now = datetime.fromtimestamp(SystemClock().now(), UTC)
    builder = (
        x509.CertificateBuilder(_called(issuer.name), _called(name), key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_name(each) for each in names]), critical=False)
    return builder.sign(issuer.key, SHA256())


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
