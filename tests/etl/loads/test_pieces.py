"""Large polygons in pieces: a tile is what it would be of the whole polygon, and pieces go with their rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
import shapely.affinity
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.settings import Settings
from etl.loads.sqltools import AS_LOAD, run
from etl.prune import prune
from layers.mercator import cover
from layers.region import BOX
from layers.store import Files
from tests.etl.loads.conftest import Desk, Row

SEED = 20261128
# PostGIS rounds to tile units before it cuts, and a cut edge has another vertex to round: a line may move by a unit, a
# sixteenth of a pixel. What is farther than this from the other shape, in units squared, is a fault.
FARTHER = 2.0
FAR_APART = """
WITH q AS (
    SELECT {key} AS key, ST_AsMVTGeom(t.tile_geom, b.box, 4096, 64) AS whole,
        ST_AsMVTGeom((SELECT p.geom FROM layer.piece p WHERE p.cut_id = t.cut_id
                      AND p.x = %(x)s >> (%(z)s - 12) AND p.y = %(y)s >> (%(z)s - 12)), b.box, 4096, 64) AS piece
    FROM layer."{table}" t, (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box) b
    WHERE t.cut_id IS NOT NULL AND t.tile_geom && ST_Expand(b.box, (ST_XMax(b.box) - ST_XMin(b.box)) / 64)
), v AS (
    SELECT key, ST_MakeValid(coalesce(whole, 'POLYGON EMPTY')) AS whole,
        ST_MakeValid(coalesce(piece, 'POLYGON EMPTY')) AS piece FROM q
)
SELECT key, ST_Area(whole), ST_Area(ST_Difference(whole, ST_Buffer(piece, 1))) +
    ST_Area(ST_Difference(piece, ST_Buffer(whole, 1))) FROM v
"""


def lobed(count: int, radius: float, **more: Any) -> list[Row]:
    """Zones with a rough edge of 400 vertices."""
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    rows = []
    for n in range(count):
        reach = radius * (1 + 0.3 * np.sin(5 * angles + n) + 0.02 * np.sin(61 * angles))
        ring = np.column_stack([119.5 + n / 5 + reach * np.cos(angles), 29 + reach * np.sin(angles)])
        rows.append({"code": f"Z{n}", "name": f"区{n}", "shape": shapely.polygons(ring), **more})
    return rows


@pytest.mark.parametrize("layer", ["admin_area", "land"])
@pytest.mark.parametrize("zoom", [12, 13, 15])
def test_a_tile_shows_the_same_of_a_piece_as_of_the_whole(
    zoom: int, layer: str, demo_settings: Settings, client: TestClient
) -> None:
    every = list(cover(BOX, zoom))
    picked = [every[n] for n in np.random.default_rng(SEED).integers(0, len(every), 150)]
    key = client.app.state.catalogue.registry.vector(layer).key  # type: ignore[attr-defined]
    with psycopg.connect(str(demo_settings.database_url).replace("+psycopg", "")) as connection:
        row = connection.execute(
            "SELECT table_name FROM layer.version JOIN layer.current USING (layer, version) WHERE layer = %s",
            (layer,),
        ).fetchone()
        assert row is not None
        query = FAR_APART.format(key=key, table=row[0])
        shown = 0
        for z, x, y in picked:
            compared = connection.execute(query, {"z": z, "x": x, "y": y}).fetchall()  # type: ignore[arg-type]
            shown += sum(area > 0 for _, area, _ in compared)
            assert [one for one in compared if one[2] > FARTHER] == [], (z, x, y)
    assert shown > 10


def test_only_what_is_large_and_has_many_vertices_is_cut(desk: Desk) -> None:
    desk.load([*lobed(2, 0.2), *lobed(1, 0.001, code="small")], "plant_boundary")
    rows = desk.served("plant_boundary")
    assert [row["cut_id"] is None for row in rows] == [False, False, True]
    counted = dict(desk.sql("SELECT cut_id, count(*) FROM layer.piece GROUP BY cut_id"))
    # a zone of half a degree lies in some 30 tiles of zoom 12
    assert {row["cut_id"] for row in rows[:2]} == set(counted)
    assert all(15 < n < 80 for n in counted.values())


def test_a_changed_zone_gets_pieces_of_its_own_and_the_version_before_keeps_its_own(desk: Desk) -> None:
    first = desk.load(lobed(3, 0.2), "plant_boundary")
    moved = lobed(3, 0.2)
    moved[1]["shape"] = shapely.affinity.translate(moved[1]["shape"], 0.01)
    desk.load(moved, "plant_boundary")
    before = {row["code"]: row["cut_id"] for row in desk.rows_of(first.version, "plant_boundary")}
    after = {row["code"]: row["cut_id"] for row in desk.served("plant_boundary")}
    assert before["Z0"] == after["Z0"]
    assert before["Z1"] != after["Z1"]
    assert desk.sql("SELECT count(DISTINCT cut_id) FROM layer.piece") == [
        (len({*before.values(), *after.values()}),)
    ]


def test_the_pieces_of_a_dropped_heap_go_with_it(desk: Desk, empty_settings: Settings) -> None:
    desk.load(lobed(1, 0.2), "plant_boundary")
    left_over = (
        "INSERT INTO layer.piece SELECT 999999, x, y, 'plant_boundary__heap_99', geom FROM layer.piece"
    )
    with desk.loader.engine.begin() as connection:
        run(connection, AS_LOAD)
        connection.execute(text(left_over))
    prune(desk.loader.engine, Files(empty_settings.state_dir))
    assert desk.sql("SELECT DISTINCT heap FROM layer.piece") == [("plant_boundary__heap_1",)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {heap} SET name = '改'",
        "DELETE FROM {heap}",
        "INSERT INTO {heap} SELECT * FROM {heap}",
        "TRUNCATE {heap}",
        "UPDATE {view} SET name = '改'",
        "DELETE FROM layer.piece",
    ],
)
def test_a_row_changed_by_hand_is_refused_with_the_way_to_do_it(statement: str, desk: Desk) -> None:
    desk.load(lobed(1, 0.2), "plant_boundary")
    before = desk.served("plant_boundary")
    ((heap, view),) = desk.sql("SELECT heap, table_name FROM layer.version")
    with pytest.raises(ProgrammingError, match="changed by loads only") as caught:
        desk.sql_do(statement.format(heap=f"layer.{heap}", view=f"layer.{view}"))
    assert "riskmap load" in str(caught.value)
    assert desk.served("plant_boundary") == before
