"""What a typed word may mean, character by character: itself, a pinyin syllable or its beginning, a like sound.

Every reading of a character counts (长 is chang and zhang), so a name is found by whichever its people say.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from pypinyin.pinyin_dict import pinyin_dict

MOST_READINGS = 12
"""Ways to cut a run of letters into syllables that are tried, the fewest pieces first."""

Kind = Literal["same", "spelt", "sounds"]


@dataclass(frozen=True)
class Token:
    """One character of a name as it was typed: ``same`` the character itself, ``spelt`` the beginning of a syllable
    (or the letter itself), ``sounds`` any character that can be read like it."""

    kind: Kind
    text: str

    def fits(self, character: str) -> bool:
        """Whether a character of a name, as ``plain`` gives it, is what was typed."""
        if character == self.text:
            return True
        if self.kind == "spelt":
            return any(one.startswith(self.text) for one in readings(character))
        return self.kind == "sounds" and not sounds(self.text).isdisjoint(sounds(character))


Reading = tuple[Token, ...]


def plain(text: str) -> str:
    """Fold what is written alike: full-width forms, letter case, accents, spaces and the brackets of company names."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return re.sub(r"[\x00-\x1f\s()·•\-_/,.、。'\"]+", "", bare)


@cache
def readings(character: str) -> frozenset[str]:
    """Return the syllables a character is read as, without tones; ü as v and as u. Empty for letters and digits."""
    found: set[str] = set()
    for toned in pinyin_dict.get(ord(character), "").split(","):
        umlaut = _toneless(toned)
        found |= {umlaut.replace("ü", "v"), umlaut.replace("ü", "u")} - {""}
    return frozenset(found)


def spelling(name: str) -> str:
    """Write a name in letters, each character by its commonest reading, ü as v."""
    return "".join(_first(character) for character in plain(name))


@cache
def _first(character: str) -> str:
    toned = pinyin_dict.get(ord(character), "").split(",")[0]
    if not toned:
        return character
    return _toneless(toned).replace("ü", "v")


def _toneless(toned: str) -> str:
    parts = unicodedata.normalize("NFD", toned)
    bare = "".join(c for c in parts if not unicodedata.combining(c) or c == "\u0308")
    return unicodedata.normalize("NFC", bare)


@cache
def sounds(character: str) -> frozenset[str]:
    """Return the readings with what the province's people do not tell apart folded: zh and z, n and ng, n and l."""
    folded = (re.sub(r"^([zcs])h", r"\1", one) for one in readings(character))
    return frozenset(re.sub(r"^n(?=.)", "l", re.sub(r"ng$", "n", one)) for one in folded)


@cache
def _beginnings() -> frozenset[str]:
    """Return every beginning of every syllable."""
    syllables = {one for code in range(0x4E00, 0x9FA6) for one in readings(chr(code))}
    return frozenset(one[:n] for one in syllables for n in range(1, len(one) + 1))


@lru_cache(maxsize=1024)
def readings_of(term: str) -> tuple[Reading, ...]:
    """Return the ways to read a typed term, the plainest first: as it stands, then with letters as pinyin."""
    whole = tuple(Token("same", c) for c in term)
    return (whole, *(_spelt(term) if re.search(r"[a-z]", term) else ()))


def sounding(term: str) -> Reading:
    """Read a term by its sound: a wrong character of the right syllable is the commonest slip of an input method."""
    return tuple(Token("sounds", c) for c in term)


def _spelt(term: str) -> list[Reading]:
    ways: list[list[Token]] = [[]]
    for run in re.findall(r"[a-z]+|[^a-z]", term):
        pieces = _cuts(run) if run[0].isascii() and run.isalpha() else [[Token("same", run)]]
        ways = sorted((way + piece for way in ways for piece in pieces), key=len)[:MOST_READINGS]
    return [tuple(way) for way in ways]


def _cuts(run: str) -> list[list[Token]]:
    """Cut letters into beginnings of syllables: nbhg, ningbohg, ningbohuagong; fewest pieces first."""
    beginnings = _beginnings()
    ways: list[list[list[str]]] = [[[]], *([] for _ in run)]
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - 6), end):
            if run[start:end] in beginnings:
                ways[end] += [[*way, run[start:end]] for way in ways[start]]
        ways[end] = sorted(ways[end], key=len)[:MOST_READINGS]
    return [[Token("spelt", piece) for piece in way] for way in ways[-1]]
