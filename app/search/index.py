"""The names and codes of one layer version, laid out so that a typed word is looked for in all of them at once.

All names stand in one array of characters, a zero between two of them, with the places of every character beside it. A
word is a row of tokens, each of which fits some characters; the places of the rarest are taken, and the others asked of
those only. One slip of the finger (a character too many, too few, wrong, or two changed over) leaves one half of the
word as it is: where that half stands the rest is tried with a slip.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice, takewhile

import numpy as np
from numpy.typing import NDArray

from app.search.pinyin import Reading, Token, plain, readings, sounds, spelling
from app.search.whole import KIND, WholeNames

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
SHORTEST_WITH_SLIP = 3
NOTHING: Ints = np.zeros(0, dtype=np.int64)
KEPT = 256
"""Tokens whose characters are kept: the next letter of a word being typed asks for them again."""


@dataclass(frozen=True)
class _Fit:
    """The characters that fit a token: a mark for each of the alphabet, and how often they stand in the texts."""

    marks: Bools
    count: int


class Texts:
    """Many short texts, searched together."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Take the texts as ``plain`` gives them."""
        self.lengths = np.array([len(one) for one in texts], dtype=np.int64)
        self.starts = 1 + np.concatenate([[0], np.cumsum(self.lengths + 1)])[:-1].astype(np.int64)
        # a zero at either end too: what reaches beyond is clipped to it, and it fits nothing
        whole = "\0" + "".join(f"{one}\0" for one in texts)
        codes = np.frombuffer(whole.encode("utf-32-le"), dtype=np.uint32)
        alphabet, self._text = np.unique(codes, return_inverse=True)
        self._text = self._text.astype(np.uint16 if len(alphabet) < 65536 else np.uint32)
        # where each character of the alphabet stands, one after the other
        self._places = np.argsort(self._text, kind="stable").astype(np.uint32)
        self._ends = np.cumsum(np.bincount(self._text, minlength=len(alphabet)))
        self._alphabet = Alphabet([chr(code) for code in alphabet.tolist()])
        self._row = np.concatenate([[0], np.repeat(np.arange(len(texts)), self.lengths + 1)]).astype(
            np.uint32
        )
        self._fit = lru_cache(maxsize=KEPT)(self._look)

    def find(self, reading: Reading) -> tuple[Ints, Ints]:
        """Return the rows that hold a reading and where in the row it first begins."""
        begins = self._begins([self._fit(token) for token in reading]) if reading else NOTHING
        if not begins.size:
            return NOTHING, NOTHING
        begins.sort()
        rows, first = np.unique(self._row[begins], return_index=True)
        return rows.astype(np.int64), begins[first] - self.starts[rows]

    def find_with_slip(self, reading: Reading) -> tuple[Ints, Ints]:
        """Return the rows that hold a reading but for one slip, and 0 for each: where it begins is not told.

        A slip leaves one half of the reading as it is, unless it changes over the two letters where the halves meet.
        """
        k, h = len(reading), len(reading) // 2
        if k < SHORTEST_WITH_SLIP:
            return NOTHING, NOTHING
        fits = [self._fit(token) for token in reading]
        first, second, is_long = fits[:h], fits[h:], k > SHORTEST_WITH_SLIP
        at = self._begins(first)
        behind = at[self._slips(second, at + h, 1, is_long)]
        at = self._begins(second)
        before = at[self._slips(first[::-1], at - 1, -1, is_long)]
        over = self._begins([*first[:-1], second[0], first[-1], *second[1:]])
        rows = np.unique(self._row[np.concatenate([behind, before, over])])
        return rows.astype(np.int64), np.zeros(len(rows), dtype=np.int64)

    def _begins(self, fits: Sequence[_Fit]) -> Ints:
        """Return where a run of tokens begins: places of the rarest, of which the others leave fewer and fewer."""
        if not all(fit.count for fit in fits):
            return NOTHING
        order = sorted(range(len(fits)), key=lambda n: fits[n].count)
        at = self._places_of(fits[order[0]]) - order[0]
        for n in order[1:]:
            at = at[self._is(fits[n], at + n)]
        return at

    def _slips(self, fits: Sequence[_Fit], at: Ints, step: int, is_long: bool) -> Bools:
        """Say of each place whether tokens stand from there on, or back, with one slip among them."""
        m = len(fits)
        if not at.size:
            return np.zeros(0, dtype=np.bool_)
        there = np.ones((m + 1, len(at)), dtype=np.bool_)  # there[n]: the first n tokens stand as they are
        for n, fit in enumerate(fits):
            there[n + 1] = there[n] & self._is(fit, at + step * n)
        found = np.zeros(len(at), dtype=np.bool_)
        # whether the tokens behind the n-th stand one nearer, at their place, one further; behind the next but one
        near, here, far, beyond = (np.ones(len(at), dtype=np.bool_) for _ in range(4))
        for n in range(m - 1, -1, -1):
            place = at + step * n
            is_some = there[n] & (self._text.take(place, mode="clip") != 0)
            if n < m - 1 or is_long:
                found |= there[n] & near  # one too many was typed
            found |= is_some & here  # a wrong one
            if n < m - 1:  # two changed over
                found |= is_some & self._is(fits[n + 1], place) & self._is(fits[n], place + step) & beyond
            beyond = here
            near = near & self._is(fits[n], place - step)
            here = here & self._is(fits[n], place)
            far = far & self._is(fits[n], place + step)
            found |= is_some & far  # one was left out
        return found

    def _is(self, fit: _Fit, at: Ints) -> Bools:
        return fit.marks[self._text.take(at, mode="clip")]

    def _places_of(self, fit: _Fit) -> Ints:
        ids = np.flatnonzero(fit.marks)
        begins = np.where(ids > 0, self._ends[ids - 1], 0)
        parts = [self._places[a:b] for a, b in zip(begins.tolist(), self._ends[ids].tolist(), strict=True)]
        return np.concatenate(parts).astype(np.int64)

    def _look(self, token: Token) -> _Fit:
        marks = np.zeros(len(self._alphabet.characters), dtype=np.bool_)
        marks[self._alphabet.fitting(token)] = True
        counts = np.diff(self._ends, prepend=0)
        return _Fit(marks, int(counts[marks].sum()))


