"""Whole names in letters but for one slip: ``ningbp`` is meant as 宁波, whatever else its letters may begin.

Letters are also beginnings of syllables, so a slip in the name of a county nearly always spells something.
A list of few names, the areas, is therefore asked for whole names one slip away as well: each name is filed under its
spellings and under what they are with a letter less, and so is the word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from app.search.pinyin import plain, readings, spelling

SHORTEST = 4
KIND = re.compile("(?<=..)(省|市|区|县|镇|乡|街道)$")


class WholeNames:
    """The spellings of names, with and without the word for the kind of area, filed for one slip."""

    def __init__(self, names: Sequence[str]) -> None:
        """File the names by row."""
        self._rows: defaultdict[str, set[int]] = defaultdict(set)
        self._under: defaultdict[str, set[str]] = defaultdict(set)
        for row, name in enumerate(names):
            for one in {plain(name), KIND.sub("", plain(name))}:
                for spelt in _spellings(one):
                    self._rows[spelt].add(row)
        for spelt in self._rows:
            for key in _with_one_less(spelt):
                self._under[key].add(spelt)

    def near(self, word: str) -> list[int]:
        """Return the rows a word of letters names but for one slip; none where it is a name as it stands."""
        if len(word) < SHORTEST or not (word.isascii() and word.isalpha()) or word in self._rows:
            return []
        filed = {spelt for key in _with_one_less(word) for spelt in self._under.get(key, ())}
        return sorted({row for spelt in filed if is_one_slip(word, spelt) for row in self._rows[spelt]})


def is_one_slip(a: str, b: str) -> bool:
    """Whether two words differ by one letter wrong, too many, missing, or by two neighbours changed over."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    shorter = min(len(a), len(b))
    front = next((n for n in range(shorter) if a[n] != b[n]), shorter)
    if len(a) != len(b):
        long, short = (a, b) if len(a) > len(b) else (b, a)
        return long[front + 1 :] == short[front:]
    is_over = a[front : front + 2] == b[front : front + 2][::-1] and a[front + 2 :] == b[front + 2 :]
    return is_over or a[front + 1 :] == b[front + 1 :]


def begins(name: str, word: str) -> bool:
    """Whether a name begins with the letters of a word, its characters spelt whole but for the last."""
    return any(spelt.startswith(word) for spelt in _spellings(plain(name)))


def _spellings(name: str) -> set[str]:
    """The ways to write a name in letters, at most one character by a rarer reading: 乐清 is yueqing and leqing."""
    usual = [spelling(c) for c in name]
    rarer = {"".join([*usual[:n], one, *usual[n + 1 :]]) for n, c in enumerate(name) for one in readings(c)}
    return {"".join(usual), *rarer}


def _with_one_less(word: str) -> set[str]:
    return {word, *(word[:n] + word[n + 1 :] for n in range(len(word)))}
