"""A desk to load from: rows at hand are staged as a reading process would have done it, so that a test costs none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pytest
import shapely
from psycopg import sql
from pyproj import CRS
from sqlalchemy import text

from app.commands.database import etl_engine
from app.settings import Settings
from etl.loads import record
from etl.loads.loader import Loader
from etl.loads.profile import Profile
from etl.loads.record import Load
from etl.loads.sqltools import SCHEMA, run
from etl.loads.stage import stage_rows
from etl.progress import Silent
from etl.sources.model import Column, Survey, TableFacts
from layers.registry import discover
from layers.store import Files, current_versions

Row = dict[str, Any]
PLACES = ("x", "y", "z", "shape")


@dataclass
class Desk:
    """A loader over an empty database, and short ways to give it rows and to see what is served."""

    loader: Loader

    def stage(
        self,
        rows: Sequence[Row],
        layer: str = "shelter",
        crs: str | None = "EPSG:4326",
        asked: dict[str, Any] | None = None,
        **profile: Any,
    ) -> Load:
        """Stage rows without checking them; ``x``, ``y``, ``z`` or ``shape`` are the place, the rest is text.

        ``crs`` is what the file declares; ``profile`` (or ``asked``, for keys of these names) what the officer says.
        """
        names = [name for name in rows[0] if name not in PLACES]
        shapes = [_shape(row) for row in rows]
        facts = TableFacts(
            "rows",
            "csv",
            rows=len(rows),
            geometry="point" if all(s is None or s.geom_type == "Point" for s in shapes) else "mixed",
            columns=[Column(name) for name in names],
            crs_wkt=CRS(crs).to_wkt() if crs else None,
            has_z=any(s is not None and shapely.has_z(s) for s in shapes),
        )
        digest = hashlib.sha256(repr(rows).encode()).hexdigest()
        load = Load(
            layer=layer,
            file="rows.csv",
            file_sha256=digest,
            profile=Profile(**profile, **(asked or {})),
            person="甲",
        )
        load.survey, load.facts = Survey("rows.csv", digest, 1, [facts]), facts
        load.rows_in, load.state = len(rows), "staged"
        load.findings = stage_rows(self.loader.engine, load.id, _batch(names, rows, shapes))
        with self.loader.engine.begin() as connection:
            record.create(connection, load)
        return load

    def check(self, rows: Sequence[Row], layer: str = "shelter", **more: Any) -> Load:
        """Stage and check rows."""
        return self.loader.advance(self.stage(rows, layer, **more).id)

    def load(self, rows: Sequence[Row], layer: str = "shelter", **more: Any) -> Load:
        """Stage, check and commit rows."""
        load = self.check(rows, layer, **more)
        assert not load.questions, load.questions
        self.loader.commit(load.id)
        return self.loader.get(load.id)

    def served(self, layer: str = "shelter") -> list[Row]:
        """Return the rows that are served, by key, with their place."""
        with self.loader.engine.connect() as connection:
            version = current_versions(connection).get(layer)
        return self.rows_of(version.version, layer) if version else []

    def rows_of(self, version: str | None, layer: str = "shelter") -> list[Row]:
        """Return the rows of a version."""
        key = self.loader.registry.vector(layer).key
        query = (
            "SELECT t.*, ST_X(p) AS x, ST_Y(p) AS y"
            f' FROM layer."{layer}__{version}" t CROSS JOIN ST_PointOnSurface(t.geom) p ORDER BY {key}'
        )
        with self.loader.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]

    def content(self, layer: str = "shelter") -> list[Row]:
        """Return what is served without the numbers that the table gives its rows."""
        return [{k: v for k, v in row.items() if k != "fid"} for row in self.served(layer)]

    def sql(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run a query."""
        with self.loader.engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def sql_do(self, statement: str, **values: Any) -> None:
        """Run a statement that gives no rows."""
        with self.loader.engine.begin() as connection:
            connection.execute(text(statement), values)

    @contextmanager
    def holding(self, lock: str) -> Iterator[None]:
        """Hold an advisory lock as another process would."""
        with self.loader.engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(hashtext(:lock))"), {"lock": lock})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(hashtext(:lock))"), {"lock": lock})

    def faults(self, load: Load) -> list[tuple[int, str, str, str]]:
        """Return row, field, code and severity of the faults of a load."""
        query = "SELECT row, field, code, severity FROM layer.load_error WHERE load = :load ORDER BY row, field, code"
        return self.sql(query, load=load.id)  # type: ignore[return-value]

    def heap_writes(self, layer: str = "shelter") -> int:
        """Count the row versions that stand in the heaps of a layer, dead ones too: it grows with every write."""
        with self.loader.engine.begin() as connection:
            names = run(
                connection,
                sql.SQL("SELECT DISTINCT heap FROM layer.version WHERE layer = {}").format(
                    sql.Literal(layer)
                ),
            ).fetchall()
            run(connection, sql.SQL("CREATE EXTENSION IF NOT EXISTS pageinspect"))
            return sum(_items(connection, name) for (name,) in names)


def _items(connection: Any, heap: str) -> int:
    relation = sql.Literal(f'{SCHEMA}."{heap}"')
    query = sql.SQL(
        "SELECT count(*) FROM generate_series(0, pg_relation_size({0}) / 8192 - 1) AS block,"
        " heap_page_items(get_raw_page({0}, block::int))"
    )
    return int(run(connection, query.format(relation)).fetchone()[0])  # type: ignore[index]


def _shape(row: Row) -> Any:
    if "shape" in row or row.get("x") is None:
        return row.get("shape")
    return shapely.Point(*(float(row[name]) for name in ("x", "y", "z") if row.get(name) is not None))


def _batch(names: Sequence[str], rows: Sequence[Row], shapes: Sequence[Any]) -> pa.RecordBatch:
    columns: dict[str, pa.Array] = {
        "_row": pa.array(range(1, len(rows) + 1), pa.int64()),
        "_line": pa.array(range(2, len(rows) + 2), pa.int64()),
    }
    for at, name in enumerate(names, start=1):
        cells = [None if (v := row.get(name)) is None else str(v) for row in rows]
        columns[f"c{at}"] = pa.array(cells, pa.string())
    flat = [None if s is None else shapely.to_wkb(shapely.force_2d(s)) for s in shapes]
    high = [shapely.to_wkb(s) if s is not None and shapely.has_z(s) else None for s in shapes]
    columns["_wkb"], columns["_wkb_z"] = pa.array(flat, pa.binary()), pa.array(high, pa.binary())
    columns["_fault"] = pa.array([None] * len(rows), pa.string())
    return pa.RecordBatch.from_pydict(columns)


def shelters(count: int = 10, **more: Any) -> list[Row]:
    """Return good rows with keys S0, S1, …; ``more`` are cells of all of them."""
    return [
        {"code": f"S{n}", "name": f"避灾点{n}", "level": "village", "capacity": 50 + n, **more}
        | {"x": 120.1 + n / 100, "y": 30.2}
        for n in range(count)
    ]


@pytest.fixture
def desk(empty_settings: Settings) -> Iterator[Desk]:
    """A desk over an empty database."""
    with etl_engine(str(empty_settings.database_url)) as engine:
        store = Files(empty_settings.state_dir)
        store.ensure()
        yield Desk(Loader(engine, discover(), store, Silent()))