class Alphabet:
    """The characters of some texts, found by what they are, by how they begin in pinyin, and by how they sound."""

    def __init__(self, characters: Sequence[str]) -> None:
        """Take the characters by number."""
        self.characters = characters
        self._at = {character: n for n, character in enumerate(characters)}

    def fitting(self, token: Token) -> list[int]:
        """Return the numbers of the characters that fit a token (``Token.fits`` says the same of one)."""
        itself = [self._at[token.text]] if token.text in self._at else []
        if token.kind == "same":
            return itself
        if token.kind == "sounds":
            return itself + [n for sound in sounds(token.text) for n in self._by_sound.get(sound, ())]
        syllables = self._by_syllable
        first = bisect_left(syllables, token.text, key=lambda one: one[0])
        found = takewhile(lambda one: one[0].startswith(token.text), islice(syllables, first, None))
        return itself + [n for _, numbers in found for n in numbers]

    @cached_property
    def _by_syllable(self) -> list[tuple[str, list[int]]]:
        return sorted(self._grouped(readings).items())

    @cached_property
    def _by_sound(self) -> dict[str, list[int]]:
        return self._grouped(sounds)

    def _grouped(self, said: Callable[[str], frozenset[str]]) -> dict[str, list[int]]:
        groups: dict[str, list[int]] = {}
        for n, character in enumerate(self.characters):
            for one in said(character):
                groups.setdefault(one, []).append(n)
        return groups


@dataclass(frozen=True, eq=False)
class Names:
    """The objects of one layer version by row: key, name, code of area, place in degrees, grade (9: none), and the
    texts that are searched."""

    keys: Sequence[str]
    names: Sequence[str]
    english: Sequence[str | None]
    areas: NDArray[np.str_]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    grade: NDArray[np.int64]

    @cached_property
    def by_name(self) -> Texts:
        """The names, searched."""
        return Texts([plain(name) for name in self.names])

    @cached_property
    def bare(self) -> Ints:
        """Lengths of the names without the word for the kind of area: 镇海 is as good as 镇海区."""
        short = [len(KIND.sub("", plain(name))) for name in self.names]
        return np.array(short, dtype=np.int64)

    @cached_property
    def by_english(self) -> Texts | None:
        """English names where the layer has them."""
        return Texts([plain(name or "") for name in self.english]) if any(self.english) else None

    @cached_property
    def by_spelling(self) -> Texts:
        """The names in letters, each character by its first reading: a slip inside a syllable is found in these."""
        return Texts([spelling(name) for name in self.names])

    @cached_property
    def by_whole_name(self) -> WholeNames:
        """The names in letters by every reading, for whole names with a slip; for layers of few names."""
        return WholeNames(self.names)

    @cached_property
    def by_code(self) -> Texts:
        """The keys, searched."""
        return Texts([plain(key) for key in self.keys])
