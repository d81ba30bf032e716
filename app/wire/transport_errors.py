"""Explains why no response came: what failed, as far as httpx's errors and the certificate say."""

import socket
import ssl
from collections.abc import Iterator

import httpx

from app.errors import Unreachable
from app.errors.reasons import FailureKind
from app.events.wire import TransportFailure
from app.text import one_line, unstopped
from app.wire import words
from app.wire.certificate import Presented, flaw_of

# Errors raised before a byte of the request can have left the machine.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
_PORTS = {"http": 80, "https": 443}


def unreachable(failure: Exception, url: httpx.URL, presented: Presented | None = None) -> Unreachable:
    """Return the error for a request to `url` that failed with one of httpx's errors.

    `presented` is the server's certificate, where it is known; it makes the reason plainer.
    """
    sent = not isinstance(failure, _NOT_SENT)
    refused = certificate_error(failure)
    if refused is not None:
        flaw = flaw_of(refused, presented)
        what = words.not_accepted(url.host, flaw.words)
        return Unreachable(what, sent=sent, kind=flaw.kind, brief=flaw.brief, next_step=flaw.cure)
    if is_nameless(failure):
        what, kind = words.no_address(url.host), FailureKind.NAME
        return Unreachable(what, sent=sent, kind=kind, brief="no address found", next_step=words.CHECK_NAME)
    if is_refused(failure):
        what, kind = words.refused_connection(url.host, port_of(url)), FailureKind.CONNECTION_REFUSED
        return Unreachable(what, sent=sent, kind=kind, brief="connection refused", next_step=words.CHECK_PORT)
    if isinstance(failure, httpx.PoolTimeout):
        return all_busy(url.host)
    return Unreachable(_otherwise(failure, url.host), sent=sent)


def all_busy(host: str, number: int | None = None, waited_s: float | None = None) -> Unreachable:
    """Return the error for a request that found none of our own connections free: no server or network failed."""
    what = words.all_busy(host, number, waited_s)
    return Unreachable(what, sent=False, brief="no connection free", next_step=words.LET_CALLS_END)


def in_short(failure: BaseException, url: httpx.URL) -> TransportFailure:
    error = unreachable(failure, url) if isinstance(failure, httpx.ConnectError) else failure
    if isinstance(error, Unreachable):
        return TransportFailure(type(failure).__name__, error.kind, error.brief)
    kind = FailureKind.PROXY if isinstance(failure, httpx.ProxyError) else FailureKind.NO_RESPONSE
    return TransportFailure(type(failure).__name__, kind)


def certificate_error(failure: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return the certificate error behind `failure`, if there is one."""
    return next((each for each in _reasons(failure) if isinstance(each, ssl.SSLCertVerificationError)), None)


def is_nameless(failure: BaseException) -> bool:
    return any(isinstance(each, socket.gaierror) for each in _reasons(failure))


def is_refused(failure: BaseException) -> bool:
    """Return whether the connection was refused: nothing listens at the port."""
    return any(isinstance(each, ConnectionRefusedError) for each in _reasons(failure))


def port_of(url: httpx.URL) -> int:
    return url.port or _PORTS.get(url.scheme, 0)


def _reasons(failure: BaseException) -> Iterator[BaseException]:
    """Yield the failure and its causes; one connection may have failed at several addresses."""
    reason: BaseException | None = failure
    while reason is not None:
        yield reason
        if isinstance(reason, BaseExceptionGroup):
            for each in reason.exceptions:
                yield from _reasons(each)
        reason = reason.__cause__ or reason.__context__


def _otherwise(failure: Exception, host: str) -> str:
    text = unstopped(one_line(str(failure), longest=200))  # bytes of a broken response may be in it
    if isinstance(failure, httpx.TimeoutException):
        return words.no_response_in_time(host)
    if isinstance(failure, httpx.ConnectError):
        return words.not_reached(host, text)
    return words.broke_off(host, text or type(failure).__name__, quoted=True)
