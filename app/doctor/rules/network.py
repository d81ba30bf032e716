"""Rules about the way to the server: captive portals, proxies, intercepted TLS, rate limits, a wrong issuer."""

from urllib.parse import urlsplit

from app.doctor.records import Case, Certainty, Evidence, Failure, Finding
from app.doctor.rules.server_words import Described, says
from app.errors.reasons import FailureKind
from app.events import Entry
from app.events.wire import Exchange, ExchangeKind

_TOO_MANY = 429
_PROXY_WANTS_PASSWORD = 407
_PORTALS = (FailureKind.WEB_PAGE, FailureKind.REDIRECT)
_PROXIES = (FailureKind.PROXY, FailureKind.PROXY_WANTS_SIGN_IN)
_CERTIFICATES = (FailureKind.CERTIFICATE, FailureKind.UNKNOWN_AUTHORITY)
_OF_OUR_SERVER = (ExchangeKind.DISCOVERY, ExchangeKind.KEYS, ExchangeKind.TOKEN)
_AFTER_S = 120.0


def _troubles(case: Case) -> tuple[Failure, ...]:
    """Return the transport failures, that of the latest check first."""
    look = case.known.look
    both = (None if look is None else look.trouble, case.trouble)
    return tuple(each for each in both if each is not None)


def _is_settled(case: Case) -> bool:
    """Return whether the latest check reached the server, so that earlier transport failures are over."""
    return case.known.look is not None and case.known.look.trouble is None


def _of_kind(case: Case, *kinds: FailureKind) -> Failure | None:
    return next((each for each in _troubles(case) if each.kind in kinds), None)


def _newest_exchange(case: Case) -> Entry | None:
    found = [each for each in case.entries if isinstance(each.event, Exchange) and each.event.kind in _OF_OUR_SERVER]
    return found[-1] if found else None


def captive_portal(case: Case) -> Finding | None:
    """A web page or a redirect came where JSON must be, as networks with a sign-in page do."""
    trouble = None if _is_settled(case) else _of_kind(case, *_PORTALS)
    if trouble is None:
        return None
    answered = _newest_exchange(case)
    again = (Evidence(answered.seq, answered.sentence()),) if answered is not None else ()
    return Finding(
        rule="captive_portal",
        certainty=Certainty.LIKELY,
        what="A web page answers in the server's place, most likely the sign-in page of the network you are in.",
        evidence=(Evidence(trouble.seq, trouble.what), *again),
        source="RFC 8952 §1 (captive portals); RFC 6749 §5: token responses are JSON",
        cure=(
            "Open any page in the browser, and sign in to the network there.",
            "Then call again: the session was kept.",
            "If there is no such network, check the issuer: for Okta it usually ends in /oauth2/default.",
        ),
        weight=80,
    )


def proxy(case: Case) -> Finding | None:
    """The proxy on the way failed or wants a password (RFC 9110 §15.5.8)."""
    entry = None if _is_settled(case) else _newest_exchange(case)
    if entry is None or not isinstance(entry.event, Exchange):
        return None
    kind = _failure_of(entry)
    asks = entry.event.status == _PROXY_WANTS_PASSWORD or kind is FailureKind.PROXY_WANTS_SIGN_IN
    if not asks and kind not in _PROXIES:
        return None
    settings = tuple(Evidence(None, f"The environment says {name}={value}") for name, value in case.proxies)
    said = tuple(Evidence(each.seq, each.what) for each in _troubles(case)[:1])
    return Finding(
        rule="proxy",
        certainty=Certainty.SURE,
        what="The proxy wants a user name and a password." if asks else "The proxy on the way to the server failed.",
        evidence=(Evidence(entry.seq, entry.sentence()), *said, *settings),
        source="RFC 9110 §15.5.8 (407) and §9.3.6 (CONNECT); the variables HTTPS_PROXY and NO_PROXY",
        cure=(
            "Check HTTPS_PROXY: http://name:password@host:port of your company's proxy.",
            "Name servers that need no proxy in NO_PROXY; this machine's own never need one.",
            "Start Lapse again.",
        ),
        weight=85,
    )


def intercepted(case: Case) -> Finding | None:
    """The certificate is not one this machine trusts: TLS is intercepted, or the server's is private."""
    entry = None if _is_settled(case) else _newest_exchange(case)
    kind = _failure_of(entry)
    if entry is None or kind not in _CERTIFICATES:
        return None
    trouble = _of_kind(case, *_CERTIFICATES)
    said = () if trouble is None else (Evidence(trouble.seq, trouble.what),)
    stranger = kind is FailureKind.UNKNOWN_AUTHORITY
    return Finding(
        rule="tls_interception" if stranger else "certificate",
        certainty=Certainty.SURE,
        what="The server's certificate comes from an authority this machine does not know: something on the way opens "
        "the connection, or the authority is your company's own."
        if stranger
        else "The server's certificate is not in order, so nothing was sent.",
        evidence=(*said, Evidence(entry.seq, entry.sentence())),
        source="RFC 8446 §4.4.2; RFC 6749 §1.6: tokens go over TLS only",
        cure=_STRANGER_CURE if stranger else _FAULTY_CURE,
        weight=85,
    )


