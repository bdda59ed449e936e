"""What a constant can be: a number, a list of numbers, steps, or a word; and how it is written.

Steps are written worst or highest first, ``>=100:2; >=50:1.5; >=0:1``: the first step a value reaches gives the
result, so it stands in the text which side a boundary falls on. A value below all steps has no result.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layers.errors import BadInput

STEP = re.compile(r"\s*(>=|>)\s*(\S+?)\s*:\s*(\S+)\s*")
ROUND_TO = 9
"""Decimals kept before a value meets a step: sums of tonnes must not fall short of a cut-off by the last bit."""


@dataclass(frozen=True)
class Steps:
    """Falling bounds with a result (a number) each; ``strict`` ones must be exceeded."""

    bounds: tuple[float, ...]
    strict: tuple[bool, ...]
    results: tuple[float, ...]

    def many(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return the result of each value, NaN where it is not finite or below all steps."""
        rounded = np.round(np.asarray(values, dtype=np.float64), ROUND_TO)
        found = np.full(rounded.shape, np.nan)
        for bound, strict, result in reversed(list(zip(self.bounds, self.strict, self.results, strict=True))):
            found[rounded > bound if strict else rounded >= bound] = result
        return np.where(np.isfinite(rounded), found, np.nan)

    def __call__(self, value: float) -> float | None:
        """Return the result of one value, None where there is none."""
        result = float(self.many([value])[0])
        return None if math.isnan(result) else result

    def __str__(self) -> str:
        """Return the steps as they are written in the table."""
        parts = zip(self.bounds, self.strict, self.results, strict=True)
        return "; ".join(f"{'>' if s else '>='}{_plain(b)}:{_plain(r)}" for b, s, r in parts)


Value = float | tuple[float, ...] | Steps | str


def parse_value(text: str) -> Value:
    """Read a constant as it is written.

    Raises:
        BadInput: nothing written, steps that do not fall, a number that is not finite (code ``bad_constant``).
    """
    text = text.strip()
    if not text:
        raise _bad(text, "是空的", "is empty")
    if text[0] == ">":
        return _steps(text)
    parts = [part.strip() for part in text.split(",")]
    numbers = [_number(part) for part in parts]
    if all(number is not None for number in numbers):
        known = tuple(number for number in numbers if number is not None)
        return known if len(known) > 1 else known[0]
    return text


def _steps(text: str) -> Steps:
    found = [STEP.fullmatch(part) for part in text.split(";")]
    bounds = [_number(m[2]) if m else None for m in found]
    results = [_number(m[3]) if m else None for m in found]
    if None in bounds or None in results:
        raise _bad(text, "应写成 >=界:值; >界:值", "should be written >=bound:result; >bound:result")
    falling = [b for b in bounds if b is not None]
    if any(low >= high for high, low in pairwise(falling)):
        raise _bad(text, "的界须由大到小", "must have falling bounds")
    strict = tuple(bool(m and m[1] == ">") for m in found)
    return Steps(tuple(falling), strict, tuple(r for r in results if r is not None))


def write_value(value: Value) -> str:
    """Return a constant as it is written in the table."""
    if isinstance(value, tuple):
        return ", ".join(_plain(number) for number in value)
    return value if isinstance(value, str) else _plain(value) if isinstance(value, float) else str(value)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        raise _bad(text, "不是有限数", "is not a finite number")
    return number


def _plain(number: float) -> str:
    return f"{number:g}" if number != int(number) or abs(number) >= 1e15 else str(int(number))


def _bad(text: str, zh: str, en: str) -> BadInput:
    return BadInput(f"常数 {text[:80]!r} {zh}", f"the constant {text[:80]!r} {en}", code="bad_constant")
