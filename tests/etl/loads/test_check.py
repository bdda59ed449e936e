"""The check of many rows: indexes are built beside it, on connections of their own."""

from __future__ import annotations

import pytest
import shapely
from psycopg.errors import UndefinedColumn

from etl.loads import check, heap
from etl.loads.faults import RowsRefused
from tests.etl.loads.conftest import Desk, Row, shelters


@pytest.fixture(autouse=True)
def every_load_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "LARGE", 1)


def indexed(desk: Desk, layer: str) -> list[str]:
    """The first columns of the indexes of the heap of a layer."""
    query = """SELECT a.attname FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = (SELECT to_regclass('layer."' || heap || '"') FROM layer.version WHERE layer = :layer)
        ORDER BY 1"""
    return [str(name) for (name,) in desk.sql(query, layer=layer)]


def test_a_first_load_has_each_index_once(desk: Desk) -> None:
    desk.load(shelters(30))
    assert len(desk.served()) == 30
    assert indexed(desk, "shelter") == ["code", "geom", "tile_geom"]


def test_areas_with_labels_are_indexed_with_no_more_connections_than_there_are(desk: Desk) -> None:
    rows: list[Row] = [
        {
            "code": f"P{n}",
            "name": f"园区{n}",
            "shape": shapely.box(120 + n / 10, 30, 120.05 + n / 10, 30.05),
        }
        for n in range(5)
    ]
    desk.load(rows, "chemical_park")
    assert indexed(desk, "chemical_park") == ["code", "geom", "label_point", "tile_geom"]


def test_keys_that_stand_twice_are_named_while_indexes_are_built(desk: Desk) -> None:
    rows = shelters(40)
    rows[39]["code"] = "S3"
    load = desk.check(rows)
    assert desk.faults(load) == [(40, "code", "key_duplicate", "error")]
    with pytest.raises(RowsRefused):
        desk.loader.commit(load.id)
    desk.load(rows, bad_rows="skip")
    assert [row["code"] for row in desk.served()] == sorted(f"S{n}" for n in range(39))
    assert indexed(desk, "shelter") == ["code", "geom", "tile_geom"]


def test_an_index_that_cannot_be_built_leaves_the_load_open_to_be_checked_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = desk.stage(shelters(10))
    with monkeypatch.context() as broken:
        broken.setattr(heap, "_indexed", lambda _layer: ["geom", "no_such_column", "code"])
        with pytest.raises(UndefinedColumn):
            desk.loader.advance(load.id)
    assert desk.loader.get(load.id).state in ("failed", "staged", "checked")
    assert desk.served() == []
    again = desk.load(shelters(10))
    assert again.rows_loaded == 10
    assert indexed(desk, "shelter") == ["code", "geom", "tile_geom"]
