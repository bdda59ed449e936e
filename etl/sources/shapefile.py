"""Shapefiles: attributes and points by readers of our own, lines and polygons by GDAL, paired by record number."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.sources.columns import FAULT, WKB, WKB_Z, stream_schema
from etl.sources.crs_text import declared_wkt
from etl.sources.dbf import Dbf
from etl.sources.gdal import Library
from etl.sources.geometry import Geometries
from etl.sources.members import Member
from etl.sources.model import Finding, Limits, Shape, TableFacts
from etl.sources.shp import Shp
from etl.sources.table import BATCH_ROWS, assembled, batch_rows
from etl.sources.vector import GdalTable
from layers.errors import BadFile

SHAPES: dict[str, Shape] = {
    "none": "none",
    "point": "point",
    "multipoint": "point",
    "line": "line",
    "polygon": "polygon",
    "multipatch": "polygon",
}
LONGEST_PRJ = 64 << 10
PARTS = {
    ".shp": ("图形文件", "the shapes", "没有图形，只读属性", "attributes only, no geometry"),
    ".dbf": ("属性表", "the attributes", "没有属性，只读图形", "geometry only, no attributes"),
    ".prj": (
        "坐标系",
        "the coordinate system",
        "按坐标值判断，判断不了会询问",
        "judged by the numbers, or asked",
    ),
}


class ShapefileTable:
    """A shapefile whose .shp or .dbf may be missing; the .shx is not needed.

    Raises:
        BadFile: a part that is damaged, or parts of different lengths (code ``parts_disagree``).
    """

    def __init__(self, member: Member, library: Library, limits: Limits, encoding: str | None) -> None:
        self._member = member
        shp, dbf = member.part(".shp"), member.part(".dbf")
        self._dbf = Dbf(dbf, encoding) if dbf else None
        self._shp = Shp(shp) if shp else None
        self._gdal: GdalTable | None = None
        self._shapes: int | None = None
        if self._shp is not None and self._shp.kind not in ("point", "none"):
            self._gdal = GdalTable(member, None, member.name, library, limits, geometry_only=True)
            self._shapes = self._shp.survey().rows
        if self._dbf is not None and self._shapes is not None and self._shapes != self._dbf.rows:
            raise self._disagree(self._shapes)

    @cached_property
    def facts(self) -> TableFacts:
        """What the parts say of themselves."""
        prj = self._member.part(".prj")
        note = (
            prj.read_bytes()[:LONGEST_PRJ].decode("utf-8", "replace").strip("\0\ufeff \r\n") if prj else None
        )
        wkt = declared_wkt(note)
        findings = [_missing(self._member, part) for part in PARTS if self._member.part(part) is None]
        return TableFacts(
            name=self._member.name,
            format="shapefile",
            rows=self._dbf.rows if self._dbf else self._shapes,
            geometry=SHAPES[self._shp.kind] if self._shp else "none",
            columns=self._dbf.columns if self._dbf else [],
            crs_wkt=wkt,
            crs_note=note,
            has_z=bool(self._shp and self._shp.has_z),
            has_m=bool(self._shp and self._shp.shape_type > 20),
            encoding=self._dbf.encoding if self._dbf else None,
            findings=[*findings, *(self._dbf.findings if self._dbf else [])],
        )

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read all records that are not deleted; ``_row`` is the number of the record in the file."""
        size = self._size()
        rows, shapes = self._attributes(size), self._geometries(size)
        first = 1
        while True:
            columns = next(rows, None) if self._dbf else None
            geometries = next(shapes, None) if self._shp else None
            if columns is None and geometries is None:
                return
            count = len(columns[0]) if columns else len(geometries.wkb) if geometries else 0
            if self._dbf and self._shp:
                self._check_pair(first, columns, geometries)
            kept, arrays = columns or (np.ones(count, bool), ())
            numbers = pa.array(np.arange(first, first + count, dtype=np.int64))
            batch = assembled(stream_schema(self.facts.columns), numbers, arrays, geometries)
            yield batch if kept.all() else batch.filter(pa.array(kept))
            first += count

    def findings(self) -> list[Finding]:
        """Return what the records read so far brought to light."""
        known = set(map(_key, self.facts.findings))
        dbf = self._dbf.findings if self._dbf else []
        parts = [
            *dbf,
            *(self._shp.findings if self._shp else []),
            *(self._gdal.findings() if self._gdal else []),
        ]
        return [finding for finding in parts if _key(finding) not in known]

    def _size(self) -> int:
        size = self._dbf.batch_rows if self._dbf else BATCH_ROWS
        if self._gdal is not None:
            shp = self._member.path.stat().st_size
            size = min(size, batch_rows(shp, self._shapes))
        return size

    def _attributes(self, size: int) -> Iterator[tuple[np.ndarray, tuple[pa.Array, ...]]]:
        if self._dbf is not None:
            for batch in self._dbf.batches(size):
                yield batch.kept, batch.columns

    def _geometries(self, size: int) -> Iterator[Geometries]:
        if self._gdal is not None:
            yield from _resized(self._gdal.batches(), size)
        elif self._shp is not None and self._shp.kind == "point":
            for points in self._shp.points(size):
                high = points.wkb_z if points.wkb_z is not None else pa.nulls(len(points.wkb), pa.binary())
                yield Geometries(points.wkb, high)
        elif self._dbf is not None:
            for first in range(0, self._dbf.rows, size):
                count = min(size, self._dbf.rows - first)
                yield Geometries(pa.nulls(count, pa.binary()), pa.nulls(count, pa.binary()))

    def _check_pair(
        self,
        first: int,
        columns: tuple[np.ndarray, tuple[pa.Array, ...]] | None,
        geometries: Geometries | None,
    ) -> None:
        attributes, shapes = len(columns[0]) if columns else 0, len(geometries.wkb) if geometries else 0
        if attributes != shapes:
            raise self._disagree(self._shapes or first - 1 + shapes)

    def _disagree(self, shapes: int) -> BadFile:
        rows = self._dbf.rows if self._dbf else 0
        name = self._member.name
        return BadFile(
            f"{name}：.shp 与 .dbf 的记录数不一致（.dbf {rows} 条，.shp {shapes} 条），不是同一套文件；请重新导出",
            f"{name}: .shp and .dbf do not belong together ({rows} records in the .dbf, {shapes} in the .shp); "
            "export them again",
            code="parts_disagree",
            file=name,
        )


