"""Text in files that spreadsheets open."""

from __future__ import annotations

import pytest

from layers.spreadsheets import safe_cell


@pytest.mark.parametrize("value", ["=1+1", "+cmd", "-cmd", "@sum", "\tx", "\r=1", "\n=1", "  =1"])
def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(value: str) -> None:
    assert safe_cell(value) == f"'{value}"


@pytest.mark.parametrize("value", ["-5", "+3.2", "-1e5", "文字", "", 5, None])
def test_what_is_no_formula_stays_as_it_is(value: object) -> None:
    assert safe_cell(value) == value
