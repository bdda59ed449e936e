"""Which versions a server serves."""

from __future__ import annotations

from pathlib import Path

import psycopg
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from etl.manifest import Entry, Manifest
from etl.pipeline import Pipeline


def load(pipeline: Pipeline, folder: Path, rows: int) -> str:
    lines = "".join(f"S{i},避灾点{i},village,50,{120 + i / 1000},30.2\n" for i in range(rows))
    (folder / "s.csv").write_text("code,name,level,capacity,lon,lat\n" + lines, encoding="utf-8")
    [loaded] = pipeline.run(Manifest(layer=[Entry(id="shelter", file="s.csv", crs="EPSG:4326")]), folder)
    return loaded.version


def test_a_running_server_serves_a_new_load_in_its_next_answer_and_the_old_version_still(
    pipeline: Pipeline, empty_settings: Settings, tmp_path: Path
) -> None:
    old = load(pipeline, tmp_path, 2)
    with TestClient(create_app(empty_settings)) as client:
        assert client.get("/api/layers/shelter/counts").json()["version"] == old
        new = load(pipeline, tmp_path, 5)
        answer = client.get("/api/layers/shelter/counts").json()
        assert (answer["version"], answer["total"]) == (new, 5)
        assert client.get(f"/tiles/shelter/8/213/105.mvt?v={old}").status_code == 200
        assert client.get(f"/tiles/shelter/8/213/105.mvt?v={new}").status_code == 200


def test_a_version_stored_in_another_layout_is_not_served(
    pipeline: Pipeline, empty_settings: Settings, tmp_path: Path
) -> None:
    version = load(pipeline, tmp_path, 2)
    with psycopg.connect(str(empty_settings.database_url)) as connection:
        connection.execute("UPDATE layer.version SET layout = 'of an older program'")
    with TestClient(create_app(empty_settings)) as client:
        assert client.get("/api/layers/shelter/items").json()["code"] == "layer_empty"
        assert client.get(f"/tiles/shelter/8/213/105.mvt?v={version}").json()["code"] == "version_gone"
