"""Typed words, character by character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.pinyin import plain, readings, readings_of, sounds


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("nbhg", "宁波化工"),
        ("ningbohuagong", "宁波化工"),
        ("ningbohg", "宁波化工"),
        ("nbhuag", "宁波化工"),
        ("宁波hg", "宁波化工"),
        ("cx", "长兴"),
        ("changxing", "长兴"),
        ("zhangxing", "长兴"),
        ("lvdi", "绿地"),
        ("ludi", "绿地"),
        ("xian", "西安"),
        ("xian", "县"),
        ("lng", "lng"),
    ],
)
def test_letters_are_read_as_the_beginnings_of_syllables(typed: str, name: str) -> None:
    ways = [one for one in readings_of(typed) if len(one) == len(name)]
    assert any(all(token.fits(c) for token, c in zip(way, name, strict=True)) for way in ways)


def test_letters_that_are_no_pinyin_have_no_spelling_but_themselves() -> None:
    assert len(readings_of("vvv")) == 1
    assert len(readings_of("iu")) == 1


def test_what_the_province_says_alike_sounds_alike() -> None:
    assert sounds("镇") & sounds("正")
    assert sounds("宁") & sounds("林")
    assert not sounds("镇") & sounds("海")


def test_every_reading_counts_and_tones_do_not() -> None:
    assert readings("长") == {"chang", "zhang"}
    assert readings("绿") >= {"lv", "lu"}
    assert readings("A") == frozenset()


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz宁波12", max_size=24))
def test_no_word_has_many_readings(text: str) -> None:
    assert len(readings_of(text)) <= 13
