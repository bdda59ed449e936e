"""Grading again what is served, with the constants and overrides as they stand: new versions of what changes."""

from __future__ import annotations

from psycopg import sql
from sqlalchemy import Connection, select

from etl.loads.commit import Commit, Loaded, Mark
from etl.loads.finish import FINISH, ComputedColumns, finish
from etl.loads.heap import be_quick
from etl.loads.record import Load, create
from etl.loads.sqltools import SCHEMA, STAGE, columns, run
from etl.loads.versions import Written, make_current, served, write_version
from layers.kinds.vector import VectorLayer
from layers.store import CURRENT, LayerVersion

ABOUT = ("source_name", "source_date", "owner", "licence", "note", "generated")


class Regrade(Commit):
    """One transaction that computes grades and zones anew. Use once: ``Regrade(...).grade(...)``."""

    anew = True

    def grade(self, *, why: str, person: str) -> list[Loaded]:
        """Write a new version of each graded layer in which a grade changes, and of what follows from them.

        ``why`` and ``person`` go on record. Nothing is written where nothing changes.

        Raises:
            Conflict: a load of one of the layers is being committed.
        """
        with self._engine.begin() as connection:
            be_quick(connection)
            graded = [
                i for i, step in FINISH.items() if isinstance(step, ComputedColumns) and i in self._registry
            ]
            self._alone(connection, graded)
            before = {row.layer: row.version for row in connection.execute(select(CURRENT))}
            written: dict[str, Written] = {}
            current: dict[str, str] = {}
            done: list[Loaded] = []
            for layer_id in graded:
                layer = self._registry.vector(layer_id)
                version = served(connection, layer)
                if version is None:
                    continue
                one = self._again(connection, layer, version)
                current[layer_id] = one.version
                if one.made:
                    written[layer_id] = one
                    done.append(self._on_record(connection, one, why, person))
            touched = set(written)
            done += self._derive(connection, written, current, Mark(), touched)
            for item in written.values():
                self._archive(connection, item)
            make_current(connection, current)
            self._take_off(connection, before, current, touched, Mark())
            self._tell(connection, current)
        return done

    def zones(self, layer_id: str) -> list[Loaded]:
        """Write one layer of zones anew: a decision by hand changes no object and no other layer.

        Raises:
            Conflict: a load that leads to new zones is being committed.
        """
        self.only = layer_id
        with self._engine.begin() as connection:
            be_quick(connection)
            self._alone(connection, [layer_id])
            written: dict[str, Written] = {}
            current: dict[str, str] = {}
            done = self._derive(connection, written, current, Mark(), set())
            for item in written.values():
                self._archive(connection, item)
            make_current(connection, current)
            self._tell(connection, current)
        return done

    def _again(self, connection: Connection, layer: VectorLayer, version: LayerVersion) -> Written:
        """Run the grading step of a layer over the rows that are served."""
        view = sql.Identifier(SCHEMA, str(version.table_name))
        rows = sql.Identifier(f"regrading_{layer.id}")
        run(
            connection,
            sql.SQL(
                "CREATE TEMP VIEW {} AS SELECT fid AS _row, {}, geom, geom_z, false AS _bad, false AS _warn FROM {}"
            ).format(rows, columns([f.name for f in layer.fields]), view),
        )
        heights = run(
            connection, sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE geom_z IS NOT NULL)").format(view)
        )
        ready = sql.Identifier(STAGE, f"regrade_{layer.id}")
        with self._reporter.step(f"{layer.id}: compute"):
            finish(connection, layer, rows, ready, {}, bool((heights.fetchone() or (False,))[0]))
        about = {name: getattr(version, name) for name in ABOUT}
        one = write_version(connection, layer, ready, about, gone="remove", rows=version.row_count)
        run(connection, sql.SQL("DROP TABLE {}").format(ready))
        run(connection, sql.SQL("DROP VIEW {}").format(rows))
        return one

    def _on_record(self, connection: Connection, one: Written, why: str, person: str) -> Loaded:
        load = Load(kind="derived", layer=one.layer.id, person=person, message=why, rows_in=one.rows)
        load.counts = one.change.as_json()
        create(connection, load)
        loaded = Loaded(one.layer.id, one.version, one.rows, 0, one.made, one.change, load.id)
        self._record(connection, load, loaded)
        return loaded
