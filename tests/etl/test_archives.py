"""Archives of a changed layer: what did not change is copied, and the result is the one made from nothing."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from etl.archives import HIGHEST_ZOOM, build_archive
from etl.progress import Silent
from layers.kinds.archive import Archive
from layers.kinds.tiles import tile_statement
from layers.mercator import cover
from tests.etl.loads.conftest import Desk, desk, shelters

__all__ = ["desk"]  # the fixture


def spread(count: int = 60) -> list[dict[str, Any]]:
    """Rows all over the province."""
    rows = shelters(count)
    for n, row in enumerate(rows):
        row |= {"x": 118.3 + (n * 37 % 97) / 97 * 4.2, "y": 27.4 + (n * 53 % 89) / 89 * 3.4}
    return rows


def archive_of(desk: Desk) -> Path:
    [(name,)] = desk.sql(
        "SELECT archive_file FROM layer.version JOIN layer.current USING (layer, version) WHERE layer = 'shelter'"
    )
    return desk.loader.store.archives / name


def made_whole(desk: Desk, folder: Path) -> Path:
    """Make the archive of what is served from nothing."""
    [(table, *bounds)] = desk.sql(
        "SELECT table_name, west, south, east, north FROM layer.version JOIN layer.current USING (layer, version)"
    )
    layer = desk.loader.registry.vector("shelter")
    with desk.loader.engine.connect() as connection:
        build_archive(connection, layer, table, tuple(bounds), folder / "whole.pmtiles", Silent())  # type: ignore[arg-type]
    return folder / "whole.pmtiles"


def tiles(path: Path) -> dict[tuple[int, int, int], bytes]:
    archive = Archive(path)
    every = [tile for z in range(HIGHEST_ZOOM + 1) for tile in cover((116.0, 26.0, 124.0, 33.0), z)]
    found = {tile: archive.tile(*tile) for tile in every}
    return {tile: body for tile, body in found.items() if body is not None}


CHANGES: dict[str, Any] = {
    "a name": lambda rows: rows[7].update(name="改名"),
    "a move": lambda rows: rows[7].update(x=119.0, y=28.0),
    "a move beyond the edge": lambda rows: rows[7].update(x=123.5, y=31.8),
    "a new row": lambda rows: rows.append({**rows[0], "code": "N", "x": 120.5, "y": 29.5}),
    "a row less": lambda rows: rows.pop(7),
    "a row less at the edge": lambda rows: rows.remove(max(rows, key=lambda row: row["x"])),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_archive_made_from_the_one_before_is_the_same_byte_for_byte(
    change: str, desk: Desk, tmp_path: Path
) -> None:
    desk.load(spread())
    rows = spread()
    CHANGES[change](rows)
    desk.load(rows, mode="replace")
    [(boxes,)] = desk.sql("SELECT changed FROM layer.version WHERE parent IS NOT NULL")
    assert boxes is not None
    assert tiles(archive_of(desk)) == tiles(made_whole(desk, tmp_path))
    assert archive_of(desk).read_bytes() == made_whole(desk, tmp_path).read_bytes()


def test_only_the_tiles_that_a_change_touches_are_made(desk: Desk) -> None:
    asked: list[int] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if "ST_AsMVT(" in statement:
            asked.append(len(parameters["xs"]))

    event.listen(desk.loader.engine, "before_cursor_execute", note)
    desk.load(spread())
    first = sum(asked)
    rows = spread()
    rows[7]["name"] = "改名"
    desk.load(rows)
    # one row lies in one tile per zoom, or in the margin of its neighbours too
    assert HIGHEST_ZOOM + 1 <= sum(asked) - first < 4 * (HIGHEST_ZOOM + 1) < first


def test_a_lost_archive_before_is_no_hindrance(desk: Desk, tmp_path: Path) -> None:
    desk.load(spread())
    archive_of(desk).unlink()
    rows = spread()
    rows[7]["name"] = "改名"
    desk.load(rows)
    assert archive_of(desk).read_bytes() == made_whole(desk, tmp_path).read_bytes()


def test_tiles_of_points_gathered_once_are_those_made_one_by_one(desk: Desk) -> None:
    rows = [
        {
            "code": f"H{n}", "name": "企业", "kind": "firm", "firm_score": [55, 70, 80, 95, None][n % 5],
            "x": 119.0 + (n * 37 % 400) / 400 * 0.9, "y": 29.0 + (n * 53 % 391) / 391 * 0.9,
        }
        for n in range(300)
    ]  # fmt: skip
    load = desk.load(rows, "hazard_source")
    layer = desk.loader.registry.vector("hazard_source")
    archive = Archive(desk.loader.store.archives / f"hazard_source-{load.version}.pmtiles")
    table = layer.table(f"hazard_source__{load.version}")
    compared = 0
    with desk.loader.engine.connect() as connection:
        for z, x, y in (
            t for zoom in range(HIGHEST_ZOOM + 1) for t in cover((118.0, 28.0, 121.0, 31.0), zoom)
        ):
            body = connection.execute(tile_statement(layer, table, z), {"z": z, "x": x, "y": y}).scalar_one()
            packed = archive.tile(z, x, y)
            assert (gzip.decompress(packed) if packed else b"") == bytes(body or b""), (z, x, y)
            compared += bool(body)
    assert compared > HIGHEST_ZOOM


def test_a_layer_drawn_above_the_archived_zooms_only_has_no_archive(desk: Desk, tmp_path: Path) -> None:
    desk.load(spread())
    layer = replace(desk.loader.registry.vector("shelter"), minzoom=HIGHEST_ZOOM + 1)
    [(table,)] = desk.sql("SELECT table_name FROM layer.version")
    path = tmp_path / "none.pmtiles"
    with desk.loader.engine.connect() as connection:
        assert not build_archive(connection, layer, table, (118.0, 27.0, 123.0, 31.0), path, Silent())
    assert list(tmp_path.glob("none*")) == []
