"""Descriptions that tell refusals apart: Okta's, as the demo org has them word for word."""

import pytest

from app.demo import dialect
from app.demo.dialect import OktaError
from app.doctor.rules.server_words import Described

ROWS = {name: row for name, row in vars(dialect).items() if isinstance(row, OktaError)}


@pytest.mark.parametrize("described", [each for each in Described if each is not Described.REDIRECT_URI])
def test_each_is_one_row_of_oktas_list(described: Described) -> None:
    row = ROWS[described.name]
    assert len([each for each in ROWS.values() if each.error == row.error]) > 1  # its code would not tell
    fits = {name for name, each in ROWS.items() if any(words in each.description for words in described.value)}
    assert {ROWS[name].reason for name in fits} == {row.reason}


def test_what_speaks_of_redirect_uris() -> None:
    fits = {
        each.reason
        for each in ROWS.values()
        if any(words in each.description for words in Described.REDIRECT_URI.value)
    }
    assert {"mismatched_redirect_uri", "illegal_redirect_uri"} <= fits