_NO_WAY_AROUND = "Do not go on over a network you do not know: there is no way around the check in Lapse."
_STRANGER_CURE = (
    "Ask your network's administrator whether it inspects TLS.",
    "If so, have the company's root certificate added to this machine's trust store, which Lapse uses.",
    _NO_WAY_AROUND,
)
_FAULTY_CURE = (
    "Check this machine's date and time, and the host in the issuer.",
    "Ask the server's operator to put the certificate in order.",
    _NO_WAY_AROUND,
)


def _failure_of(entry: Entry | None) -> FailureKind | None:
    failure = entry.event.failure if entry is not None and isinstance(entry.event, Exchange) else None
    return None if failure is None else failure.kind


def rate_limited(case: Case) -> Finding | None:
    """A rate limit, which Okta's token endpoint dresses as `invalid_grant` with status 429; the session is kept."""
    trouble = case.trouble
    if trouble is None:
        return None
    dressed = says(case, Described.USER_RATE_LIMITED) or trouble.kind is FailureKind.LEFT_ALONE
    many = [each for each in case.entries if _is_too_many(each) and trouble.at - each.at <= _AFTER_S]
    if trouble.status != _TOO_MANY and not dressed and not (many and trouble.code == "invalid_grant"):
        return None
    sure = trouble.status == _TOO_MANY or dressed
    return Finding(
        rule="rate_limited",
        certainty=Certainty.SURE if sure else Certainty.CANNOT_KNOW,
        what="The server had too many requests; it says invalid_grant, but the refresh token is still valid."
        if trouble.code == "invalid_grant"
        else "The server had too many requests; the refresh token is still valid.",
        evidence=(Evidence(trouble.seq, trouble.said()), *(Evidence(each.seq, each.sentence()) for each in many[-3:])),
        source="Okta's error list: user_rate_limited (429 invalid_grant); 4 token requests a second for one user",
        cure=("Wait as long as the server asked, and call again.", "Have fewer programs refresh at the same time."),
        weight=88 if sure else 10,
    )


def _is_too_many(entry: Entry) -> bool:
    return isinstance(entry.event, Exchange) and entry.event.status == _TOO_MANY


def issuer_mismatch(case: Case) -> Finding | None:
    """The metadata names another issuer than the connection does (RFC 8414 §3.3)."""
    trouble = None if _is_settled(case) else _of_kind(case, FailureKind.OTHER_ISSUER)
    if trouble is None:
        return None
    return Finding(
        rule="issuer_mismatch",
        certainty=Certainty.SURE,
        what="The metadata belongs to another issuer than the connection's, to the last character.",
        evidence=(
            Evidence(trouble.seq, trouble.what),
            Evidence(None, f"The connection's issuer: {case.connection.issuer}"),
        ),
        source="RFC 8414 §3.3; OIDC Discovery §4.3",
        cure=(
            "Write the issuer as the server states it: with or without a slash at its end, with Okta's custom domain "
            "or without.",
            "If it is a stranger's, do not sign in there.",
        ),
        weight=85,
    )


def no_metadata(case: Case) -> Finding | None:
    """Something responds at the issuer, but it is no authorization server (RFC 8414 §3)."""
    trouble = None if _is_settled(case) else _of_kind(case, FailureKind.NO_METADATA)
    if trouble is None:
        return None
    entry = _newest_exchange(case)
    answered = () if entry is None else (Evidence(entry.seq, entry.sentence()),)
    return Finding(
        rule="no_metadata",
        certainty=Certainty.LIKELY,
        what="There is no authorization server at this issuer.",
        evidence=(Evidence(trouble.seq, trouble.what), *answered),
        source="RFC 8414 §3; OIDC Discovery §4; Okta, Authorization servers: /oauth2/default, /oauth2/{id}, or the org",
        cure=(
            f"Check the issuer {case.connection.issuer}, letter by letter.",
            "At Okta it is https://your-org.okta.com/oauth2/default, with another id in place of default, or "
            "https://your-org.okta.com alone; Security > API lists them.",
        ),
        weight=60,
    )


def unreachable(case: Case) -> Finding | None:
    """No response arrived: from here the network and the server cannot be told apart."""
    look = case.known.look
    trouble = look.trouble if look is not None else case.trouble
    if trouble is None or trouble.code or trouble.status is not None:
        return None
    entry = _newest_exchange(case)
    if entry is None or not isinstance(entry.event, Exchange) or entry.event.failure is None:
        return None
    host = urlsplit(case.connection.issuer).hostname or "the server"
    return Finding(
        rule="unreachable",
        certainty=Certainty.CANNOT_KNOW,
        what=f"{host} gives no response: the network may be down, or the server.",
        evidence=(Evidence(trouble.seq, trouble.what), Evidence(entry.seq, entry.sentence())),
        source="Our own exchanges; nothing was answered",
        cure=("Check the network, then call again: the session is kept.", "Check the issuer's host name."),
        weight=40,
    )
