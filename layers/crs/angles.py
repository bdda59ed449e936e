"""Longitudes and latitudes as people write them: decimal degrees, or degrees, minutes and seconds in any dress.

What could mean two things gives nothing: ``12015`` is not read as 120°15′ (``E12015`` is), nor ``120.1530`` as degrees
with minutes. A plain number passes as it is, so metres do too.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LONGEST = 64  # characters; no angle needs more
# Applied before and after NFKC, which turns full-width digits, signs and letters into ASCII, ″ into ′′, and º into o.
REPLACEMENTS = str.maketrans(
    {
        "′": "'", "’": "'", "‘": "'", "`": "'", "´": "'", "ʹ": "'", "ˊ": "'", "＇": "'", "分": "'",
        "”": '"', "“": '"', "〃": '"', "ʺ": '"', "秒": '"',
        "º": "°", "˚": "°", "゜": "°", "度": "°",
        "−": "-", "–": "-", "—": "-", "―": "-", "‐": "-", "‑": "-", "﹣": "-",
        "：": ":", "，": ",", "。": ".", "\u3000": " ", "\xa0": " ", "\t": " ",
    }
)  # fmt: skip
WORDS = {"东经": "E", "西经": "W", "北纬": "N", "南纬": "S", "东": "E", "西": "W", "北": "N", "南": "S"}
SIGNS = {"E": 1, "N": 1, "W": -1, "S": -1, "": 1}
NUMBER = r"\d+(?:\.\d+)?"
PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
MARKED = re.compile(rf"(\d+(?:\.\d+)?)°(?:({NUMBER})(?:'(?:({NUMBER})\"?)?)?|({NUMBER})\")?")
SEPARATED = re.compile(rf"(\d{{1,3}})([-: ])(\d{{1,2}}(?:\.\d+)?)(?:\2({NUMBER}))?")
# 1200900, 1200900.5, 12009 or 12009.5 with a hemisphere: three digits of degrees (two for a latitude), two of minutes,
# two of seconds or none; the last of them may have a fraction
PACKED = {
    "EW": re.compile(r"(\d{3})(?:(\d{2})(\d{2}(?:\.\d+)?)|(\d{2}(?:\.\d+)?))"),
    "NS": re.compile(r"(\d{2})(?:(\d{2})(\d{2}(?:\.\d+)?)|(\d{2}(?:\.\d+)?))"),
}


def parse_angle(text: str) -> float | None:
    """Return an angle in degrees (south and west negative) or a plain number; None where the text is neither.

    Understood: ``120.15``, ``30.28N``, ``东经120.15度``, ``120°9'0"``, ``120度9分0秒``, ``120-09-00``,
    ``120 09 00.5``, ``120:09:00``, ``N30°16′48″``, and ``E1200900``, ``12009E`` (packed digits, with a hemisphere
    only: degrees, minutes and, where there are two digits more, seconds).
    Minutes and seconds are below 60, a value with a fraction ends the angle, longitudes stay within 180 and
    latitudes within 90; otherwise None.
    """
    if len(text) > LONGEST:
        return None
    bare = text.strip()
    if PLAIN.fullmatch(bare) and bare.isascii():
        return _finite(float(bare))
    body, hemisphere, sign = _dressed(bare)
    if body is None or (sign < 0 and hemisphere):
        return None
    if PLAIN.fullmatch(body) and body[0] not in "+-":
        packed = _packed(body, hemisphere)
        degrees = packed if packed is not None else _finite(float(body))
    else:
        degrees = _sexagesimal(body)
    if degrees is None:
        return None
    limit = {"E": 180, "W": 180, "N": 90, "S": 90, "": math.inf if PLAIN.fullmatch(body) else 180}[hemisphere]
    return sign * SIGNS[hemisphere] * degrees if degrees <= limit else None


def parse_angles(texts: Sequence[str | None]) -> NDArray[np.float64]:
    """Parse many; NaN where there is no angle. Plain numbers, the common case, go through at once."""
    try:
        values = np.array([math.nan if text is None else float(text) for text in texts], dtype=np.float64)
    except ValueError:
        pass
    else:
        odd = [
            "_" in text or not text.isascii() for text in texts if text is not None
        ]  # numbers to Python only
        if not any(odd):
            values[~np.isfinite(values)] = math.nan
            return values
    parsed = (None if text is None else parse_angle(text) for text in texts)
    return np.array([math.nan if value is None else value for value in parsed], dtype=np.float64)


def _dressed(text: str) -> tuple[str | None, str, int]:
    """Return the text without hemisphere and sign, the hemisphere and the sign; None where they are written twice."""
    body = (
        unicodedata.normalize("NFKC", text.translate(REPLACEMENTS)).translate(REPLACEMENTS).replace("''", '"')
    )
    for word, letter in WORDS.items():
        body = body.replace(word, letter)
    body = re.sub(r" ?([°'\"]) ?", r"\1", re.sub(r" +", " ", body.strip())).upper()
    letters = [c for c in body if c in "EWNS"]
    hemisphere = letters[0] if len(letters) == 1 else ""
    if len(letters) > 1 or (hemisphere and hemisphere not in (body[0], body[-1])):
        return None, "", 1
    body = body.strip("EWNS ").strip(":, ") if hemisphere else body
    sign = -1 if body.startswith("-") else 1
    if body[:1] in ("+", "-"):
        body = body[1:].lstrip()
    return body or None, hemisphere, sign


def _sexagesimal(body: str) -> float | None:
    if marked := MARKED.fullmatch(body):
        degrees, minutes, seconds, only_seconds = marked.groups()
        return _sum(degrees, minutes, seconds or only_seconds)
    if separated := SEPARATED.fullmatch(body):
        degrees, _, minutes, seconds = separated.groups()
        return _sum(degrees, minutes, seconds)
    return None


def _packed(body: str, hemisphere: str) -> float | None:
    """Read digits without marks, where the hemisphere says how many of them are degrees and they are too many."""
    pattern = PACKED["EW" if hemisphere in ("E", "W") else "NS"] if hemisphere else None
    match = pattern.fullmatch(body) if pattern else None
    if match is None:
        return None
    degrees, minutes, seconds, only_minutes = match.groups()
    return _sum(degrees, minutes or only_minutes, seconds)


def _sum(degrees: str, minutes: str | None, seconds: str | None) -> float | None:
    """Add up; None where a part but the last has a fraction, or minutes or seconds reach 60."""
    parts = [part for part in (degrees, minutes, seconds) if part is not None]
    if any("." in part for part in parts[:-1]):
        return None
    m, s = float(minutes or 0), float(seconds or 0)
    if m >= 60 or s >= 60:
        return None
    return float(degrees) + m / 60 + s / 3600


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
