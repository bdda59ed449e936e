"""How well a typed word matches the names of a layer: whole, at the beginning, inside; as name, code, pinyin, slip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.search.index import Ints, Names
from app.search.pinyin import Reading, readings_of, sounding
from layers.admin_codes import admin_codes

LONGEST_WITH_SLIP = 40  # letters; longer ones are looked for as they stand
SHORTEST_SPELT_SLIP = 5
MOST_SPELT = 20_000  # names of a layer whose spelling is searched for slips
SHORTEST_IN_CODES = 5
# What a match is worth. A whole name beats a beginning, that beats the middle; letters and slips count less.
WHOLE, BEGINNING, INSIDE = 100.0, 80.0, 60.0
LOSS: dict[str, float] = {
    "name": 0,
    "code": 0,
    "english": 2,
    "pinyin": 12,
    "sound": 25,
    "slip": 40,
    "area": 30,
}
Match = Literal["name", "code", "english", "pinyin", "sound", "slip", "area"]
MATCHES: tuple[Match, ...] = ("name", "code", "english", "pinyin", "sound", "slip", "area")


@dataclass
class Scores:
    """The best score of each row of a layer for one term, and how it was matched."""

    score: NDArray[np.float64]
    match: Ints

    @classmethod
    def of(cls, rows: int) -> Scores:
        """Return nothing found, for so many rows."""
        return cls(np.zeros(rows), np.zeros(rows, dtype=np.int64))

    def take(self, found: tuple[Ints, Ints], term: Reading, lengths: Ints, match: Match) -> None:
        """Take rows (and where in them) that match, where that is worth more than what was found before."""
        rows, at = found
        if not rows.size:
            return
        whole = (at == 0) & (len(term) >= lengths[rows])
        worth = np.where(whole, WHOLE, np.where(at == 0, BEGINNING, INSIDE)) - LOSS[match]
        better = worth > self.score[rows]
        self.score[rows[better]] = worth[better]
        self.match[rows[better]] = MATCHES.index(match)


class Matches:
    """The matches of one question: what was looked for as it stands is not looked for again with slips."""

    def __init__(self) -> None:
        self._exact: dict[tuple[Names, str], Scores] = {}

    def of(self, names: Names, term: str, *, slips: bool = False) -> Scores:
        """Return the best score of every row for a word, with or without allowing for a slip."""
        known = self._exact.get((names, term))
        if known is None:
            known = self._exact[names, term] = _exact(names, term)
        scores = Scores(known.score.copy(), known.match.copy())
        if slips and len(term) <= LONGEST_WITH_SLIP:
            _take_slips(scores, names, term)
        return scores


def _exact(names: Names, term: str) -> Scores:
    scores = Scores.of(len(names.keys))
    plainest, *spelt = readings_of(term)
    by_name, by_code = names.by_name, names.by_code
    scores.take(by_name.find(plainest), plainest, names.bare, "name")
    if term.isascii():
        for code in (term, *_successors(term)):
            reading = readings_of(code)[0]
            rows, at = by_code.find(reading)
            if len(code) < SHORTEST_IN_CODES:  # a few digits stand somewhere in thousands of codes
                rows, at = rows[at == 0], at[at == 0]
            scores.take((rows, at), reading, by_code.lengths, "code")
        if names.by_english is not None:
            scores.take(names.by_english.find(plainest), plainest, names.by_english.lengths, "english")
    for reading in spelt:
        scores.take(by_name.find(reading), reading, names.bare, "pinyin")
    return scores


def _take_slips(scores: Scores, names: Names, term: str) -> None:
    plainest, *spelt = readings_of(term)
    texts, by_sound = names.by_name, sounding(term)
    scores.take(texts.find(by_sound), by_sound, texts.lengths, "sound")
    for reading in (plainest, *spelt[:3]):
        scores.take(texts.find_with_slip(reading), reading, texts.lengths, "slip")
    is_letters = term.isascii() and term.isalpha() and len(term) >= SHORTEST_SPELT_SLIP
    if is_letters and len(names.keys) <= MOST_SPELT:
        spelling = names.by_spelling
        scores.take(spelling.find_with_slip(plainest), plainest, spelling.lengths, "slip")


def _successors(term: str) -> tuple[str, ...]:
    """The codes of today for a code of six digits that is gone."""
    known = admin_codes().get(term) if term.isdigit() else None
    return known.successors if known is not None and known.until is not None else ()