def _resized(batches: Iterator[pa.RecordBatch], size: int) -> Iterator[Geometries]:
    """Cut batches of GDAL's choice into those of the attributes' size."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch.select([WKB, WKB_Z, FAULT]))
        count += batch.num_rows
        while count >= size:
            together = pa.Table.from_batches(waiting).combine_chunks()
            yield _geometries_of(together.slice(0, size))
            waiting, count = together.slice(size).to_batches(), count - size
    if count:
        yield _geometries_of(pa.Table.from_batches(waiting).combine_chunks())


def _geometries_of(table: pa.Table) -> Geometries:
    batch = table.combine_chunks().to_batches()[0]
    faults = batch.column(FAULT)
    rows = pc.indices_nonzero(faults.is_valid()).to_pylist()
    return Geometries(batch.column(WKB), batch.column(WKB_Z), {row: faults[row].as_py() for row in rows})


def _missing(member: Member, suffix: str) -> Finding:
    what_zh, what, then_zh, then = PARTS[suffix]
    return Finding(
        "file_part_missing",
        "warning",
        f"{member.name} 缺少 {suffix}（{what_zh}）：{then_zh}",
        f"{member.name} lacks its {suffix} ({what}): {then}",
        {"part": suffix},
    )


def _key(finding: Finding) -> tuple[str, str]:
    return finding.code, str(sorted(finding.where.items()))
