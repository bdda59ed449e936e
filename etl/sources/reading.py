"""The work of the confined process: find the tables in a source, survey them, or send the rows of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pyarrow as pa

from etl.sources import frames
from etl.sources.best_track import BestTrackTable, is_best_track
from etl.sources.columns import stream_schema
from etl.sources.delimited import DelimitedTable
from etl.sources.gdal import Library
from etl.sources.kml import Kml, KmlTable
from etl.sources.members import Member, check_content, members_of
from etl.sources.model import Finding, Limits, ReadOptions, TableEnd, TableFacts
from etl.sources.refusals import empty, table_unclear, too_many_rows
from etl.sources.request import Request
from etl.sources.sample import Sample
from etl.sources.shapefile import ShapefileTable
from etl.sources.sheets import SheetTable, check_workbook, sheets_of
from etl.sources.table import Table
from etl.sources.vector import GdalTable, layers_of, refined
from layers.errors import BadFile, RiskmapError
from layers.model import Json


@dataclass(frozen=True)
class Found:
    """A table of the source that could be opened; ``layer`` is None where its file holds only this one."""

    name: str
    member: Member
    open: Callable[[], Table | None]
    layer: str | None = None

    def goes_by(self, wanted: str) -> bool:
        """Return whether an officer may mean this table: by its name, its layer, or its file without the folder."""
        return wanted in (self.name, self.layer, self.name.rpartition("/")[2])


class Reading:
    """One request, worked off inside the confined process; ``scratch`` is its folder."""

    def __init__(self, request: Request, library: Library, scratch: Path) -> None:
        self._request, self._library = request, library
        self._scratch = scratch
        self._limits: Limits = request.limits
        self._options: ReadOptions = request.options

    def survey(self) -> Json:
        """Return the facts of all tables, with points and rows to show, and what went wrong with others.

        A glance looks at the first rows of each only.

        Raises:
            BadFile: nothing in the source can be read.
        """
        members = members_of(self._request.path, self._request.readable, self._scratch, self._limits)
        tables: list[TableFacts] = []
        findings: list[Finding] = []
        for member in members:
            try:
                with _called(member):
                    found = list(self._tables_of(member))
                for table in found:
                    with _called(member):
                        tables.append(self._surveyed(table))
            except RiskmapError as error:
                if len(members) == 1:
                    raise
                where = {"member": member.name, **error.where}
                findings.append(Finding(error.code, "error", error.zh, error.en, where))
                last = error
        if not tables:
            raise last if findings else empty(self._request.path.name)
        return {"tables": [t.as_json() for t in tables], "findings": [f.as_json() for f in findings]}

    def send_table(self, pipe: int) -> None:
        """Send the facts, the schema, the rows and the end of the table that was asked for.

        Raises:
            BadFile: no such table, several without a choice, or whatever is wrong with it.
        """
        found = self._chosen()
        with _called(found.member):
            table = found.open()
            if table is None:
                raise self._no_rows(found.name)
            facts = replace(table.facts, name=found.name)
            frames.send_json(pipe, frames.FACTS, facts.as_json())
            frames.send(pipe, frames.SCHEMA, stream_schema(facts.columns).serialize())
            rows = 0
            for batch in table.batches():
                rows += batch.num_rows
                if rows > self._limits.rows:
                    raise too_many_rows(found.name, self._limits.rows)
                frames.send(pipe, frames.BATCH, batch.serialize())
            frames.send_json(pipe, frames.END, TableEnd(rows, table.findings()).as_json())

    def _chosen(self) -> Found:
        wanted, file = self._options.table, self._request.path.name
        members = members_of(self._request.path, self._request.readable, self._scratch, self._limits)
        if wanted is not None:
            # so that a damaged neighbour does not stand in the way
            members = [m for m in members if wanted == m.name or wanted.startswith(f"{m.name}#")] or members
        found: list[Found] = []
        for member in members:
            with _called(member):
                found += self._tables_of(member)
        if wanted is not None:
            fitting = [t for t in found if t.name == wanted] or [t for t in found if t.goes_by(wanted)]
        else:
            fitting = found
        if len(fitting) != 1:
            raise table_unclear(file, [table.name for table in found], wanted)
        return fitting[0]

    def _tables_of(self, member: Member) -> Iterator[Found]:
        """List the tables of a file after a look at its content; nothing of it is parsed before that."""
        check_content(member)
        if member.format == "geotiff":
            yield Found(member.name, member, lambda: None)
        elif member.format == "shapefile":
            yield Found(member.name, member, lambda: self._shapefile(member))
        elif member.format == "csv":
            kind = BestTrackTable if is_best_track(member) else DelimitedTable
            yield Found(member.name, member, lambda: kind(member, self._options))
        elif member.format == "xlsx":
            check_workbook(member, self._limits)
            yield from self._layered(member, sheets_of(member), self._sheet)
        elif member.format == "kml":
            source = Kml(member, self._limits)
            folders = {folder.name: number for number, folder in source.folders.items()}

            def opened(_: Member, folder: str, name: str) -> Table:
                return KmlTable(source, folders[folder], name, self._limits)

            yield from self._layered(member, list(folders), opened)
        else:
            yield from self._layered(member, layers_of(member, self._library), self._layer)

    def _layered(
        self, member: Member, names: list[str], opener: Callable[[Member, str, str], Table]
    ) -> Iterator[Found]:
        for layer in names:
            name = member.name if len(names) == 1 else f"{member.name}#{layer}"

            def opened(layer: str = layer, name: str = name) -> Table:
                return opener(member, layer, name)

            yield Found(name, member, opened, layer)

    def _shapefile(self, member: Member) -> Table:
        return ShapefileTable(member, self._library, self._limits, self._options.encoding)

    def _layer(self, member: Member, layer: str, name: str) -> Table:
        return GdalTable(member, layer, name, self._library, self._limits)

    def _sheet(self, member: Member, layer: str, name: str) -> Table:
        return SheetTable(member, layer, name, self._options)

    def _surveyed(self, found: Found) -> TableFacts:
        table = found.open()
        if table is None:
            return TableFacts(name=found.name, format="geotiff")
        facts, sample = table.facts, Sample()
        batches = table.batches()
        is_glance = self._request.task == "glance"
        sample.take(self._counted(islice(batches, 1) if is_glance else batches, found.name), facts.columns)
        rows = sample.rows if not is_glance or next(batches, None) is None else facts.rows
        if isinstance(table, GdalTable):
            facts = refined(table, facts)
        return replace(
            facts,
            name=found.name,
            rows=rows,
            findings=[*facts.findings, *table.findings()],
            points=sample.points,
            rows_shown=sample.shown,
        )

    def _counted(self, batches: Iterator[pa.RecordBatch], name: str) -> Iterator[pa.RecordBatch]:
        rows = 0
        for batch in batches:
            rows += batch.num_rows
            if rows > self._limits.rows:
                raise too_many_rows(name, self._limits.rows)
            yield batch

    def _no_rows(self, name: str) -> BadFile:
        return BadFile(
            f"{name} 是栅格，没有行可读", f"{name} is a raster; it has no rows", code="wrong_kind", file=name
        )


@contextmanager
def _called(member: Member) -> Iterator[None]:
    """Let refusals speak of a file by the name people gave it, not by the neutral one it is read under."""
    try:
        yield
    except RiskmapError as error:
        neutral = [member.path.with_suffix(suffix).name for suffix in (".shp", ".dbf", ".shx")]
        for name in {member.path.name, *neutral}:
            real = str(Path(member.name).with_suffix(Path(name).suffix)) if name in neutral else member.name
            error.zh, error.en = error.zh.replace(name, real), error.en.replace(name, real)
            if error.where.get("file") == name:
                error.where["file"] = real
        raise
