"""Adding a catalogue file is all it takes for a layer to reach the API, the tiles and the archive."""

from __future__ import annotations

from pathlib import Path

import mapbox_vector_tile
import pytest
from starlette.testclient import TestClient

from app.commands.database import etl_engine
from app.main import create_app
from app.settings import Settings
from etl.manifest import Entry, Manifest
from etl.pipeline import Pipeline
from etl.progress import Silent
from layers.registry import BadCatalogue, discover
from layers.store import Files

CAMERA = """
from layers.kinds.vector import VectorLayer
from layers.model import Field, Text
from layers.style import icons

LAYER = VectorLayer(
    id="camera", title=Text("视频点", "Cameras"), description=Text("视频识别点", "Camera points"),
    group="context", order=80, shape="point", key="code", tile_fields=("name",),
    fields=(
        Field(name="code", title=Text("编号", "Code"), required=True),
        Field(name="name", title=Text("名称", "Name"), required=True),
    ),
    draw=lambda theme: icons("camera", "camera", theme),
)
"""


def test_a_new_file_is_a_new_layer_everywhere(empty_settings: Settings, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "camera.py").write_text(CAMERA, encoding="utf-8")
    (tmp_path / "c.csv").write_text("code,name,lon,lat\nC1,大门,120.15,30.28\n", encoding="utf-8")
    settings = empty_settings.model_copy(update={"layer_dir": site})
    with etl_engine(str(settings.database_url)) as engine:
        pipeline = Pipeline(engine, discover(site), Files(settings.state_dir), Silent())
        pipeline.run(
            Manifest(layer=[Entry(id="camera", file="c.csv", crs="EPSG:4326", source="x")]), tmp_path
        )
    with TestClient(create_app(settings)) as client:
        layer = next(one for one in client.get("/api/layers").json()["layers"] if one["id"] == "camera")
        assert layer["count"] == 1
        assert layer["style"]["night"][0]["source-layer"] == "camera"
        found = mapbox_vector_tile.decode(client.get(f"/tiles/camera/{address()}.mvt").content)
        assert found["camera"]["features"][0]["properties"] == {"id": "C1", "name": "大门"}
        assert client.get("/api/layers/camera/items/C1").json()["title"] == "大门"
        assert client.get("/tiles/camera.pmtiles").status_code == 200


def address() -> str:
    import math

    z = 12
    x = int((120.15 + 180) / 360 * (1 << z))
    y = int((1 - math.asinh(math.tan(math.radians(30.28))) / math.pi) / 2 * (1 << z))
    return f"{z}/{x}/{y}"


def test_a_file_without_a_layer_stops_the_start_and_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(BadCatalogue, match=r"empty\.py"):
        discover(tmp_path)


def test_an_id_that_is_taken_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "twice.py").write_text(CAMERA.replace('"camera"', '"shelter"'), encoding="utf-8")
    with pytest.raises(BadCatalogue, match="shelter"):
        discover(tmp_path)
