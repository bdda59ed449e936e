"""CAS registry numbers: the key of a substance, because names in circulating tables are damaged."""

from __future__ import annotations

import re

CAS = re.compile(r"([1-9][0-9]{1,6})-([0-9]{2})-([0-9])")


def is_cas(text: str) -> bool:
    """Whether a text is a CAS number with a right check digit: the digits before it, weighted 1, 2, 3 … from the right,
    sum to it modulo 10."""
    found = CAS.fullmatch(text)
    if found is None:
        return False
    digits = (found[1] + found[2])[::-1]
    return sum(place * int(digit) for place, digit in enumerate(digits, start=1)) % 10 == int(found[3])
