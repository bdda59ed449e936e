"""Data that phone apps and web maps write into the description of a placemark: lines ``名称：值``, or a table."""

from __future__ import annotations

import html
import re

_CELLS = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.IGNORECASE | re.DOTALL)
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li)>|[\r\n]+", re.IGNORECASE)
_TAG = re.compile(r"<[^>]{0,2000}>")
_PAIR = re.compile(r"\s*([^\W\d][\w（）()]{0,19})\s*[:：]\s*(\S.*?)\s*", re.DOTALL)
LONGEST = 20_000


def described(text: str) -> dict[str, str]:
    """Return the named values in a description; none unless most of its lines are such."""
    if len(text) > LONGEST:
        return {}
    rows = [[_plain(cell) for cell in _CELLS.findall(row)] for row in _ROW.findall(text)]
    lines = [f"{row[0]}:{row[1]}" for row in rows if len(row) == 2] if rows else _BREAK.split(text)
    lines = [line for line in map(_plain, lines) if line]
    pairs = [found.groups() for line in lines if (found := _PAIR.fullmatch(line))]
    named: dict[str, str] = {}
    for name, value in pairs:
        if not value.startswith("//"):  # an address of the web
            named.setdefault(name, value)
    return named if 2 * len(pairs) > len(lines) else {}


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).strip()
