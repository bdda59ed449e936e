"""Points from two columns of text: which columns they are, and what is written in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.sources.geometry import Geometries, points_to_wkb
from etl.sources.names import without_unit
from layers.crs.angles import parse_angles
from layers.errors import BadFile

NAMES_X = (
    "lon",
    "lng",
    "long",
    "longitude",
    "经度",
    "东经",
    "x",
    "x坐标",
    "横坐标",
    "point_x",
    "东坐标",
    "jd",
    "easting",
)
NAMES_Y = ("lat", "latitude", "纬度", "北纬", "y", "y坐标", "纵坐标", "point_y", "北坐标", "wd", "northing")
"""Names in order of trust, compared without case, blanks and a unit in brackets.
Which of X and Y is north is for the numbers to tell."""
FAULT = "coordinate_bad"
SHOWN = 60


def find_coordinates(names: Sequence[str], x: str | None, y: str | None, file: str) -> tuple[str, str] | None:
    """Return the coordinate columns: those the officer named, else those with a usual name, else None.

    Raises:
        BadFile: a named column is not there (code ``field_missing``).
    """
    for wanted in (x, y):
        if wanted is not None and wanted not in names:
            listed = "、".join(names[:40])
            raise BadFile(
                f"{file} 没有坐标列 {wanted!r}；现有列：{listed}",
                f"{file} has no coordinate column {wanted!r}; columns: {', '.join(names[:40])}",
                code="field_missing",
                file=file,
                field=wanted,
            )
    found_x, found_y = x or _first(names, NAMES_X, y), y or _first(names, NAMES_Y, x)
    return (found_x, found_y) if found_x and found_y and found_x != found_y else None


def form_of(x: pa.Array, y: pa.Array) -> Literal["decimal", "dms"]:
    """Return ``dms`` where the first texts of a column are mostly no plain numbers, else ``decimal``."""
    for column in (x, y):
        texts = [text for text in column.to_pylist() if text and text.strip()]
        if 2 * sum(map(_is_number, texts)) < len(texts):
            return "dms"
    return "decimal"


def points_of(x: pa.Array, y: pa.Array) -> Geometries:
    """Return the points that two columns of text stand for.

    Where both are empty there is no geometry; where one is empty, or is neither a number nor an angle, the row
    has the fault ``coordinate_bad:<text as written>``.
    """
    xs, ys = _numbers(x), _numbers(y)
    known = np.isfinite(xs) & np.isfinite(ys)
    result = Geometries(
        points_to_wkb(xs, ys, known), pa.nulls(len(x), pa.binary()), types={1} if known.any() else set()
    )
    for row in np.flatnonzero(~known).tolist():
        texts = [(column[row].as_py() or "").strip() for column in (x, y)]
        if any(texts):
            bad = texts[0] if not np.isfinite(xs[row]) else texts[1]
            result.faults[row] = f"{FAULT}:{bad[:SHOWN].replace(';', ',')}"
    return result


def _numbers(column: pa.Array) -> NDArray[np.float64]:
    """Return the numbers in a column, NaN where there is none; a whole column of plain decimals is cast at once."""
    try:
        numbers = pc.cast(pc.utf8_trim_whitespace(column), pa.float64())
        return np.asarray(numbers.to_numpy(zero_copy_only=False), np.float64)
    except pa.ArrowInvalid:
        return np.asarray(parse_angles(column.to_pylist()), np.float64)


def _first(names: Sequence[str], usual: Sequence[str], but: str | None) -> str | None:
    folded = {without_unit(name).casefold().replace(" ", ""): name for name in reversed(names)}
    folded |= {name.casefold().replace(" ", ""): name for name in reversed(names)}
    for name in usual:
        if name in folded and folded[name] != but:
            return folded[name]
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
