"""Points from two columns of text: which columns they are, and what is written in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.sources.geometry import Geometries, points_to_wkb
from etl.sources.model import Coordinates
from etl.sources.names import without_unit
from etl.sources.remarks import mark_remarks
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
NAMES_BOTH = (
    "坐标",
    "经纬度",
    "坐标经纬度",
    "经纬度坐标",
    "地理坐标",
    "位置坐标",
    "点位坐标",
    "gps坐标",
    "gps",
    "lnglat",
    "lonlat",
    "latlng",
    "latlon",
    "coordinates",
    "coordinate",
    "location",
)
"""Names of a column that holds both, where its cells do."""
FAULT = "coordinate_bad"
SHOWN = 60
_CUTS = tuple(map(re.compile, (r"\s*[,，;；、/|]\s*", r"\s+", r"\s*(?=[北南]纬)", r"\s*(?=[东西]经)")))


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
    if x is not None and x == y:
        return x, x
    return (found_x, found_y) if found_x and found_y and found_x != found_y else None


def find_joined(names: Sequence[str], rows: Iterable[Sequence[str | None]]) -> tuple[str, str] | None:
    """Return the column (twice) whose name says that it holds both coordinates and most of whose first cells do."""
    name = _first(names, NAMES_BOTH, None)
    if name is None:
        return None
    cells = [cell for row in rows if (cell := row[names.index(name)])]
    pairs = [pair for pair in map(split_pair, cells) if np.isfinite(parse_angles(pair)).all()]
    return (name, name) if cells and 2 * len(pairs) > len(cells) else None


def split_pair(text: str | None) -> tuple[str | None, str | None]:
    """Return the two coordinates written in one cell (``120.1,30.2``, ``东经120°9′北纬30°16′``), or it and nothing."""
    if text is None:
        return None, None
    bare = text.strip().strip("()[]（）【】").strip()
    for cut in _CUTS:
        parts = [part for part in cut.split(bare) if part]
        if len(parts) == 2:
            return parts[0], parts[1]
    return text, None


def form_of(x: pa.Array, y: pa.Array) -> Literal["decimal", "dms"]:
    """Return ``dms`` where the first texts of a column are mostly no plain numbers, else ``decimal``."""
    for column in (x, y):
        texts = [text for text in column.to_pylist() if text and text.strip()]
        if 2 * sum(map(_is_number, texts)) < len(texts):
            return "dms"
    return "decimal"


def located(columns: Sequence[pa.Array], names: Sequence[str], pair: Sequence[str]) -> Geometries:
    """Return the points in two columns, or in one that holds both; lines of sums and notes are marked."""
    x, y = (columns[names.index(name)] for name in pair)
    if pair[0] == pair[1]:
        parts = [split_pair(text) for text in x.to_pylist()]
        x, y = (pa.array([part[at] for part in parts], pa.string()) for at in (0, 1))
    points = points_of(x, y)
    mark_remarks(columns, points)
    return points


def seen_coordinates(
    rows: Sequence[Sequence[str | None]], names: Sequence[str], pair: tuple[str, str]
) -> Coordinates:
    """Return the coordinate columns and how they are written, from the first rows."""
    cells = [[row[names.index(name)] for row in rows] for name in pair]
    if pair[0] == pair[1]:
        parts = [split_pair(text) for text in cells[0]]
        cells = [[part[at] for part in parts] for at in (0, 1)]
    return Coordinates(*pair, form_of(*(pa.array(column, pa.string()) for column in cells)))


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
