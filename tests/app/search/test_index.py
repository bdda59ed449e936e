"""Words in many names at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.index import SHORTEST_WITH_SLIP, Alphabet, Texts
from app.search.pinyin import Kind, Token, readings_of, sounding

NAMES = ["宁波镇海石化", "镇海炼化", "杭州恒逸石化", "宁波", "", "石化"]
WORDS = st.text(alphabet="宁波镇海石化", max_size=6)


def rows(texts: Texts, word: str) -> list[int]:
    found, _ = texts.find(readings_of(word)[0])
    return [int(row) for row in found]


def test_a_word_is_found_where_it_stands() -> None:
    texts = Texts(NAMES)
    assert rows(texts, "石化") == [0, 2, 5]
    found, at = texts.find(readings_of("镇海")[0])
    assert (found.tolist(), at.tolist()) == ([0, 1], [2, 0])


def test_a_word_does_not_run_from_one_name_into_the_next() -> None:
    assert rows(Texts(["甲乙", "丙丁"]), "乙丙") == []


@pytest.mark.parametrize("typed", ["镇海连化", "镇炼化", "镇海海炼化", "海镇炼化", "镇海练化"])
def test_one_slip_is_forgiven(typed: str) -> None:
    found, _ = Texts(NAMES).find_with_slip(readings_of(typed)[0])
    assert 1 in found


@pytest.mark.parametrize("typed", ["镇海", "阿镇炼好", "杭宁石化炼"])
def test_two_slips_or_a_short_word_are_not(typed: str) -> None:
    found, _ = Texts(NAMES).find_with_slip(readings_of(typed)[0])
    assert 1 not in found


def test_a_wrong_character_of_the_right_sound_is_found() -> None:
    found, _ = Texts(NAMES).find(sounding("正海恋花"))
    assert found.tolist() == [1]


@given(st.lists(WORDS, min_size=1, max_size=8), WORDS.filter(bool))
def test_it_finds_what_looking_through_the_names_finds(names: list[str], word: str) -> None:
    texts = Texts(names)
    found, at = texts.find(readings_of(word)[0])
    assert found.tolist() == [n for n, name in enumerate(names) if word in name]
    assert at.tolist() == [name.find(word) for name in names if word in name]


@given(WORDS.filter(lambda one: len(one) >= 3), st.data())
def test_any_one_slip_in_a_name_is_forgiven(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    slip = data.draw(st.sampled_from(["wrong", "more", "over"]))
    letters = list(name)
    if slip == "wrong":
        letters[at] = "错"
    elif slip == "more":
        letters.insert(at, "错")
    elif at + 1 < len(letters):
        letters[at], letters[at + 1] = letters[at + 1], letters[at]
    found, _ = Texts([name]).find_with_slip(readings_of("".join(letters))[0])
    assert found.tolist() == [0]


def is_one_slip(typed: str, part: str) -> bool:
    """Whether a part of a name is what was typed but for one slip: said anew, letter by letter."""
    k, is_long = len(typed), len(typed) > SHORTEST_WITH_SLIP
    wrong = len(part) == k and sum(a != b for a, b in zip(typed, part, strict=True)) <= 1
    too_many = any(typed[:n] + typed[n + 1 :] == part for n in range(k) if is_long or 0 < n < k - 1)
    too_few = any(part[:n] + part[n + 1 :] == typed for n in range(1, k)) and len(part) == k + 1
    over = any(typed[:n] + typed[n + 1] + typed[n] + typed[n + 2 :] == part for n in range(k - 1))
    return wrong or too_many or too_few or over


@given(st.lists(WORDS, min_size=1, max_size=6), WORDS.filter(lambda one: len(one) >= SHORTEST_WITH_SLIP))
def test_slips_are_found_where_looking_at_every_part_of_every_name_finds_them(
    names: list[str], typed: str
) -> None:
    found, _ = Texts(names).find_with_slip(readings_of(typed)[0])
    parts = [[name[a:b] for a in range(len(name)) for b in range(a + 1, len(name) + 1)] for name in names]
    assert found.tolist() == [
        n for n, mine in enumerate(parts) if any(is_one_slip(typed, one) for one in mine)
    ]


@given(
    st.text(alphabet="宁波镇海石化长重乐ab", min_size=1),
    st.sampled_from("zchnlb宁常"),
    st.sampled_from(["same", "spelt", "sounds"]),
)
def test_the_alphabet_finds_what_fits(characters: str, typed: str, kind: Kind) -> None:
    alphabet, token = Alphabet(sorted(set(characters))), Token(kind, typed)
    fitting = {alphabet.characters[n] for n in alphabet.fitting(token)}
    assert fitting == {one for one in alphabet.characters if token.fits(one)}
