"""CSV: text columns as they are, and points from two coordinate columns."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import geopandas as gpd
import pandas as pd

from etl.readers.crs import named_crs
from layers.errors import BadFile

SEPARATORS = ",;\t|"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_csv(path: Path, *, x: str, y: str, crs: str | None, encoding: str | None) -> gpd.GeoDataFrame:
    """Read a CSV with a header into points; all other columns stay text, empty cells become None.

    The index counts the rows after the header from 0, empty lines too, so that a fault can name its row.
    Coordinates that are not numbers become NaN, which the checks report by row.

    Raises:
        BadFile: undecodable text, no header, a row of another length, a coordinate column that is not there, or
            no coordinate system.
    """
    frame = _frame(path, _text(path, encoding))
    for column in (x, y):
        if column not in frame.columns:
            names = "、".join(frame.columns)
            raise BadFile(
                f"{path.name} 没有坐标列 {column!r}；现有列：{names}；可用 x、y 指定",
                f"{path.name} has no coordinate column {column!r}; columns: {names}; name them with x and y",
                code="field_missing",
                file=path.name,
                field=column,
            )
    if crs is None:
        raise BadFile(
            f"{path.name} 没有坐标系信息；请写明，如 --crs EPSG:4326",
            f"{path.name} does not say its coordinate system; give it, e.g. --crs EPSG:4326",
            code="crs_unknown",
            file=path.name,
        )
    xs, ys = (pd.to_numeric(frame[c], errors="coerce") for c in (x, y))
    points = gpd.points_from_xy(xs, ys)
    return gpd.GeoDataFrame(frame.drop(columns=[x, y]), geometry=points, crs=named_crs(crs, path.name))


def _text(path: Path, encoding: str | None) -> str:
    content = path.read_bytes()
    # Chinese offices send UTF-8 with a mark, or GBK; UTF-8 is strict, so trying it first cannot mangle GBK.
    guesses = ["utf-16"] if content.startswith(UTF16_MARKS) else ["utf-8-sig", "gb18030"]
    for candidate in [encoding] if encoding else guesses:
        try:
            return content.decode(candidate)
        except (UnicodeDecodeError, LookupError):
            continue
    raise BadFile(
        f"{path.name} 的文字编码无法识别（试过 {encoding or 'UTF-8、GB18030'}）",
        f"{path.name}: cannot decode the text (tried {encoding or 'UTF-8, GB18030'})",
        code="encoding_undecided",
        file=path.name,
    )


def _frame(path: Path, text: str) -> pd.DataFrame:
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        while header and not header[-1]:  # a separator at the end of the line
            header.pop()
        _check_header(path, header)
        rows: dict[int, list[str | None]] = {}
        for number, cells in enumerate(reader):
            if any(cells):
                rows[number] = _fitted(path, number, cells, len(header))
    except csv.Error as error:
        raise BadFile(
            f"{path.name} 第 {reader.line_num} 行起不是可读的 CSV（引号不配对？）",
            f"{path.name} is not a readable CSV from line {reader.line_num} on (unbalanced quotes?): {error}",
            code="unreadable",
            file=path.name,
            row=reader.line_num,
        ) from error
    return pd.DataFrame.from_dict(rows, orient="index", columns=header, dtype=object)


def _check_header(path: Path, header: list[str]) -> None:
    repeated = sorted({name for name in header if header.count(name) > 1})
    if not header or repeated:
        name = repeated[0] if repeated else ""
        raise BadFile(
            f"{path.name} 的表头为空或列名重复：{name!r}",
            f"{path.name}: the header is empty or names a column twice: {name!r}",
            code="field_twice" if repeated else "empty_file",
            file=path.name,
            field=name,
        )


def _fitted(path: Path, number: int, cells: list[str], width: int) -> list[str | None]:
    """Return the cells of a row; empty ones too many are a separator at the end, others a fault of the row."""
    if len(cells) < width or any(cells[width:]):
        raise BadFile(
            f"{path.name} 第 {number + 1} 行有 {len(cells)} 格，表头有 {width} 格",
            f"{path.name}: row {number + 1} has {len(cells)} cells, the header {width}",
            code="row_length",
            file=path.name,
            row=number + 1,
        )
    return [cell if cell.strip() else None for cell in cells[:width]]
