"""TLS for one test: a certificate authority that is forgotten afterwards, and a front that ends TLS before the org."""

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
from anyio.abc import SocketAttribute, SocketStream, TaskStatus
from anyio.from_thread import start_blocking_portal
from anyio.streams.tls import TLSListener, TLSStream
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.clock import SystemClock

_CALLED = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of one test")])
_NAMES = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]
_GONE = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError)


@dataclass(frozen=True, slots=True)
class ThrowawayCa:
    """What a client needs to trust, as a file, and what the front needs to serve as `localhost`."""

    certificate: Path
    server: ssl.SSLContext

    def trusted(self) -> dict[str, str]:
        """Return the environment that makes OpenSSL, requests and Node trust this authority."""
        names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        return dict.fromkeys(names, str(self.certificate))


def found_ca(folder: Path) -> ThrowawayCa:
    """Make an authority and a certificate for this machine, both good for a day."""
    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    certificate, chain = folder / "ca.pem", folder / "server.pem"
    certificate.write_bytes(_authority(authority).public_bytes(Encoding.PEM))
    private = server.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(private + _for_this_machine(server, authority).public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return ThrowawayCa(certificate, context)


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return (
        _certificate(key, key, _CALLED)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, SHA256())
    )


def _for_this_machine(key: ec.EllipticCurvePrivateKey, authority: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return (
        _certificate(key, authority, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_NAMES), critical=False)
        .sign(authority, SHA256())
    )


def _certificate(
    key: ec.EllipticCurvePrivateKey, authority: ec.EllipticCurvePrivateKey, name: x509.Name
) -> x509.CertificateBuilder:
    now = datetime.fromtimestamp(SystemClock().now(), UTC)
    return (
        x509.CertificateBuilder(issuer_name=_CALLED, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        # Python 3.13 checks certificates strictly, and wants both (RFC 5280 §4.2.1.1, §4.2.1.2)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


class TlsFront:
    """Ends TLS on a free port of 127.0.0.1 and passes the bytes on to `target`, a port of the same machine."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.port = 0
        self.target = 0
        self._context = context

    @property
    def base_url(self) -> str:
        """Where clients reach it, without a path."""
        return f"https://localhost:{self.port}"

    async def serve(self, *, task_status: TaskStatus[None]) -> None:
        """Serve until cancelled."""
        plain = await anyio.create_tcp_listener(local_host="127.0.0.1")
        self.port = plain.extra(SocketAttribute.local_port)
        async with TLSListener(plain, self._context, standard_compatible=False) as listener:
            task_status.started()
            await listener.serve(self._pass_on)

    async def _pass_on(self, client: TLSStream) -> None:
        async with client, await anyio.connect_tcp("127.0.0.1", self.target) as org, anyio.create_task_group() as both:
            both.start_soon(_pipe, client, org)
            await _pipe(org, client)
            both.cancel_scope.cancel()


async def _pipe(source: TLSStream | SocketStream, sink: TLSStream | SocketStream) -> None:
    try:
        async for part in source:
            await sink.send(part)
    except _GONE:
        return


@contextmanager
def tls_front(context: ssl.SSLContext) -> Iterator[TlsFront]:
    """Serve a front on a thread of its own; set its `target` before anyone calls."""
    front = TlsFront(context)
    with start_blocking_portal() as portal:
        serving, _ = portal.start_task(front.serve)
        yield front
        serving.cancel()
