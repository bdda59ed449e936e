"""The pipeline: read, check, build, derive, then make everything current in one transaction.

Until that last step nothing that is served has changed; a failure at any point leaves it untouched and writes a
ledger row that says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from etl.build import About, Built, build_raster, build_vector
from etl.checks import Checked, check
from etl.derive.admin import complete_admin, merge_areas
from etl.derive.grades import grade_hazards
from etl.derive.zones import DERIVED, INPUTS
from etl.ledger import LedgerRow
from etl.manifest import Entry, Manifest
from etl.progress import Reporter
from etl.prune import prune
from etl.readers import read_file, sniff, wrong_kind
from etl.readers.files import sha256_of
from etl.rows import RowsRefused
from etl.tables import make_current
from layers.errors import BadInput, Conflict
from layers.kinds.raster import RasterLayer
from layers.kinds.vector import VectorLayer
from layers.registry import Registry
from layers.store import CURRENT, DATASET, Files, current_versions

AFTER_CHECK = {"admin_area": complete_admin, "hazard_source": grade_hazards}


@dataclass(frozen=True)
class Loaded:
    """What a run did to a layer."""

    layer: str
    version: str
    rows: int
    refused: int
    changed: bool


@dataclass
class Pipeline:
    """The ETL over one database, one registry and one state directory."""

    engine: Engine
    registry: Registry
    store: Files
    reporter: Reporter

    def run(
        self,
        manifest: Manifest,
        directory: Path,
        *,
        only: Sequence[str] = (),
        whole: bool = False,
        fingerprint: str | None = None,
    ) -> list[Loaded]:
        """Load the entries of a manifest (all, or ``only`` some layers) and everything derived from them.

        ``whole`` means the manifest is the whole map: layers it does not name are no longer served.

        Raises:
            BadInput: an unknown or derived layer, a file or rows that cannot be used.
            Conflict: another run is under way.
        """
        entries = self._entries(manifest, only)
        self.store.ensure()
        with self._alone():
            built: dict[str, Built] = {}
            rows: dict[str, LedgerRow] = {}
            for entry in entries:
                row = rows[entry.id] = LedgerRow.begin(entry)
                with self._on_record(row):
                    built[entry.id] = self._build(entry, directory, manifest.generated, row)
            self._derive(built, rows, manifest, whole=whole)
            return self._swap(built, rows, manifest, whole=whole, fingerprint=fingerprint)

    def loaded_fingerprint(self) -> str | None:
        """Return the fingerprint of the files the map was last filled from as a whole.

        None when there are none, when a file that belongs to what is served is gone (another state directory with
        the same database), or when a layer is stored in another way by now: then all must be loaded again.
        """
        with self.engine.connect() as connection:
            mark: str | None = connection.execute(select(DATASET.c.fingerprint)).scalar_one_or_none()
            served = current_versions(connection)
        usable = all(
            self.store.has_files_of(version)
            and (layer_id not in self.registry or self.registry[layer_id].layout == version.layout)
            for layer_id, version in served.items()
        )
        return mark if usable else None

    def _entries(self, manifest: Manifest, only: Sequence[str]) -> list[Entry]:
        for layer_id in [*only, *(entry.id for entry in manifest.layer)]:
            if self.registry[layer_id].derived and layer_id not in only:
                raise BadInput(
                    f"图层 {layer_id} 由系统计算，不能从文件载入",
                    f"layer {layer_id} is computed and is not loaded from a file",
                    code="derived_layer",
                    layer=layer_id,
                )
        ids = [entry.id for entry in manifest.layer]
        repeated = {i for i in ids if ids.count(i) > 1}
        if repeated:
            name = sorted(repeated)[0]
            raise BadInput(
                f"清单里图层 {name} 出现多次",
                f"layer {name} stands twice in the manifest",
                code="bad_manifest",
            )
        # a derived layer is recomputed from whatever of its inputs the manifest brings
        wanted = {i for name in only for i in (INPUTS if self.registry[name].derived else (name,))}
        chosen = [entry for entry in manifest.layer if not only or entry.id in wanted]
        missing = [name for name in only if not self.registry[name].derived and name not in ids]
        if missing:
            raise BadInput(
                f"清单里没有图层 {missing[0]}",
                f"the manifest has no layer {missing[0]}",
                code="not_in_manifest",
            )
        if not chosen:
            raise BadInput(
                f"清单里没有计算 {'、'.join(only)} 所需的图层",
                f"the manifest has none of the layers that {', '.join(only)} is computed from",
                code="not_in_manifest",
            )
        return chosen

    def _build(self, entry: Entry, directory: Path, generated: bool, row: LedgerRow) -> Built:
        layer = self.registry[entry.id]
        path = directory / entry.file
        sniff(path)
        row.file_sha256 = sha256_of(path)
        about = About(entry.source, entry.source_date, entry.owner, entry.licence, entry.note, generated)
        if isinstance(layer, RasterLayer):
            if path.suffix.lower() not in (".tif", ".tiff"):
                raise wrong_kind(layer, entry)
            result = build_raster(self.engine, layer, path, about, self.store)
            row.rows_in = result.rows
        else:
            assert isinstance(layer, VectorLayer)  # noqa: S101 - the registry has these two kinds
            frame, row.rows_in = self._frame(layer, entry, path, row)
            result = build_vector(self.engine, layer, frame, about, self.store, self.reporter)
        row.rows_loaded, row.version = result.rows, result.version
        return result

    def _frame(
        self, layer: VectorLayer, entry: Entry, path: Path, row: LedgerRow
    ) -> tuple[gpd.GeoDataFrame, int]:
        with self.reporter.step(f"{layer.id}: read {entry.file}"):
            raw = read_file(layer, entry, path)
        with self.reporter.step(f"{layer.id}: check"):
            checked = check(layer, raw, entry)
            row.rows_in, row.refusals = checked.rows_in, checked.refusals
            self._judge(checked, entry)
            if checked.unused:
                row.note = "columns not used: " + ", ".join(checked.unused)
                self.reporter.say(f"{entry.file}: {row.note}")
            frame = merge_areas(checked.frame, entry.merge) if entry.merge else checked.frame
            finish = AFTER_CHECK.get(layer.id)
            return (finish(frame) if finish else frame), checked.rows_in

    def _judge(self, checked: Checked, entry: Entry) -> None:
        if checked.refusals and (entry.bad_rows == "refuse" or checked.frame.empty):
            raise RowsRefused(entry.file, checked.refusals)
        if checked.refusals:
            bad = len({r.row for r in checked.refusals})
            first = checked.refusals[0]
            self.reporter.say(
                f"{entry.file}: {bad} rows skipped, first: row {first.row}, field {first.field}: {first.en} "
                f"(all are in the ledger)"
            )

    def _derive(
        self, built: dict[str, Built], rows: dict[str, LedgerRow], manifest: Manifest, *, whole: bool
    ) -> None:
        if not set(INPUTS) & set(built):
            return
        with self.engine.connect() as connection:
            served = {} if whole else current_versions(connection)
        # what an older program stored in another way would not fit the SQL below
        served = {i: v for i, v in served.items() if i in INPUTS and v.layout == self.registry[i].layout}
        tables = {
            i: built[i].table_name if i in built else served[i].table_name
            for i in INPUTS
            if i in built or i in served
        }
        if len(tables) < len(INPUTS):
            return  # zones need both the counties and the hazard sources
        named = {name: table for name, table in tables.items() if table}
        generated = manifest.generated or any(
            v.generated for i, v in served.items() if i in INPUTS and i not in built
        )
        for layer_id, compute in DERIVED.items():
            layer = self.registry.vector(layer_id)
            row = rows[layer_id] = LedgerRow(layer=layer_id, file="", owner=manifest.title)
            with self._on_record(row):
                with self.reporter.step(f"{layer_id}: compute"), self.engine.connect() as connection:
                    frame = compute(connection, named)
                if frame.empty:
                    continue  # nothing to show: _swap takes the layer off the map
                about = self._about_derived(frame, generated)
                built[layer_id] = build_vector(self.engine, layer, frame, about, self.store, self.reporter)
                row.rows_in = row.rows_loaded = built[layer_id].rows
                row.version = built[layer_id].version

    def _about_derived(self, frame: gpd.GeoDataFrame, generated: bool) -> About:
        column = "graded_on" if "graded_on" in frame else "assessed_on"
        dates = [d for d in frame[column] if d is not None]
        note = "由危险源分级按就高原则计算，阈值待确认 / computed from graded hazard sources, cut-offs unconfirmed"
        return About("riskmap ETL", max(dates, default=None), "", "", note, generated)

    def _swap(
        self,
        built: dict[str, Built],
        rows: dict[str, LedgerRow],
        manifest: Manifest,
        *,
        whole: bool,
        fingerprint: str | None,
    ) -> list[Loaded]:
        """Make all new versions current at once, and write the ledger in the same transaction."""
        with self.engine.begin() as connection:
            current = connection.execute(select(CURRENT.c.layer, CURRENT.c.version))
            before = {row.layer: row.version for row in current}
            make_current(connection, {layer_id: b.version for layer_id, b in built.items()})
            emptied = [layer_id for layer_id in rows if layer_id not in built]
            if whole:
                emptied = [layer_id for layer_id in before if layer_id not in built]
            connection.execute(delete(CURRENT).where(CURRENT.c.layer.in_(emptied)))
            for layer_id, row in rows.items():
                same = row.version is not None and before.get(layer_id) == row.version
                row.write(connection, "unchanged" if same else "loaded", row.note)
            if fingerprint is not None:
                values = {
                    "fingerprint": fingerprint,
                    "title": manifest.title,
                    "generated": manifest.generated,
                }
                connection.execute(
                    insert(DATASET)
                    .values(**values)
                    .on_conflict_do_update(
                        index_elements=["only_one"], set_={**values, "loaded_at": text("now()")}
                    )
                )
        prune(self.engine, self.store)
        return [
            Loaded(i, b.version, b.rows, len({r.row for r in rows[i].refusals}), before.get(i) != b.version)
            for i, b in built.items()
        ]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the one lock of the ETL for the whole run; the loser is told at once."""
        with self.engine.connect() as connection:
            got = connection.execute(
                text("SELECT pg_try_advisory_lock(hashtext('riskmap.etl'))")
            ).scalar_one()
            if not got:
                raise Conflict(
                    "另一个载入正在进行，请稍后再试",
                    "another load is running; try again later",
                    code="load_running",
                )
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(hashtext('riskmap.etl'))"))

    @contextmanager
    def _on_record(self, row: LedgerRow) -> Iterator[None]:
        """Write a ledger row when the attempt fails, whatever the reason."""
        try:
            yield
        except BadInput as error:
            self._record(row, "refused", error.zh)
            raise
        except BaseException as error:  # a load that was interrupted is on record too
            self._record(row, "failed", f"{type(error).__name__}: {error}"[:2000])
            raise

    def _record(self, row: LedgerRow, status: str, message: str) -> None:
        try:
            with self.engine.begin() as connection:
                row.write(connection, status, message)
        except SQLAlchemyError:
            self.reporter.say("the ledger could not be written (is the database still there?)")
