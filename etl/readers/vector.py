"""Shapefile, GeoPackage and GeoJSON through pyogrio, with the driver named so that GDAL does not guess."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio

from etl.readers.crs import named_crs
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
    try:
        name = table or _only_table(path, suffix)
        text = encoding or (undeclared_encoding(path) if suffix == ".shp" else None)
        frame = pyogrio.read_dataframe(_target(path, suffix), layer=name, encoding=text)
    except UnicodeDecodeError as error:
        raise BadFile(
            f"{path.name} 的属性文字无法按声明的编码解读；请指定编码，如 --encoding gb18030",
            f"{path.name}: attribute text does not decode as declared; name the encoding, e.g. --encoding gb18030",
            code="encoding_undecided",
            file=path.name,
        ) from error
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
    ) as error:
        raise BadFile(
            f"{path.name} 无法读取：{error}",
            f"{path.name} cannot be read: {error}",
            code="unreadable",
            file=path.name,
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BadFile(
            f"{path.name} 没有几何", f"{path.name} has no geometry", code="no_geometry", file=path.name
        )
    return _with_crs(frame, path, crs, force=force_crs)


def undeclared_encoding(path: Path) -> str | None:
    """Decide the text of a shapefile that declares none: strict UTF-8, else strict GB18030, else None.

    GDAL takes such text as ISO 8859-1 and returns garbled Chinese without a warning.
    """
    dbf = next((p for p in (path.with_suffix(".dbf"), path.with_suffix(".DBF")) if p.is_file()), None)
    if dbf is None or any(path.with_suffix(s).is_file() for s in (".cpg", ".CPG")):
        return None
    content = dbf.read_bytes()
    if len(content) < 32 or content[29] != 0:  # byte 29 is the language driver id; 0 says nothing
        return None
    rows = content[int.from_bytes(content[8:10], "little") :]
    for encoding in ("utf-8", "gb18030"):
        try:
            rows.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _target(path: Path, suffix: str) -> str:
    return f"/vsizip/{path.absolute()}" if suffix == ".zip" else f"{_PREFIX.get(suffix, '')}{path}"


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
            f"{path.name} 没有坐标系（缺 .prj）；请写明，如 --crs EPSG:4549",
            f"{path.name} has no coordinate system (no .prj); give it, e.g. --crs EPSG:4549",
            code="crs_unknown",
            file=path.name,
        )
    return frame
