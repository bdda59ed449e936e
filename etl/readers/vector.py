"""Shapefile, GeoPackage and GeoJSON through pyogrio, with the driver named so that GDAL does not guess."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from etl.readers.crs import named_crs
from etl.readers.dbf import encoding_of, sibling
from layers.errors import BadFile

_PREFIX = {".geojson": "GeoJSON:", ".json": "GeoJSON:", ".gpkg": "GPKG:"}


def read_vector(
    path: Path,
    suffix: str,
    *,
    table: str | None = None,
    crs: str | None = None,
    force_crs: bool = False,
    encoding: str | None = None,
) -> gpd.GeoDataFrame:
    """Read one table of a vector file, with its coordinate system.

    Raises:
        BadFile: unreadable file, undecodable text, a table that is not there, or no coordinate system.
    """
    if suffix == ".shp":
        _check_parts(path)
    try:
        name = table or _only_table(path, suffix)
        text = encoding or (encoding_of(path) if suffix == ".shp" else None)
        frame = pyogrio.read_dataframe(_target(path, suffix), layer=name, encoding=text)
    except (UnicodeDecodeError, LookupError) as error:
        raise BadFile(
            f"{path.name} 的属性文字无法按 {encoding or '声明的编码'} 解读；请指定编码，如 --encoding gb18030",
            f"{path.name}: the text does not decode as {encoding or 'declared'}; name it, e.g. --encoding gb18030",
            code="encoding_undecided",
            file=path.name,
        ) from error
    except (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError) as error:
        raise BadFile(
            f"{path.name} 无法读取：文件损坏或不完整" + (f"，或没有表 {table!r}" if table else ""),
            f"{path.name} cannot be read: it is damaged or incomplete"
            + (f", or has no table {table!r}" if table else ""),
            code="unreadable",
            file=path.name,
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BadFile(
            f"{path.name} 没有几何", f"{path.name} has no geometry", code="no_geometry", file=path.name
        )
    return _with_crs(frame, path, crs, force=force_crs)


def _target(path: Path, suffix: str) -> str:
    return f"{_PREFIX.get(suffix, '')}{path}"


def _check_parts(path: Path) -> None:
    for part, zh in ((".dbf", "属性表"), (".shx", "索引")):
        if sibling(path, part) is None:
            raise BadFile(
                f"{path.name} 缺少 {path.stem}{part}（{zh}），请把整套文件放在一起",
                f"{path.name} lacks {path.stem}{part}; keep the parts of the shapefile together",
                code="file_part_missing",
                file=path.name,
            )


def _only_table(path: Path, suffix: str) -> str:
    names = [
        str(name) for name, geometry in pyogrio.list_layers(_target(path, suffix)) if geometry is not None
    ]
    if len(names) != 1:
        raise BadFile(
            f"{path.name} 有 {len(names)} 个图层（{'、'.join(names)}），请用 table 指定一个",
            f"{path.name} has {len(names)} tables ({', '.join(names)}); name one with 'table'",
            code="table_unclear",
            file=path.name,
        )
    return names[0]


def _with_crs(frame: gpd.GeoDataFrame, path: Path, crs: str | None, *, force: bool) -> gpd.GeoDataFrame:
    named = named_crs(crs, path.name) if crs else None
    if named is not None and (force or frame.crs is None):
        return frame.set_crs(named, allow_override=True)
    if frame.crs is None:
        raise BadFile(
            f"{path.name} 没有坐标系（缺 .prj 或无法识别）；请写明，如 --crs EPSG:4549",
            f"{path.name} has no coordinate system (no .prj, or none understood); give it, e.g. --crs EPSG:4549",
            code="crs_unknown",
            file=path.name,
        )
    return frame
