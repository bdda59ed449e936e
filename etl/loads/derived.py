"""Layers that follow from others: computed and written in the transaction that writes those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql
from sqlalchemy import Connection

from etl.derive.zones import (
    COUNTIES,
    DERIVED,
    INPUTS,
    OBJECTS,
    OPTIONAL,
    POPULATION,
    REQUIRED,
    Inputs,
    compute_rows,
    newest_date,
)
from etl.loads.sqltools import run
from etl.loads.versions import Written, find_version, served, write_version
from etl.progress import Reporter
from layers.constants.store import current_constants
from layers.registry import Registry
from layers.store import Files, LayerVersion, current_versions

NOTE = "由危险源分级按就高原则计算，阈值待确认 / computed from graded hazard sources, cut-offs unconfirmed"


@dataclass(frozen=True)
class Derivation:
    """The computed layers over one open transaction."""

    connection: Connection
    registry: Registry
    store: Files
    reporter: Reporter
    anew: bool = False
    only: str | None = None
    """The one layer to compute; the others stand as they are served."""

    def run(
        self, touched: set[str], current: dict[str, str], *, generated: bool, whole: bool
    ) -> Iterator[Written]:
        """Write the layers that follow from those touched (written or emptied); put their versions into ``current``.

        ``current`` holds the versions that the transaction will serve; ``whole``: what it lacks is not served any more.
        Nothing is done where no input was touched and all that follows stands, unless it is to be done ``anew``; a
        layer without rows is left out.
        """
        asked = self.anew or whole or set(INPUTS) & touched
        if not asked and (not set(INPUTS) & set(current) or self._stands()):
            return
        inputs = self._inputs(current, whole)
        if inputs is None:
            return  # zones need both the counties and the hazard sources
        generated = generated or self._any_generated(current)
        for layer_id in DERIVED:
            if self.only not in (None, layer_id):
                standing = served(self.connection, self.registry.vector(layer_id))
                if standing is not None:
                    inputs.made[layer_id] = str(standing.table_name)
                continue
            one = self._write(layer_id, inputs, generated)
            if one is not None:
                inputs.made[layer_id] = one.table_name
                current[layer_id] = one.version
                yield one

    def _write(self, layer_id: str, inputs: Inputs, generated: bool) -> Written | None:
        layer = self.registry.vector(layer_id)
        with self.reporter.step(f"{layer_id}: compute"):
            rows = compute_rows(self.connection, layer, inputs)
            if not (
                run(self.connection, sql.SQL("SELECT EXISTS (SELECT FROM {})").format(rows)).fetchone()
                or (0,)
            )[0]:
                return None
            about = {
                "source_name": "riskmap ETL",
                "source_date": newest_date(self.connection, layer, rows),
                "owner": "",
                "licence": "",
                "note": NOTE,
                "generated": generated,
            }
            return write_version(self.connection, layer, rows, about, gone="remove")

    def _inputs(self, current: Mapping[str, str], whole: bool) -> Inputs | None:
        """Return the inputs: as this transaction has them, else as they are served."""
        found = {layer_id: self._version(layer_id, current, whole) for layer_id in (*REQUIRED, *OPTIONAL)}
        tables = {
            i: str(v.table_name) for i, v in found.items() if v is not None and v.table_name is not None
        }
        if any(layer_id not in tables for layer_id in REQUIRED):
            return None
        return Inputs(tables, self._raster(current, whole), current_constants(self.connection))

    def _version(self, layer_id: str, current: Mapping[str, str], whole: bool) -> LayerVersion | None:
        if layer_id in current:
            return find_version(self.connection, layer_id, current[layer_id])
        return None if whole else served(self.connection, self.registry.vector(layer_id))

    def _raster(self, current: Mapping[str, str], whole: bool) -> Path | None:
        if POPULATION in current:
            version = find_version(self.connection, POPULATION, current[POPULATION])
        else:
            version = None if whole else current_versions(self.connection).get(POPULATION)
        path = self.store.rasters / version.raster_file if version and version.raster_file else None
        return path if path is not None and path.is_file() else None

    def _any_generated(self, current: Mapping[str, str]) -> bool:
        standing = current_versions(self.connection)
        others = [standing.get(layer_id) for layer_id in INPUTS if layer_id not in current]
        return any(version.generated for version in others if version is not None)

    def _stands(self) -> bool:
        """Whether what always has rows is served in the way this program stores it, and no layer lacks its files."""
        found = {i: served(self.connection, self.registry.vector(i)) for i in DERIVED}
        here = all(found[i] is not None for i in (OBJECTS, COUNTIES))
        return here and all(v is None or self.store.has_files_of(v) for v in found.values())


def files_stand(connection: Connection, store: Files, one: Written) -> bool:
    """Whether the archive of a version that stands already is still there; a lost one is made again."""
    version = find_version(connection, one.layer.id, one.version)
    return version is not None and store.has_files_of(version)
