"""The expiry truth table: what each source says about a token's end, how far apart they are, and which one counts."""

from dataclasses import dataclass
from enum import StrEnum

from app.decision import ExpirySource
from app.text import duration

_WORTH_SAYING_S = 2.0


class Witness(StrEnum):
    """The source of an expiry."""

    EXPIRES_IN = "expires_in, counted from receipt"
    ON_REQUEST = "made to expire on request"
    EXP = "exp claim"
    EXP_ON_OUR_CLOCK = "exp claim, on our clock"
    INTROSPECTION = "introspection"


_SOURCES = {
    Witness.EXPIRES_IN: "RFC 6749 §5.1",
    Witness.ON_REQUEST: "the user of this window",
    Witness.EXP: "RFC 7519 §4.1.4",
    Witness.EXP_ON_OUR_CLOCK: "the Date header of the token response",
    Witness.INTROSPECTION: "RFC 7662 §2.2",
}
_ACTED_ON = {
    ExpirySource.EXPIRES_IN: Witness.EXPIRES_IN,
    ExpirySource.EXP: Witness.EXP,
    ExpirySource.ASKED: Witness.ON_REQUEST,
}


@dataclass(frozen=True, slots=True)
class Testimony:
    """One row: the end in epoch seconds (None: not stated), how far it is from the one acted on, and its reason.

    `apart_s` is positive where this source gives the token longer than Lapse does.
    """

    witness: Witness
    ends_at: float | None
    source: str
    is_acted_on: bool = False
    apart_s: float | None = None
    remark: str = ""

    def sentence(self) -> str:
        """Return the sentence of this row, compared with the one acted on."""
        if self.remark:
            return self.remark
        if self.ends_at is None:
            return "Not stated."
        if self.is_acted_on:
            return "Lapse acts on this one."
        if self.apart_s is None:
            return "There is nothing to compare it with."
        if abs(self.apart_s) < _WORTH_SAYING_S:
            return "Agrees."
        return f"{duration(self.apart_s)} {'later' if self.apart_s > 0 else 'earlier'} than what Lapse acts on."


def expiry_table(
    *,
    by_receipt: float | None = None,
    exp: float | None = None,
    skew_s: float | None = None,
    introspected: float | None = None,
    is_active: bool | None = None,
    acted_on: ExpirySource | None = None,
) -> tuple[Testimony, ...]:
    """Return a row for every source; all times in epoch seconds, `skew_s` positive where the server is ahead.

    `by_receipt` is the receipt plus `expires_in`, or the time it was made to expire; `introspected` the end that
    introspection states, `is_active` whether it was asked and its result. `acted_on` is None for tokens Lapse does not
    act on.
    """
    counted = Witness.ON_REQUEST if acted_on is ExpirySource.ASKED else Witness.EXPIRES_IN
    ends = {counted: by_receipt, Witness.EXP: exp}
    if exp is not None and skew_s is not None:
        ends[Witness.EXP_ON_OUR_CLOCK] = exp - skew_s
    ends[Witness.INTROSPECTION] = introspected
    believed = _ACTED_ON.get(acted_on) if acted_on is not None else None
    known = ends.get(believed) if believed is not None else None
    return tuple(_testimony(witness, end, believed, known, skew_s, is_active) for witness, end in ends.items())


def _testimony(
    witness: Witness,
    end: float | None,
    believed: Witness | None,
    known: float | None,
    skew_s: float | None,
    is_active: bool | None,  # noqa: FBT001 - three-valued
) -> Testimony:
    apart = None if end is None or known is None else end - known
    remark = ""
    if witness is Witness.INTROSPECTION and is_active is False:
        remark = "The server says only that it is not active any more."
    elif witness is Witness.INTROSPECTION and is_active is None:
        remark = "Not asked."
    elif witness is Witness.INTROSPECTION and end is None:
        remark = "The server says it is active, but not until when."
    elif witness is Witness.EXP and apart is not None and skew_s is not None and abs(apart) >= _WORTH_SAYING_S:
        remark = _skew_remark(apart, skew_s)
    return Testimony(witness, end, _SOURCES[witness], witness is believed, apart, remark)


def _skew_remark(apart: float, skew_s: float) -> str:
    side = "later" if apart > 0 else "earlier"
    ahead = f"the server's clock is {duration(skew_s)} {'ahead of' if skew_s > 0 else 'behind'} ours"
    if abs(apart - skew_s) < _WORTH_SAYING_S:
        return f"{duration(apart)} {side}, because {ahead}."
    return f"{duration(apart)} {side} than what Lapse acts on; {ahead}."
