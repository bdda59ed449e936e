"""/health and the wiring around all routes."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from layers.errors import Unavailable


def test_health_says_that_database_archives_and_raster_answer(client: TestClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "ok"
    assert body["database"]["postgis"].startswith("3.")
    assert body["archives"]["tiles"] > 100
    assert body["raster"]["readable"] == 1


def test_an_empty_map_says_for_each_layer_that_nothing_is_loaded(empty_settings: Settings) -> None:
    with TestClient(create_app(empty_settings)) as client:
        layers = client.get("/api/layers").json()
        assert {layer["status"] for layer in layers["layers"]} == {"empty"}
        assert layers["notice"] is None
        assert client.get("/tiles/shelter/8/213/105.mvt").json()["code"] == "layer_empty"
        assert client.get("/api/layers/shelter/items").json()["code"] == "layer_empty"
        answer = client.post("/api/analysis/coverage", json={})
        assert answer.status_code == 503
        assert answer.json()["code"] == "land_missing"


def test_a_missing_archive_degrades_health_but_not_the_map(demo_settings: Settings, tmp_path: Path) -> None:
    elsewhere = demo_settings.model_copy(update={"state_dir": tmp_path})
    with TestClient(create_app(elsewhere)) as client:
        body = client.get("/health").json()
        assert body["status"] == "degraded"
        assert "shelter" in body["archives"]["missing"]
        assert body["raster"]["missing"] == ["population"]
        assert client.get("/tiles/shelter/8/214/105.mvt").status_code == 200
        assert client.get("/tiles/population/8/213/105.png").json()["code"] == "raster_missing"


def test_without_a_database_the_application_says_what_to_do() -> None:
    with pytest.raises(Unavailable, match="RISKMAP_DATABASE_URL"):
        create_app(Settings(database_url=None))


def test_an_address_that_is_not_there_is_problem_json(client: TestClient) -> None:
    answer = client.get("/api/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.delete("/api/layers").status_code == 405


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/health", "/api/layers", "/api/nothing"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    # a tile is no document: a policy of 300 bytes in each would say nothing
    assert client.get("/tiles/shelter/9/427/210.mvt").headers["x-content-type-options"] == "nosniff"
