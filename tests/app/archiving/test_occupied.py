"""What the boxes of objects say of tiles is never less than what PostGIS finds in them."""

from __future__ import annotations

import psycopg
import pytest
from starlette.testclient import TestClient

from app.archiving.occupied import occupied
from app.catalogue import Catalogue
from app.settings import Settings

# every tile round the box of an object that PostGIS would look at, as the statements of tiles do
FOUND = """
WITH world AS (SELECT 20037508.342789244 AS half),
     size AS (SELECT 2 * half / (1 << %(z)s) AS side FROM world),
     tile AS (
        SELECT DISTINCT floor((ST_XMin(tile_geom) + half) / side)::int + dx AS x,
                        floor((half - ST_YMax(tile_geom)) / side)::int + dy AS y
        FROM layer."{table}", world, size, generate_series(-1, 1) AS dx, generate_series(-1, 1) AS dy)
SELECT x, y FROM tile, world WHERE EXISTS (
    SELECT FROM layer."{table}" WHERE tile_geom &&
        ST_TileEnvelope(%(z)s, x, y, ST_MakeEnvelope(-half, -half, half, half, 3857), 64.0 / 4096))
"""


@pytest.mark.parametrize(("name", "zoom"), [("shelter", 12), ("shelter", 15), ("risk_park", 14)])
def test_no_tile_that_holds_something_is_left_out(
    name: str, zoom: int, client: TestClient, demo_settings: Settings
) -> None:
    catalogue: Catalogue = client.app.state.catalogue  # type: ignore[attr-defined]
    layer = catalogue.registry.vector(name)
    version = catalogue.served(layer)
    with psycopg.connect(str(demo_settings.database_url)) as connection:
        query = FOUND.format(table=version.table_name)
        found = set(connection.execute(query.encode(), {"z": zoom}).fetchall())
    assert len(found) > 30
    guessed = {(x, y) for _, x, y in occupied(catalogue.engine, layer, version, zoom, zoom)}
    assert found <= guessed
