"""Layers that follow from others: computed and written in the transaction that writes those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from etl.derive.zones import DERIVED, INPUTS, compute_rows, newest_date
from etl.loads.versions import Written, find_version, served, write_version
from etl.progress import Reporter
from layers.registry import Registry
from layers.store import Files

NOTE = "由危险源分级按就高原则计算，阈值待确认 / computed from graded hazard sources, cut-offs unconfirmed"


@dataclass(frozen=True)
class Derivation:
    """The computed layers over one open transaction."""

    connection: Connection
    registry: Registry
    store: Files
    reporter: Reporter

    def run(
        self, written: set[str], current: dict[str, str], *, generated: bool, whole: bool
    ) -> Iterator[Written]:
        """Write the layers that follow from those written, and put their versions into ``current``.

        ``current`` holds the versions that the transaction will serve; ``whole``: what it lacks is not served any more.
        Nothing is done where no input changed and all that follows stands; a layer without rows is left out.
        """
        if not set(INPUTS) & set(current) or (not set(INPUTS) & written and self._stands()):
            return
        tables = self._inputs(current, whole)
        if tables is None:
            return  # zones need both the counties and the hazard sources
        generated = generated or self._any_generated(current)
        for layer_id in DERIVED:
            one = self._write(layer_id, tables, generated)
            if one.rows:
                current[layer_id] = one.version
                yield one

    def _write(self, layer_id: str, tables: Mapping[str, str], generated: bool) -> Written:
        layer = self.registry.vector(layer_id)
        with self.reporter.step(f"{layer_id}: compute"):
            rows = compute_rows(self.connection, layer, tables)
            about = {
                "source_name": "riskmap ETL",
                "source_date": newest_date(self.connection, layer, rows),
                "owner": "",
                "licence": "",
                "note": NOTE,
                "generated": generated,
            }
            return write_version(self.connection, layer, rows, about, gone="remove")

    def _inputs(self, current: Mapping[str, str], whole: bool) -> dict[str, str] | None:
        """Return the tables of the inputs: as this transaction has them, else as they are served."""
        tables: dict[str, str] = {}
        for layer_id in INPUTS:
            if layer_id in current:
                version = find_version(self.connection, layer_id, current[layer_id])
            else:
                version = None if whole else served(self.connection, self.registry.vector(layer_id))
            if version is None or version.table_name is None:
                return None
            tables[layer_id] = version.table_name
        return tables

    def _any_generated(self, current: Mapping[str, str]) -> bool:
        others = [
            served(self.connection, self.registry.vector(layer_id))
            for layer_id in INPUTS
            if layer_id not in current
        ]
        return any(version.generated for version in others if version is not None)

    def _stands(self) -> bool:
        """Whether every derived layer is served, in the way this program stores it, with its files."""
        found = [served(self.connection, self.registry.vector(layer_id)) for layer_id in DERIVED]
        return all(version is not None and self.store.has_files_of(version) for version in found)


def files_stand(connection: Connection, store: Files, one: Written) -> bool:
    """Whether the archive of a version that stands already is still there; a lost one is made again."""
    version = find_version(connection, one.layer.id, one.version)
    return version is not None and store.has_files_of(version)
