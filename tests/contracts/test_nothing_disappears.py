"""At every zoom every red and orange object is in its tile, as itself or in a gathered one that says so."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.catalogue import Catalogue
from etl.archives import cover, make_tiles
from layers.kinds.tiles import LISTED, MOST_BYTES, MOST_PACKED, tile_bounds, tile_statement
from layers.kinds.vector import VectorLayer
from layers.registry import discover
from tests.mvt import features

REGISTRY = discover()
VECTOR = [layer for layer in REGISTRY.values() if isinstance(layer, VectorLayer)]
GRADED = [layer for layer in VECTOR if layer.legend and layer.legend.field == "grade"]
WORST = (1, 2)
"""Red and orange."""
DEEP = (12, 14, 16)
"""Zooms above the archives; between them nothing is made in another way."""


@pytest.fixture(scope="module")
def catalogue(client: TestClient) -> Catalogue:
    served: Catalogue = client.app.state.catalogue  # type: ignore[attr-defined]
    return served


def made(
    catalogue: Catalogue, layer: VectorLayer, zoom: int, asked: list[tuple[int, int]]
) -> Iterator[bytes]:
    version = catalogue.served(layer)
    statement = partial(tile_statement, layer, layer.table(str(version.table_name)), at=LISTED)
    with catalogue.engine.connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        for _, _, body in make_tiles(connection, lambda z, c: statement(z, coarser=c), zoom, asked):
            yield body
        connection.rollback()


def archived(catalogue: Catalogue, layer: VectorLayer, zoom: int) -> Iterator[bytes]:
    version = catalogue.served(layer)
    archive = catalogue.archive(version)
    assert archive is not None
    for tile in cover(version.bounds, zoom):
        body = archive.plain_tile(*tile)
        if body is not None:
            yield body


def table_of(catalogue: Catalogue, layer: VectorLayer) -> dict[str, tuple[Any, float, float]]:
    """The objects of a layer: grade and a place, by key."""
    version = catalogue.served(layer)
    table = layer.table(str(version.table_name))
    grade = table.c[layer.legend.field]  # type: ignore[union-attr]
    query = select(table.c[layer.key], grade, table.c.geom.ST_PointOnSurface().ST_X(),
                   table.c.geom.ST_PointOnSurface().ST_Y())  # fmt: skip
    with catalogue.engine.connect() as connection:
        return {key: (value, x, y) for key, value, x, y in connection.execute(query)}


def counted(layer: VectorLayer, tiles: Iterator[bytes]) -> tuple[Counter[Any], dict[Any, set[str]]]:
    """How many objects stand in gathered features, by grade, and which stand by themselves."""
    gathered: Counter[Any] = Counter()
    alone: dict[Any, set[str]] = {}
    for body in tiles:
        for one in features(body).get(layer.id, []):
            grade = one.get(layer.legend.field)  # type: ignore[union-attr]
            if one.get("n", 1) > 1:
                gathered[grade] += one["n"]
            else:
                alone.setdefault(grade, set()).add(one["id"])
    return gathered, alone


@pytest.mark.parametrize("layer", GRADED, ids=lambda layer: layer.id)
def test_every_red_and_orange_object_is_in_the_tiles_of_every_archived_zoom(
    layer: VectorLayer, catalogue: Catalogue
) -> None:
    objects = table_of(catalogue, layer)
    wanted = Counter(grade for grade, _, _ in objects.values())
    archive = catalogue.archive(catalogue.served(layer))
    assert archive is not None
    assert any(wanted[grade] for grade in WORST)
    for zoom in range(archive.minzoom, archive.maxzoom + 1):
        gathered, alone = counted(layer, archived(catalogue, layer, zoom))
        found = {grade: gathered[grade] + len(alone.get(grade, ())) for grade in WORST}
        assert found == {grade: wanted[grade] for grade in WORST}, zoom


@pytest.mark.parametrize("layer", GRADED, ids=lambda layer: layer.id)
def test_every_red_and_orange_object_is_in_its_tile_at_the_high_zooms(
    layer: VectorLayer, catalogue: Catalogue
) -> None:
    worst = {k: (x, y) for k, (grade, x, y) in table_of(catalogue, layer).items() if grade in WORST}
    for zoom in DEEP:
        where = sorted({tile_at(x, y, zoom) for x, y in worst.values()})
        gathered, alone = counted(layer, made(catalogue, layer, zoom, where))
        seen = set().union(*(alone.get(grade, set()) for grade in WORST))
        assert not gathered[1]
        assert not gathered[2]
        assert set(worst) <= seen, zoom


@pytest.mark.parametrize("layer", VECTOR, ids=lambda layer: layer.id)
def test_no_archived_tile_is_heavier_than_may_be(layer: VectorLayer, catalogue: Catalogue) -> None:
    version = catalogue.served(layer)
    archive = catalogue.archive(version)
    assert archive is not None
    for zoom in range(archive.minzoom, archive.maxzoom + 1):
        for tile in cover(version.bounds, zoom):
            packed = archive.tile(*tile)
            if packed is not None and len(packed) > MOST_PACKED // 4:
                assert len(packed) <= MOST_PACKED, tile
                assert len(gzip.decompress(packed)) <= MOST_BYTES, tile


@pytest.mark.parametrize("layer", GRADED, ids=lambda layer: layer.id)
def test_where_the_archive_says_that_nothing_is_nothing_is(layer: VectorLayer, catalogue: Catalogue) -> None:
    objects = table_of(catalogue, layer)
    archive = catalogue.archive(catalogue.served(layer))
    assert archive is not None
    for _, x, y in list(objects.values())[::7]:
        column, row = tile_at(x, y, archive.maxzoom)
        assert (archive.maxzoom, column, row) in archive


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    [tile] = list(cover((lon, lat, lon, lat), zoom))
    west, south, east, north = tile_bounds(*tile)
    assert west <= lon <= east
    assert south <= lat <= north
    return tile[1], tile[2]
