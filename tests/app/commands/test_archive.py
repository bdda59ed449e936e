"""``riskmap archive``: every tile is the served one, and other programs read the file."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from starlette.testclient import TestClient

from app.settings import CHECKOUT, Settings
from layers.kinds.archive import Archive
from layers.mercator import cover
from tests.app.conftest import Ran

LAYERS = ("risk_zone", "rescue_base", "risk_grid")
BOUNDS = (117.0, 27.0, 123.5, 31.5)
READER = """
import {readFileSync} from 'node:fs';
import {PMTiles} from 'pmtiles';
const bytes = readFileSync(process.argv[2]);
const source = {getKey: () => 'x', getBytes: async (at, length) =>
    ({data: bytes.buffer.slice(bytes.byteOffset + at, bytes.byteOffset + at + length)})};
const archive = new PMTiles(source);
const header = await archive.getHeader();
const metadata = await archive.getMetadata();
const found = {};
for (const address of process.argv.slice(3)) {
    const tile = await archive.getZxy(...address.split('/').map(Number));
    found[address] = tile ? Buffer.from(tile.data).toString('base64') : null;
}
console.log(JSON.stringify({header, metadata, found}));
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archive")


@pytest.fixture
def archived(run_with: Callable[..., Ran], demo_settings: Settings, folder: Path) -> Path:
    """An archive of areas, points and a layer that begins at zoom 8; made once."""
    out = folder / "x.pmtiles"
    if not out.exists():
        told = run_with(demo_settings, "archive", *LAYERS, "-o", out, "--minzoom", 5, "--maxzoom", 9)
        assert told.code == 0, told.err
    return out


def served(client: TestClient, z: int, x: int, y: int) -> bytes:
    return b"".join(client.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt").content for layer in LAYERS)


def test_above_what_the_server_has_in_archives_every_tile_is_the_served_one_too(
    run_with: Callable[..., Ran], demo_settings: Settings, folder: Path, client: TestClient
) -> None:
    out = folder / "high.pmtiles"
    told = run_with(
        demo_settings, "archive", "rescue_base", "risk_park", "-o", out, "--minzoom", 12, "--maxzoom", 13
    )
    assert told.code == 0, told.err
    made = Archive(out)
    assert (made.minzoom, made.maxzoom) == (12, 13)
    tiles = [tile for zoom in (12, 13) for tile in cover(BOUNDS, zoom) if tile in made]
    assert len(tiles) > 100
    for z, x, y in tiles[::7]:
        both = [
            client.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt").content for layer in ("rescue_base", "risk_park")
        ]
        assert made.plain_tile(z, x, y) == b"".join(both)


def test_every_tile_of_the_archive_is_the_served_one_and_none_is_missing(
    archived: Path, client: TestClient
) -> None:
    archive, filled = Archive(archived), 0
    for zoom in range(5, 10):
        for address in cover(BOUNDS, zoom):
            expected = served(client, *address)
            assert (archive.plain_tile(*address) or b"") == expected, address
            filled += bool(expected)
    assert filled == len(archive) > 50
    assert (archive.minzoom, archive.maxzoom) == (5, 9)


def test_gdal_reads_the_archive(archived: Path, client: TestClient) -> None:
    names = {name for name, _ in pyogrio.list_layers(archived)}
    assert names == set(LAYERS)
    zones = pyogrio.read_dataframe(archived, layer="risk_zone")
    items = client.get("/api/layers/risk_zone/items?limit=500").json()["features"]
    assert dict(zip(zones["id"], zones["grade"], strict=True)).items() >= {
        (one["id"], one["properties"]["grade"]) for one in items if one["properties"]["grade"] in (1, 2)
    }


def test_the_reader_of_the_page_finds_the_same_tiles_and_what_they_are_of(
    archived: Path, client: TestClient
) -> None:
    if shutil.which("node") is None:
        pytest.skip("no node")
    script = CHECKOUT / "web" / "node_modules" / ".riskmap-archive-test.mjs"
    script.write_text(READER)
    try:
        asked = ["5/26/13", "8/213/105", "9/427/210", "9/0/0"]
        done = subprocess.run(["node", script, archived, *asked], capture_output=True, text=True, check=False)
    finally:
        script.unlink()
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    for address, tile in told["found"].items():
        expected = served(client, *map(int, address.split("/")))
        assert (base64.b64decode(tile) if tile else b"") == expected
    assert (told["header"]["minZoom"], told["header"]["maxZoom"]) == (5, 9)
    assert told["header"]["clustered"] is True
    assert [one["id"] for one in told["metadata"]["vector_layers"]] == list(LAYERS)
    versions = {x["id"]: x["version"] for x in client.get("/api/layers").json()["layers"]}
    assert told["metadata"]["versions"] == {name: versions[name] for name in LAYERS}
    assert "风险分区" in told["metadata"]["name"]
    assert told["metadata"]["attribution"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nothing",), "unknown_layer"),
        (("population",), "wrong_kind"),
        (("shelter", "--minzoom", "9", "--maxzoom", "8"), "bad_option"),
        (("risk_grid", "--maxzoom", "3"), "archive_empty"),
    ],
)
def test_what_cannot_be_archived_is_said_and_leaves_the_file_that_was_there(
    arguments: tuple[str, ...],
    code: str,
    run_with: Callable[..., Ran],
    demo_settings: Settings,
    tmp_path: Path,
) -> None:
    out = tmp_path / "x.pmtiles"
    out.write_bytes(b"before")
    told = run_with(demo_settings, "archive", *arguments, "-o", out)
    assert (told.code, code in told.err) == (4, True)
    assert [p.name for p in tmp_path.iterdir()] == ["x.pmtiles"]
    assert out.read_bytes() == b"before"
