"""Says why no answer came: in words for a person, and in a few words for the journal."""

import socket
import ssl
from collections.abc import Iterator

import httpx

from app.errors import Hitch, Unreachable
from app.text import one_line
from app.wire.certificate import Presented, flaw_of

# Errors raised before a byte of the request can have left the machine.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
_NO_ADDRESS = "Check the name's spelling, and the network: its name server may not answer, or not know the name."
_CLOSED = "Check the port in the URL, and whether the server runs."
_BUSY = "Let the calls that are under way end, or stop them; then call again."
_PORTS = {"http": 80, "https": 443}


def unreachable(failure: Exception, url: httpx.URL, presented: Presented | None = None) -> Unreachable:
    """Return what to tell of a request to `url` that failed with one of httpx's errors.

    `presented` is the certificate the server has shown, where it is known; it makes the reason plainer.
    """
    sent = not isinstance(failure, _NOT_SENT)
    refused = certificate_error(failure)
    if refused is not None:
        flaw = flaw_of(refused, presented)
        what = f"The certificate of {url.host} was not accepted: {flaw.words}."
        return Unreachable(what, sent=sent, hitch=Hitch.CERTIFICATE, brief=flaw.brief, next_step=flaw.cure)
    if is_nameless(failure):
        what = f"{url.host} could not be reached: no address was found for that name."
        return Unreachable(what, sent=sent, hitch=Hitch.NAME, brief="no address found", next_step=_NO_ADDRESS)
    if is_refused(failure):
        what = f"{url.host} could not be reached: it refused the connection to port {port_of(url)}."
        return Unreachable(what, sent=sent, hitch=Hitch.REFUSED, brief="connection refused", next_step=_CLOSED)
    if isinstance(failure, httpx.PoolTimeout):
        return all_busy(url.host)
    return Unreachable(_otherwise(failure, url.host), sent=sent)


def all_busy(host: str, number: int | None = None, waited_s: float | None = None) -> Unreachable:
    """Return what to tell where a request waited in vain for one of our own connections: nobody else's trouble."""
    which = "All of Lapse's" if number is None else f"All {number} of Lapse's"
    how_long = "for too long" if waited_s is None else f"for {waited_s:.0f} s"
    what = f"{which} own connections to {host} were busy {how_long}; nothing was sent."
    return Unreachable(what, sent=False, brief="no connection free", next_step=_BUSY)


def in_short(failure: BaseException, url: httpx.URL) -> str:
    """Return the failure for the journal: `certificate: self-signed`, or its class where no more is known."""
    told = unreachable(failure, url) if isinstance(failure, httpx.ConnectError) else failure
    if isinstance(told, Unreachable) and told.hitch is not None:
        return f"{told.hitch}: {told.brief}"
    return type(failure).__name__


def hitch_in(failure: str | None) -> Hitch | None:
    """Return whose trouble an `Exchange.failure` was, None where that is not known."""
    said = (failure or "").partition(":")[0]
    return next((each for each in Hitch if each.value == said), None)


def certificate_error(failure: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return the refusal of a certificate that lies behind `failure`, if one does."""
    return next((each for each in _reasons(failure) if isinstance(each, ssl.SSLCertVerificationError)), None)


def is_nameless(failure: BaseException) -> bool:
    """Return whether the failure is that a name has no address."""
    return any(isinstance(each, socket.gaierror) for each in _reasons(failure))


def is_refused(failure: BaseException) -> bool:
    """Return whether the failure is that nobody listens at the port."""
    return any(isinstance(each, ConnectionRefusedError) for each in _reasons(failure))


def port_of(url: httpx.URL) -> int:
    """Return the URL's port, stated or not."""
    return url.port or _PORTS.get(url.scheme, 0)


def _reasons(failure: BaseException) -> Iterator[BaseException]:
    """Yield the failure and what lies behind it; one connection may have failed at several addresses."""
    reason: BaseException | None = failure
    while reason is not None:
        yield reason
        if isinstance(reason, BaseExceptionGroup):
            for each in reason.exceptions:
                yield from _reasons(each)
        reason = reason.__cause__ or reason.__context__


def _otherwise(failure: Exception, host: str) -> str:
    text = one_line(str(failure), longest=200).rstrip(".")  # a broken answer's bytes may stand in it
    if isinstance(failure, httpx.TimeoutException):
        return f"{host} did not answer in time."
    if isinstance(failure, httpx.ConnectError):
        return f"{host} could not be reached ({text})."
    return f"The exchange with {host} broke off ({text or type(failure).__name__})."
