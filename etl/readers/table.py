"""CSV: text columns as they are, and points from two coordinate columns."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from etl.readers.crs import named_crs
from layers.errors import BadFile


def read_csv(path: Path, *, x: str, y: str, crs: str | None, encoding: str | None) -> gpd.GeoDataFrame:
    """Read a CSV with a header into points; all other columns stay text, empty cells become None.

    Coordinates that are not numbers become NaN, which the checks report by row.

    Raises:
        BadFile: undecodable text, no header, a coordinate column that is not there, or no coordinate system.
    """
    frame = _frame(path, encoding)
    for column in (x, y):
        if column not in frame.columns:
            raise BadFile(
                f"{path.name} 没有坐标列 {column!r}；现有列：{'、'.join(map(str, frame.columns))}",
                f"{path.name} has no coordinate column {column!r}; columns: {', '.join(map(str, frame.columns))}",
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


def _frame(path: Path, encoding: str | None) -> pd.DataFrame:
    # Chinese offices send UTF-8 with a mark, or GBK; UTF-8 is strict, so trying it first cannot mangle GBK.
    for candidate in [encoding] if encoding else ["utf-8-sig", "gb18030"]:
        try:
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], encoding=candidate)
        except (UnicodeDecodeError, LookupError):
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise BadFile(
                f"{path.name} 不是可读的 CSV：{error}",
                f"{path.name} is not a readable CSV: {error}",
                file=path.name,
            ) from error
        frame.columns = [str(column).strip() for column in frame.columns]
        return frame.astype(object).where(frame.notna(), None)
    raise BadFile(
        f"{path.name} 的文字编码无法识别（试过 {encoding or 'UTF-8、GB18030'}）",
        f"{path.name}: cannot decode the text (tried {encoding or 'UTF-8, GB18030'})",
        code="encoding_undecided",
        file=path.name,
    )
