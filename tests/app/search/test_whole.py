"""Whole names in letters, one slip away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.whole import SHORTEST, WholeNames, begins, is_one_slip

NAMES = ["宁波市", "乐清市", "湖州市", "衢州市", "瑞安市", "上城区"]
WORDS = st.text(alphabet="abhuz", max_size=6)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ningbp", "宁波市"),
        ("ningboshu", "宁波市"),
        ("yueqig", "乐清市"),
        ("leqimg", "乐清市"),
        ("rian", "瑞安市"),
    ],
)
def test_a_slip_in_a_whole_name_leads_to_it_by_every_reading(typed: str, name: str) -> None:
    assert NAMES.index(name) in WholeNames(NAMES).near(typed)


@pytest.mark.parametrize("typed", ["huzhou", "ning", "nbo", "宁坡", "ningbp1", "", "shangchen gqu"])
def test_a_name_as_it_stands_its_beginning_and_what_is_no_word_of_letters_are_near_none(typed: str) -> None:
    assert WholeNames(NAMES).near(typed) == []


def test_a_name_begins_with_whole_syllables_but_for_the_last() -> None:
    assert begins("乐清市", "yueq")
    assert not begins("乐清市", "yqs")


@given(WORDS, WORDS)
def test_one_slip_is_what_trying_every_slip_finds(a: str, b: str) -> None:
    letters = "abhuz"
    tried = {a[:n] + a[n + 1 :] for n in range(len(a))}
    tried |= {a[:n] + c + a[n + 1 :] for n in range(len(a)) for c in letters}
    tried |= {a[:n] + c + a[n:] for n in range(len(a) + 1) for c in letters}
    tried |= {a[:n] + a[n + 1] + a[n] + a[n + 2 :] for n in range(len(a) - 1)}
    assert is_one_slip(a, b) == (b in tried - {a})


@given(st.sampled_from(["ningbo", "huzhou", "yueqingshi", "ruian"]), st.data())
def test_any_slip_in_any_name_is_near_it(spelt: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(spelt) - 1))
    letter = data.draw(st.sampled_from("qxvjw"))
    typed = data.draw(
        st.sampled_from(
            [
                spelt[:at] + letter + spelt[at + 1 :],
                spelt[:at] + letter + spelt[at:],
                spelt[:at] + spelt[at + 1 :],
                spelt[:at] + spelt[at : at + 2][::-1] + spelt[at + 2 :],
            ]
        )
    )
    names = WholeNames(NAMES)
    there = {"ningbo": 0, "huzhou": 2, "yueqingshi": 1, "ruian": 4}[spelt]
    if len(typed) >= SHORTEST and typed not in ("quzhou", spelt):
        assert there in names.near(typed)
