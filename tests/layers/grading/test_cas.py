"""Check digits of CAS numbers, worked out by hand for chlorine: 0*1 + 5*2 + 2*3 + 8*4 + 7*5 + 7*6 = 125 -> 5."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.constants.shipped import shipped
from layers.grading.cas import is_cas
from layers.grading.inventory import Substances


@pytest.mark.parametrize("text", ["7782-50-5", "7664-41-7", "50-00-0", "86290-81-5"])
def test_real_numbers_pass(text: str) -> None:
    assert is_cas(text)


@pytest.mark.parametrize("text", ["", "7782-50-6", "7782505", "0782-50-5", "7782-5-5", "x", "1-2-3"])
def test_others_do_not(text: str) -> None:
    assert not is_cas(text)


def test_every_substance_of_the_table_has_a_true_number() -> None:
    assert [cas for cas in Substances.of(shipped()).named if not is_cas(cas)] == []


@given(st.integers(10, 9_999_999), st.integers(0, 99))
def test_exactly_one_check_digit_fits(first: int, second: int) -> None:
    assert sum(is_cas(f"{first}-{second:02d}-{digit}") for digit in range(10)) == 1
