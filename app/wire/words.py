"""The sentences for missing responses: the network, our own limits, a proxy."""

CHECK_NAME = "Check the name's spelling, and the network: its name server may not answer, or not know the name."
CHECK_PORT = "Check the port in the URL, and whether the server is running."
LET_CALLS_END = "Let the calls that are under way end, or stop them; then call again."


def not_accepted(host: str, flaw: str) -> str:
    return f"The certificate of {host} was not accepted: {flaw}."


def no_address(host: str) -> str:
    return f"{host} could not be reached: no address was found for that name."


def refused_connection(host: str, port: int) -> str:
    return f"{host} could not be reached: it refused the connection to port {port}."


def not_reached(host: str, text: str) -> str:
    return f"{host} could not be reached ({text})."


def no_response_in_time(host: str) -> str:
    return f"{host} did not answer in time."


def broke_off(host: str, why: str, *, quoted: bool = False) -> str:
    """`why` is half a sentence, or quoted from elsewhere."""
    return f"The exchange with {host} broke off{f' ({why})' if quoted else f': {why}'}."


def all_busy(host: str, number: int | None, waited_s: float | None) -> str:
    which = "All of Lapse's" if number is None else f"All {number} of Lapse's"
    how_long = "for too long" if waited_s is None else f"for {waited_s:.0f} s"
    return f"{which} own connections to {host} were busy {how_long}; nothing was sent."


def not_opened(host: str, within_s: float) -> str:
    return f"No connection to {host} could be opened within {within_s:.0f} s."


def not_in_full(host: str, within_s: float) -> str:
    return f"{host} did not answer in full within {within_s:.0f} s."


def redirect_nowhere(host: str) -> str:
    return f"{host} answered with a redirect to something that is not a URL."


def no_certificates(variable: str, value: str) -> tuple[str, str]:
    step = f"Correct {variable}, or unset it to use the operating system's trust store; then start Lapse again."
    return f"{variable} names {value}, where no certificates can be read.", step


# --- a proxy's failures -----------------------------------------------------------------------------------------------


def proxy_unusable(variable: str, why: str) -> tuple[str, str]:
    step = f"Correct {variable} or unset it, then start Lapse again."
    return f"The proxy in {variable} cannot be used: {why}.", step


def proxy_would_not(proxy: object, host: str, port: int, answered: str) -> tuple[str, str]:
    return f"The proxy {proxy} did not open a tunnel to {host}:{port}: {answered}.", f"Ask {_operators(proxy)}"


def proxy_silent(proxy: object, why: str, variable: str) -> tuple[str, str]:
    return f"The proxy {proxy} {why}.", f"Check {variable} and the network; ask {_operators(proxy)}"


def proxy_wants_another_scheme(proxy: object, schemes: list[str]) -> tuple[str, str]:
    what = f"The proxy {proxy} wants a sign-in by {' or '.join(schemes)}, which Lapse does not support."
    return what, "Ask your network's operators for a proxy that accepts a name and password."


def proxy_refused_password(proxy: object, variable: str) -> tuple[str, str]:
    what = f"The proxy {proxy} did not accept the name and password in {variable}."
    return what, f"Correct them in {variable}, with %-escapes; then start Lapse again."


def proxy_wants_password(proxy: object, variable: str, scheme: str) -> tuple[str, str]:
    step = f"Put them into {variable} as {scheme}://name:password@{proxy}; start Lapse again."
    return f"The proxy {proxy} wants a name and a password.", step


def _operators(proxy: object) -> str:
    return f"your network's operators about {proxy}, or list the server in NO_PROXY if it needs no proxy."
