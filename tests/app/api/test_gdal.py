"""What GDAL's own drivers read from the server: what QGIS and other programs see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import pytest
from starlette.testclient import TestClient

from app.settings import Settings
from tests.app.api.test_ogc import ITEMS, feature_collections, get
from tests.serving import Running, start


@pytest.fixture(scope="module")
def running(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    server = start(demo_settings, tmp_path_factory.mktemp("gdal") / "log")
    yield server
    server.stop()
    assert [line for line in server.log().splitlines() if not line.startswith("riskmap")] == []


def gdal(script: str, *arguments: str) -> Any:
    """Run a script over pyogrio in a process of its own: this one has the network drivers switched off."""
    command = [sys.executable, "-c", f"import json, sys, pyogrio\n{script}", *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GDAL_")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=clean)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


COUNT = """
source = f"OAPIF:{sys.argv[1]}"
names = [name for name, _ in pyogrio.list_layers(source)]
infos = {name: pyogrio.read_info(source, layer=name, force_feature_count=True) for name in names}
print(json.dumps({name: [info["features"], list(info["fields"])] for name, info in infos.items()}))
"""
READ = """
source, layer, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
options = {name: tuple(v) if isinstance(v, list) else v for name, v in options.items()}
frame = pyogrio.read_dataframe(source, layer=layer or None, **options)
box = [float(v) for v in frame.total_bounds]
found = {"rows": len(frame), "columns": list(frame.columns), "bounds": box, "epsg": frame.crs.to_epsg()}
print(json.dumps(found | {"ids": sorted(frame["id"].astype(str)) if "id" in frame else []}))
"""


def read(source: str, layer: str = "", **options: object) -> Any:
    return gdal(READ, source, layer, json.dumps(options))


def test_gdal_opens_every_collection_with_its_count_and_fields(running: Running, client: TestClient) -> None:
    seen = gdal(COUNT, f"{running.url}/ogc")
    assert set(seen) == set(feature_collections(client))
    served = {one["id"]: one["count"] for one in get(client, "/api/layers")["layers"]}
    assert {name: count for name, (count, _) in seen.items()} == {name: served[name] for name in seen}
    fields = get(client, "/ogc/collections/shelter/queryables")["properties"]
    assert set(fields) - {"geom"} <= set(seen["shelter"][1])


def test_gdal_reads_the_features_that_are_served(running: Running, client: TestClient) -> None:
    seen = read(f"OAPIF:{running.url}/ogc", "risk_zone")
    zones = get(client, "/ogc/collections/risk_zone")
    assert seen["rows"] == get(client, "/ogc/collections/risk_zone/items", limit=1)["numberMatched"]
    assert seen["bounds"] == pytest.approx(zones["extent"]["spatial"]["bbox"][0], abs=1e-5)
    assert "grade" in seen["columns"]
    part = read(f"OAPIF:{running.url}/ogc", "shelter", bbox=[120, 30, 120.5, 30.5])
    assert part["rows"] == get(client, ITEMS, bbox="120,30,120.5,30.5", limit=1)["numberMatched"] > 100


def test_gdal_reads_a_tile_at_its_place(running: Running, client: TestClient) -> None:
    seen = read(f"MVT:/vsicurl/{running.url}/tiles/shelter/12/3413/1683.mvt")
    decoded = mapbox_vector_tile.decode(client.get("/tiles/shelter/12/3413/1683.mvt").content)["shelter"]
    assert seen["epsg"] == 3857
    places = [feature["geometry"]["coordinates"] for feature in decoded["features"]]
    inside = [place for place in places if all(0 <= at <= 4096 for at in place)]  # GDAL leaves the margin out
    assert seen["rows"] == len(inside) > 5
    west, south, east, north = seen["bounds"]
    side = 40_075_016.68557849 / (1 << 12)
    edge = 40_075_016.68557849 / 2
    assert 3413 * side <= west + edge <= east + edge <= 3414 * side
    assert 1683 * side <= edge - north <= edge - south <= 1684 * side


def test_gdal_finds_and_reads_the_tiles_of_a_collection(running: Running, client: TestClient) -> None:
    source = f"OGCAPI:{running.url}/ogc/collections/rescue_base"
    seen = read(source, API="TILES", TILEMATRIX="8")
    served = get(client, "/api/layers/rescue_base/items")["features"]
    assert set(seen["ids"]) == {one["id"] for one in served}
