"""Why a look-up came to nothing; apart from the look-up itself, which brings the HTTP library."""

from app.errors import DiscoveryFailed, LapseError


class NotFound(DiscoveryFailed):
    """No address had metadata of the issuer; `tried` has the result of each, `answered` whether anything did."""

    def __init__(self, why: LapseError, tried: tuple[tuple[str, str], ...], *, answered: bool) -> None:
        super().__init__(why.what, next_step=why.next_step)
        self.tried = tried
        self.answered = answered
