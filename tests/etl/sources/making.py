"""Files for the tests: good ones through GDAL, bad ones byte by byte."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from etl.sources.model import LIMITS, Limits, ReadOptions, TableEnd, TableFacts
from etl.sources.open import open_table


def points(count: int = 5, crs: str | None = "EPSG:4490") -> gpd.GeoDataFrame:
    data = {
        "名称": [f"避灾点{n}" for n in range(count)],
        "容量": np.arange(count),
        "面积": np.arange(count) + 0.5,
    }
    return gpd.GeoDataFrame(data, geometry=shapely.points(120 + np.arange(count) / 1000, 30.25), crs=crs)


def polygons(count: int = 3) -> gpd.GeoDataFrame:
    frame = points(count)
    return frame.set_geometry(shapely.buffer(frame.geometry.values, 0.01))


def written(frame: gpd.GeoDataFrame, path: Path, **options: object) -> Path:
    pyogrio.write_dataframe(frame, path, **options)
    return path


def zipped(path: Path, members: Mapping[str, bytes | Path], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content.read_bytes() if isinstance(content, Path) else content)
    return path


def parts(
    shapefile: Path, prefix: str = "", only: Iterable[str] = (".shp", ".dbf", ".shx", ".prj")
) -> dict[str, Path]:
    return {f"{prefix}{shapefile.stem}{suffix}": shapefile.with_suffix(suffix) for suffix in only}


def read(
    path: Path, options: ReadOptions | None = None, limits: Limits = LIMITS
) -> tuple[TableFacts, pa.Table, TableEnd]:
    with open_table(path, options or ReadOptions(), limits) as opened:
        table = opened.reader.read_all()
        return opened.facts, table, opened.end


def shapes(table: pa.Table, column: str = "_wkb") -> list[str | None]:
    return [None if wkb is None else shapely.from_wkb(wkb).wkt for wkb in table.column(column).to_pylist()]


def column(facts: TableFacts, table: pa.Table, name: str) -> list[object]:
    position = [c.name for c in facts.columns].index(name) + 1
    return list(table.column(f"c{position}").to_pylist())


def one_ring(path: Path, vertices: int) -> Path:
    """Write a polygon shapefile of one ring with so many vertices and the closing one, without a .dbf."""
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    ring = np.column_stack([120 + np.cos(-angle), 30 + np.sin(-angle)])
    ring = np.vstack([ring, ring[:1]]).astype("<f8")
    box = struct.pack("<4d", 119, 29, 121, 31)
    body = struct.pack("<i", 5) + box + struct.pack("<3i", 1, len(ring), 0) + ring.tobytes()
    size = 100 + 8 + len(body)
    head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, size // 2) + struct.pack("<2i", 1000, 5) + box + bytes(32)
    path.write_bytes(head + struct.pack(">2i", 1, len(body) // 2) + body)
    return path


def disguises(server_file: Path) -> dict[str, str]:
    """Return documents that make GDAL read another file of the server, by what they are."""
    layer = f'<OGRVRTLayer name="x"><SrcDataSource>{server_file}</SrcDataSource><SrcLayer>{server_file.stem}</SrcLayer>'
    return {
        "vrt": f"<OGRVRTDataSource>{layer}</OGRVRTLayer></OGRVRTDataSource>",
        "gdalg": f'{{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read {server_file}"}}',
    }
