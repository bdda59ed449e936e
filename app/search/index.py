"""The names and codes of one layer version, laid out so that a typed word is looked for in all of them at once.

All names stand in one array of characters, a zero between two of them. A word is a row of tokens; each token says of
every character whether it fits, and where the fits stand side by side the word is found: a few passes over the array,
about a millisecond per token and million characters. One slip of the finger (a character too many, too few, wrong, or
two changed over) is found from the same passes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from app.search.pinyin import Reading, Token, plain, spelling

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
SHORTEST_WITH_SLIP = 3
KEPT = 24
"""Tokens whose fits are kept, a byte per character each: the next letter of a word being typed asks for them again."""


class Texts:
    """Many short texts, searched together."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Take the texts as ``plain`` gives them."""
        self.lengths = np.array([len(one) for one in texts], dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.lengths + 1)])[:-1].astype(np.int64)
        whole = "\0".join(texts) + "\0"
        codes = np.frombuffer(whole.encode("utf-32-le"), dtype=np.uint32)
        alphabet, self._text = np.unique(codes, return_inverse=True)
        self._text = self._text.astype(np.uint16 if len(alphabet) < 65536 else np.uint32)
        self._alphabet = [chr(code) for code in alphabet.tolist()]
        self._at = {character: n for n, character in enumerate(self._alphabet)}
        self._known = lru_cache(maxsize=KEPT)(self._look)
        self._row = np.repeat(np.arange(len(texts)), self.lengths + 1)

    def find(self, reading: Reading) -> tuple[Ints, Ints]:
        """Return the rows that hold a reading and where in the row it first begins."""
        fits = self._fits(reading)
        if fits is None:
            return self._none
        hits = fits[0]
        for n, fit in enumerate(fits[1:], start=1):
            hits = hits[: len(hits) - 1] & fit[n:]
        return self._rows(hits)

    def find_with_slip(self, reading: Reading) -> tuple[Ints, Ints]:
        """Return the rows that hold a reading but for one slip, and where it begins."""
        k, size = len(reading), len(self._text)
        if k < SHORTEST_WITH_SLIP:
            return self._none
        fits = [self._fit(token) for token in reading]
        blank = self._text != self._at["\0"]
        before, after = [np.ones(size, dtype=np.bool_)], [np.ones(size, dtype=np.bool_)]
        for fit in fits:  # before[n]: the first n tokens end just before here
            before.append(_back(before[-1] & fit))
        for fit in reversed(fits):  # after[n]: the last n tokens begin here
            after.append(fit & _ahead(after[-1]))
        found = np.zeros(size, dtype=np.bool_)
        for n in range(k):  # the slip is at token n: a wrong one, one too many, one too few, two changed over
            rest = after[k - n - 1]
            found |= before[n] & blank & _ahead(rest)
            if 0 < n < k - 1 or k > SHORTEST_WITH_SLIP:
                found |= before[n] & rest
            if n > 0:
                found |= before[n] & blank & _ahead(after[k - n])
            if n < k - 1:
                found |= before[n] & fits[n + 1] & _ahead(fits[n] & _ahead(after[k - n - 2]))
        rows, _ = self._rows(found)
        return rows, np.zeros(len(rows), dtype=np.int64)

    @cached_property
    def _none(self) -> tuple[Ints, Ints]:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)

    def _rows(self, hits: Bools) -> tuple[Ints, Ints]:
        at = np.flatnonzero(hits)
        rows, first = np.unique(self._row[at], return_index=True)
        return rows, at[first] - self.starts[rows]

    def _fits(self, reading: Reading) -> list[Bools] | None:
        """The fits of every token; None where one of them fits nothing, so that the rest need no look."""
        fits = []
        for token in reading:
            fit = self._known(token)
            if fit is None:
                return None
            fits.append(fit)
        return fits or None

    def _fit(self, token: Token) -> Bools:
        fit = self._known(token)
        return np.zeros(len(self._text), dtype=np.bool_) if fit is None else fit

    def _look(self, token: Token) -> Bools | None:
        """Say of every character of the texts whether it fits a token; None where none does."""
        lut = np.zeros(len(self._alphabet), dtype=np.bool_)
        if token.kind == "same":
            at = self._at.get(token.text)
            if at is not None:
                lut[at] = True
        else:
            lut[:] = [token.fits(character) for character in self._alphabet]
        fit: Bools = lut[self._text]
        return fit if lut.any() else None


def _back(mask: Bools) -> Bools:
    moved = np.empty_like(mask)
    moved[0], moved[1:] = False, mask[:-1]
    return moved


def _ahead(mask: Bools) -> Bools:
    moved = np.empty_like(mask)
    moved[-1], moved[:-1] = False, mask[1:]
    return moved


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
        short = [len(re.sub("(?<=..)(省|市|区|县|镇|乡|街道)$", "", plain(name))) for name in self.names]
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
    def by_code(self) -> Texts:
        """The keys, searched."""
        return Texts([plain(key) for key in self.keys])
