"""``riskmap export``: the file is the server's, and a failure leaves what was there."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from app.settings import Settings
from tests.app.conftest import Ran


def test_the_command_writes_what_the_server_sends(
    run_with: object, demo_settings: Settings, client: TestClient, tmp_path: Path
) -> None:
    out = tmp_path / "x.geojson"
    told: Ran = run_with(  # type: ignore[operator]
        demo_settings, "export", "shelter", "-o", out, "--filter", "level = 'county'", "--crs", "EPSG:4490"
    )
    assert told.code == 0, told.err
    asked = {"filter": "level = 'county'", "crs": "EPSG:4490"}
    assert out.read_bytes() == client.get("/api/layers/shelter/export.geojson", params=asked).content


def test_a_failure_leaves_the_file_that_was_there(
    run_with: object, demo_settings: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "x.csv"
    out.write_text("before")
    told: Ran = run_with(demo_settings, "export", "shelter", "-o", out, "--filter", "nothing = 1")  # type: ignore[operator]
    assert told.code == 4
    assert "filter_bad" in told.err
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]
    assert out.read_text() == "before"
    refused: Ran = run_with(demo_settings, "export", "shelter", "-o", tmp_path / "x.doc")  # type: ignore[operator]
    assert (refused.code, "format_unsupported" in refused.err) == (4, True)
