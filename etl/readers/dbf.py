"""The text of a shapefile: which encoding its DBF is in, decided on the raw bytes."""

from __future__ import annotations

import codecs
from pathlib import Path

HEADER_BYTES = 32
LANGUAGE_BYTE = 29


def encoding_of(shapefile: Path) -> str | None:
    """Return the encoding to read a shapefile with: what it declares when that is believable, else what fits.

    A .cpg that is empty or says nothing usable (OEM, 88591, ISO-8859-1) declares nothing. Then strict UTF-8 is
    tried, then strict GB18030: GDAL would take undeclared text as ISO 8859-1 and return garbled Chinese without a
    warning. None leaves the choice to GDAL.
    """
    declared = _declared(shapefile)
    if declared is not None:
        return declared
    dbf = sibling(shapefile, ".dbf")
    if dbf is None:
        return None
    content = dbf.read_bytes()
    if len(content) < HEADER_BYTES or (content[LANGUAGE_BYTE] != 0 and sibling(shapefile, ".cpg") is None):
        return None  # byte 29 is the language driver id; GDAL knows those
    rows = content[int.from_bytes(content[8:10], "little") :]
    for encoding in ("utf-8", "gb18030"):
        try:
            rows.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def sibling(shapefile: Path, suffix: str) -> Path | None:
    """Return the part of a shapefile with a suffix, in either case."""
    for candidate in (suffix, suffix.upper()):
        part = shapefile.with_suffix(candidate)
        if part.is_file():
            return part
    return None


def _declared(shapefile: Path) -> str | None:
    cpg = sibling(shapefile, ".cpg")
    if cpg is None:
        return None
    words = cpg.read_text(encoding="ascii", errors="ignore").strip().upper().replace("ANSI ", "")
    name = {"936": "gbk", "65001": "utf-8", "54936": "gb18030"}.get(words, words)
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    return None if found in ("iso8859-1", "ascii", "cp1252") else found
