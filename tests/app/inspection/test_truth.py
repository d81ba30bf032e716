"""The expiry truth table: who says what, how far apart they are, and whom Lapse believes."""

from app.decision import ExpirySource
from app.inspection.expiry_sources import Witness, expiry_table

NOW = 1_790_000_000.0


def told(**witnesses: object) -> dict[Witness, str]:
    return {row.witness: row.sentence() for row in expiry_table(**witnesses)}  # type: ignore[arg-type]


def test_all_agree() -> None:
    found = told(
        by_receipt=NOW + 30,
        exp=NOW + 29,
        skew_s=0.4,
        introspected=NOW + 29,
        is_active=True,
        acted_on=ExpirySource.EXPIRES_IN,
    )
    assert found == {
        Witness.EXPIRES_IN: "Lapse acts on this one.",
        Witness.EXP: "Agrees.",
        Witness.EXP_ON_OUR_CLOCK: "Agrees.",
        Witness.INTROSPECTION: "Agrees.",
    }


def test_a_wrong_clock_explains_the_distance_and_is_taken_out() -> None:
    found = told(by_receipt=NOW + 30, exp=NOW + 330, skew_s=300, acted_on=ExpirySource.EXPIRES_IN)
    assert found[Witness.EXP] == "5 min later, because the server's clock is 5 min ahead of ours."
    assert found[Witness.EXP_ON_OUR_CLOCK] == "Agrees."
    found = told(by_receipt=NOW + 30, exp=NOW - 60, skew_s=-90, acted_on=ExpirySource.EXPIRES_IN)
    assert found[Witness.EXP] == "1 min 30 s earlier, because the server's clock is 1 min 30 s behind ours."


def test_a_disagreement_says_by_how_much() -> None:
    found = told(
        by_receipt=NOW + 30, exp=NOW + 3600, introspected=NOW + 10, is_active=True, acted_on=ExpirySource.EXPIRES_IN
    )
    assert found[Witness.EXP] == "59 min 30 s later than what Lapse acts on."
    assert found[Witness.INTROSPECTION] == "20 s earlier than what Lapse acts on."
    found = told(by_receipt=NOW + 30, exp=NOW + 600, skew_s=60, acted_on=ExpirySource.EXPIRES_IN)
    assert found[Witness.EXP] == (
        "9 min 30 s later than what Lapse acts on; the server's clock is 1 min ahead of ours."
    )


def test_what_is_not_stated_is_said_as_not_stated() -> None:
    found = told(acted_on=ExpirySource.NOT_STATED)
    assert found == {
        Witness.EXPIRES_IN: "Not stated.",
        Witness.EXP: "Not stated.",
        Witness.INTROSPECTION: "Not asked.",
    }
    assert told(exp=NOW)[Witness.EXP] == "There is nothing to compare it with."


def test_introspection_without_an_end() -> None:
    assert "not active any more" in told(is_active=False)[Witness.INTROSPECTION]
    assert "not until when" in told(is_active=True)[Witness.INTROSPECTION]


def test_only_what_is_acted_on_is_marked() -> None:
    rows = expiry_table(by_receipt=NOW, exp=NOW, acted_on=ExpirySource.EXPIRES_IN)
    assert [row.witness for row in rows if row.is_acted_on] == [Witness.EXPIRES_IN]
    assert not any(row.is_acted_on for row in expiry_table(exp=NOW))
    assert all(row.source for row in rows)
