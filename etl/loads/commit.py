"""Making loads current: all of them in one transaction with what follows from them, or none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, Engine, delete, select, text
from sqlalchemy.dialects.postgresql import insert

from etl.archives import Unchanged, build_archive
from etl.derive.zones import DERIVED, INPUTS, POPULATION
from etl.loads.counties import ADMIN_ROLE, rename_squares
from etl.loads.derived import Derivation, files_stand
from etl.loads.faults import RowsRefused, faults_of, mark_mended
from etl.loads.finish import needs_finish
from etl.loads.heap import be_quick
from etl.loads.preview import good_rows
from etl.loads.questions import NeedsDecision, option, question
from etl.loads.rasters import publish_raster
from etl.loads.record import Load, create, save
from etl.loads.sqltools import SCHEMA, Sql, run, stage_table
from etl.loads.stage import drop_stage_tables
from etl.loads.versions import (
    Change,
    Checked,
    Keep,
    Written,
    compare,
    find_version,
    make_current,
    served,
    write_version,
)
from etl.progress import Reporter
from layers.errors import Conflict, NotFound, Outdated
from layers.kinds.archive import Archive
from layers.kinds.raster import RasterLayer
from layers.kinds.vector import VectorLayer
from layers.model import Layer
from layers.registry import Registry
from layers.store import CHANNEL, CURRENT, DATASET, VERSION, Files

SHOWN_FAULTS = 20


@dataclass(frozen=True)
class Loaded:
    """What a commit did to a layer."""

    layer: str
    version: str
    rows: int
    refused: int
    changed: bool
    change: Change = field(default_factory=Change)
    load: str = ""


@dataclass(frozen=True)
class Mark:
    """The set of files the map is filled from as a whole; ``fingerprint`` None for loads of single layers."""

    title: str = ""
    generated: bool = False
    whole: bool = False
    fingerprint: str | None = None


def about_of(load: Load, generated: bool) -> dict[str, Any]:
    """Return what the catalogue says of where a version comes from."""
    profile = load.profile
    return {
        "source_name": profile.source or load.file,
        "source_date": profile.source_date,
        "owner": profile.owner,
        "licence": profile.licence,
        "note": profile.note,
        "generated": generated,
    }


class Commit:
    """One transaction that makes loads current. Use once: ``Commit(...).run(loads)``."""

    anew = False
    """Whether what follows from layers is computed although none of them changed."""
    only: str | None = None
    """The one layer that is computed, where not all that follows is."""

    def __init__(self, engine: Engine, registry: Registry, store: Files, reporter: Reporter) -> None:
        self._engine, self._registry, self._store, self._reporter = engine, registry, store, reporter

    def run(self, loads: Sequence[Load], mark: Mark, *, guarded: bool = False) -> list[Loaded]:
        """Commit checked loads and everything derived from them.

        ``guarded``: what is served must still be what the counts of each load were compared with.

        Raises:
            RowsRefused: bad rows under the rule that all rows must be good, or no good row at all.
            NeedsDecision: a sync that would take away more than it may.
            Conflict: another load of the same layer is being committed, or the layer changed meanwhile.
        """
        with self._engine.begin() as connection:
            be_quick(connection)
            self._alone(connection, [str(load.layer) for load in loads])
            before = {row.layer: row.version for row in connection.execute(select(CURRENT))}
            written: dict[str, Written] = {}
            current: dict[str, str] = {}
            done: list[Loaded] = []
            for load in loads:
                layer = self._registry[str(load.layer)]
                if isinstance(layer, RasterLayer):
                    one = self._raster(connection, layer, load, mark.generated, before.get(layer.id))
                else:
                    assert isinstance(layer, VectorLayer)  # noqa: S101 - the registry has these two kinds
                    one = self._vector(connection, layer, load, mark.generated, guarded, written)
                current[layer.id] = one.version
                done.append(one)
            touched = {*written, *({POPULATION} & set(current))}
            done += self._derive(connection, written, current, mark, touched)
            for item in written.values():
                self._archive(connection, item)
            make_current(connection, current)
            self._take_off(connection, before, current, touched, mark)
            for load, one in zip(loads, done, strict=False):
                self._record(connection, load, one)
            self._remember(connection, mark)
            self._tell(connection, current)
        return done

    def roll_back(self, load: Load, target: str | None, layer: Layer) -> list[Loaded]:
        """Serve again what an older version showed, as a new version; ``target`` None empties the layer.

        Raises:
            NotFound: the older version is no longer kept (code ``version_gone``).
        """
        with self._engine.begin() as connection:
            be_quick(connection)
            self._alone(connection, [layer.id])
            before = {row.layer: row.version for row in connection.execute(select(CURRENT))}
            written: dict[str, Written] = {}
            current: dict[str, str] = {}
            if target is None:
                connection.execute(delete(CURRENT).where(CURRENT.c.layer == layer.id))
                one = Loaded(layer.id, "", 0, 0, True, load=load.id)
            else:
                one = self._restore(connection, layer, load, target, written)
                current[layer.id] = one.version
            mark = Mark()
            done = [one, *self._derive(connection, written, current, mark, {layer.id})]
            for item in written.values():
                self._archive(connection, item)
            make_current(connection, current)
            self._take_off(connection, before, current, {layer.id}, mark)
            self._record(connection, load, one)
            self._tell(connection, current or {layer.id: ""})
        return done

    def _restore(
        self, connection: Connection, layer: Layer, load: Load, target: str, written: dict[str, Written]
    ) -> Loaded:
        version = find_version(connection, layer.id, target)
        if version is None or version.layout != layer.layout or not self._store.has_raster_of(version):
            raise NotFound(
                f"图层“{layer.title.zh}”的版本 {target} 已不再保留，不能恢复",
                f"version {target} of layer {layer.id} is no longer kept and cannot be restored",
                code="version_gone",
                layer=layer.id,
            )
        if not isinstance(
            layer, VectorLayer
        ):  # the file of a raster is its version: it is served again as it is
            return Loaded(layer.id, version.version, version.row_count, 0, True, load=load.id)
        source = sql.SQL("(SELECT * FROM {})").format(sql.Identifier(SCHEMA, str(version.table_name)))
        about = {
            name: getattr(version, name)
            for name in ("source_name", "source_date", "owner", "licence", "note", "generated")
        }
        one = write_version(connection, layer, source, about, gone="remove", forced=True)
        written[layer.id] = one
        load.counts = one.change.as_json()
        return Loaded(layer.id, one.version, one.rows, 0, True, one.change, load.id)

    def _alone(self, connection: Connection, layers: Sequence[str]) -> None:
        """Hold the locks of the layers (and of those derived from them) until the transaction ends."""
        wanted = {*layers, *(DERIVED if set(layers) & set(INPUTS) else ())}
        for layer_id in sorted(wanted):
            name = f"riskmap.load.{layer_id}"
            got = connection.execute(
                text("SELECT pg_try_advisory_xact_lock(hashtext(:name))"), {"name": name}
            ).scalar_one()
            if not got:
                raise Conflict(
                    f"图层 {layer_id} 正在被另一次载入写入，请稍后再试",
                    f"another load is writing layer {layer_id}; try again later",
                    code="load_running",
                    layer=layer_id,
                )

    def _vector(
        self,
        connection: Connection,
        layer: VectorLayer,
        load: Load,
        generated: bool,
        guarded: bool,
        written: dict[str, Written],
    ) -> Loaded:
        ready = stage_table("ready", load.id)
        parent = served(connection, layer)
        if guarded and load.base != (parent.version if parent else None):
            raise Outdated(
                f"预览之后图层“{layer.title.zh}”已有新版本，请重新预览",
                f"layer {layer.id} has a new version since the preview; preview again",
                code="version_changed",
                layer=layer.id,
            )
        self._judge(connection, load)
        source = good_rows(ready)
        gone: Keep = "remove" if load.removes else "keep"
        if load.profile.mode == "sync" and parent is not None:
            self._limit_gone(connection, layer, load, source, parent.row_count)
        with self._reporter.step(f"{layer.id}: write"):
            one = write_version(
                connection,
                layer,
                source,
                about_of(load, generated),
                gone=gone,
                rows=load.counts["selected"] - load.counts["bad"] if not needs_finish(layer) else None,
                checked=Checked(ready, load.shaped, load.rows_refused > 0)
                if load.shaped is not None
                else None,
            )
        if one.made or not files_stand(connection, self._store, one):
            written[layer.id] = one
        if layer.role == ADMIN_ROLE:
            rename_squares(connection, load.id, one.version)
        if load.kind == "fix" and load.parent:
            mark_mended(connection, load.id, load.parent, ready)
        load.counts = {**load.counts, **one.change.as_json()}
        return Loaded(layer.id, one.version, one.rows, load.rows_refused, one.made, one.change, load.id)

    def _judge(self, connection: Connection, load: Load) -> None:
        bad, selected = load.counts.get("bad", 0), load.counts.get("selected", 0)
        if bad and (load.profile.bad_rows == "refuse" or bad >= selected):
            shown = faults_of(connection, load.id, limit=SHOWN_FAULTS, severity="error")
            raise RowsRefused(load.file, load.id, bad, shown)

    def _limit_gone(
        self, connection: Connection, layer: VectorLayer, load: Load, source: Sql, rows: int
    ) -> None:
        gone = compare(connection, layer, source).gone
        if rows and gone / rows > load.profile.max_gone:
            share, limit = gone / rows, load.profile.max_gone
            raise NeedsDecision(
                load.id,
                [
                    question(
                        "too_many_gone",
                        "max_gone",
                        f"现有 {rows:,} 条中有 {gone:,} 条不在文件里（{share:.1%}，上限 {limit:.1%}）；"
                        "要删除请提高上限",
                        f"the file lacks {gone:,} of the {rows:,} rows served ({share:.1%}, limit {limit:.1%}); "
                        "raise the limit to remove them",
                        [option({"max_gone": 1.0}, "确认全部删除", "remove them all")],
                    )
                ],
            )

    def _raster(
        self, connection: Connection, layer: RasterLayer, load: Load, generated: bool, current: str | None
    ) -> Loaded:
        version, cells = publish_raster(connection, layer, load, about_of(load, generated), self._store)
        return Loaded(layer.id, version, cells, 0, version != current, load=load.id)

    def _derive(
        self,
        connection: Connection,
        written: dict[str, Written],
        current: dict[str, str],
        mark: Mark,
        touched: set[str],
    ) -> list[Loaded]:
        """Write what follows from the layers that were touched, each with a record of its own."""
        done: list[Loaded] = []
        derived = Derivation(connection, self._registry, self._store, self._reporter, self.anew, self.only)
        for one in derived.run(touched, current, generated=mark.generated, whole=mark.whole):
            loaded = Loaded(one.layer.id, one.version, one.rows, 0, one.made, one.change)
            if one.made or not files_stand(connection, self._store, one):
                written[one.layer.id] = one
            if one.made:
                own = Load(kind="derived", layer=one.layer.id, person="riskmap", rows_in=one.rows)
                own.counts = one.change.as_json()
                create(connection, own)
                self._record(connection, own, loaded)
            done.append(loaded)
        return done

    def _archive(self, connection: Connection, item: Written) -> None:
        path = self._store.archives / f"{item.layer.id}-{item.version}.pmtiles"
        unchanged = None
        if item.parent is not None and item.changed is not None and item.parent.archive_file:
            old = self._store.archives / item.parent.archive_file
            if old.is_file():
                unchanged = Unchanged(Archive(old), item.changed)
        made = build_archive(
            connection, item.layer, item.table_name, item.bounds, path, self._reporter, unchanged
        )
        if made:
            connection.execute(
                VERSION.update()
                .where(VERSION.c.layer == item.layer.id, VERSION.c.version == item.version)
                .values(archive_file=path.name)
            )

    def _take_off(
        self,
        connection: Connection,
        before: dict[str, str],
        current: dict[str, str],
        touched: set[str],
        mark: Mark,
    ) -> None:
        """Take layers off the map that a whole manifest does not name, or whose computation has nothing left."""
        gone: set[str] = set()
        if mark.whole:
            gone = set(before) - set(current)
        elif set(INPUTS) & touched:
            gone = set(DERIVED) & set(before) - set(current)
        connection.execute(delete(CURRENT).where(CURRENT.c.layer.in_(gone)))

    def _record(self, connection: Connection, load: Load, one: Loaded) -> None:
        load.state = "loaded" if one.changed else "unchanged"
        load.version = one.version or None
        load.rows_loaded = load.counts.get("selected", one.rows) - load.rows_refused
        load.finished_at = datetime.now(UTC)
        load.owner, load.source_date = load.profile.owner, load.profile.source_date
        save(connection, load)
        drop_stage_tables(connection, load.id)

    def _remember(self, connection: Connection, mark: Mark) -> None:
        if mark.fingerprint is None:
            return
        values = {"fingerprint": mark.fingerprint, "title": mark.title, "generated": mark.generated}
        connection.execute(
            insert(DATASET)
            .values(**values)
            .on_conflict_do_update(index_elements=["only_one"], set_={**values, "loaded_at": text("now()")})
        )

    def _tell(self, connection: Connection, current: dict[str, str]) -> None:
        """Tell listeners once, when the transaction commits."""
        run(
            connection,
            sql.SQL("SELECT pg_notify({}, {})").format(
                sql.Literal(CHANNEL), sql.Literal(json.dumps(current))
            ),
        )
