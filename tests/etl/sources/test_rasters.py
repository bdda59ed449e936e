from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from shapely.geometry import shape

from etl.sources.model import Limits, RasterFacts, ReadOptions
from etl.sources.open import survey
from etl.sources.rasters import import_raster
from layers.errors import BadFile
from tests.etl.sources.making import disguises, points, read, written, zipped

NODATA = -9999.0


def raster(path: Path, values: np.ndarray[Any, Any] | None = None, **changes: object) -> Path:
    data = np.full((60, 80), 2.0, "float32") if values is None else values
    profile: dict[str, Any] = {
        "driver": "GTiff", "height": data.shape[-2], "width": data.shape[-1], "count": 1, "dtype": data.dtype,
        "crs": "EPSG:4326", "transform": from_origin(120, 30, 0.01, 0.01), "nodata": NODATA, "compress": "deflate",
    }  # fmt: skip
    profile |= changes
    with rasterio.open(path, "w", **profile) as out:
        for band in range(profile["count"]):
            out.write(data, band + 1)
    return path


def test_a_raster_becomes_cloud_optimized_with_its_facts(tmp_path: Path) -> None:
    values = np.full((60, 80), 2.0, "float32")
    values[:, :40] = NODATA
    values[5, 5] = 7
    source, target = raster(tmp_path / "人口.tif", values), tmp_path / "out.tif"
    facts = import_raster(source, target, additive=True)
    assert facts.bounds == pytest.approx((120, 29.4, 120.8, 30))
    assert (facts.cells, facts.total, facts.nodata, facts.dtype) == (2_401, 4_807, NODATA, "float32")
    assert facts.cell == pytest.approx((0.01, 0.01))
    outline = shape(facts.footprint)
    assert outline.geom_type == "MultiPolygon"
    assert outline.area == pytest.approx(2_401 * 0.0001)
    assert shapely.get_num_coordinates(outline) == 10
    assert RasterFacts.from_json(facts.as_json()) == facts
    with rasterio.open(target) as written_raster:
        assert written_raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert np.array_equal(written_raster.read(1), values)
    assert [entry.name for entry in tmp_path.iterdir() if entry.suffix == ".part"] == []


def test_counts_get_no_overviews_and_others_do(tmp_path: Path) -> None:
    source = raster(
        tmp_path / "a.tif", np.ones((1_200, 1_200), "float32"), transform=from_origin(120, 30, 0.001, 0.001)
    )
    for additive, expected in ((True, []), (False, [2, 4])):
        import_raster(source, tmp_path / "out.tif", additive=additive)
        with rasterio.open(tmp_path / "out.tif") as result:
            assert result.overviews(1)[:2] == expected[:2] or result.overviews(1) == expected[:1]


def test_a_footprint_of_many_pieces_has_few_vertices(tmp_path: Path) -> None:
    noise = np.where(np.random.default_rng(1).random((900, 900)) < 0.3, 1, NODATA).astype("float32")
    source = raster(tmp_path / "a.tif", noise, transform=from_origin(120, 30, 0.001, 0.001))
    facts = import_raster(source, tmp_path / "out.tif", additive=True)
    outline = shape(facts.footprint)
    assert shapely.get_num_coordinates(outline) <= 5_000
    assert outline.area >= facts.cells * 1e-6


BAD_VALUES: list[tuple[float, int]] = [(-1, 1), (2e7, 1), (float("inf"), 1), (float("nan"), 1)]


@pytest.mark.parametrize(("value", "row"), BAD_VALUES)
def test_a_value_that_is_no_count_is_named_with_its_cell(tmp_path: Path, value: float, row: int) -> None:
    values = np.ones((60, 80), "float32")
    values[row - 1, 3] = value
    with pytest.raises(BadFile) as caught:
        import_raster(raster(tmp_path / "a.tif", values), tmp_path / "out.tif", additive=True)
    assert (caught.value.code, caught.value.where["row"]) == ("out_of_range", row)
    assert not (tmp_path / "out.tif").exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"count": 2}, "bad_file"),
        ({"crs": None}, "crs_unknown"),
        ({"crs": "EPSG:3857"}, "crs_unsupported"),
        ({"transform": from_origin(10, 50, 0.01, 0.01)}, "outside_region"),
        ({"nodata": 2.0}, "empty_file"),
    ],
)
def test_a_raster_of_another_kind_is_named(tmp_path: Path, changes: dict[str, object], code: str) -> None:
    with pytest.raises(BadFile) as caught:
        import_raster(raster(tmp_path / "a.tif", **changes), tmp_path / "out.tif", additive=True)
    assert caught.value.code == code
    assert "a.tif" in caught.value.zh


def test_what_is_no_raster_or_too_much_of_one_is_named(tmp_path: Path) -> None:
    good = raster(tmp_path / "good.tif", compress=None)
    for name, content, code in (
        ("vrt.tif", disguises(good)["vrt"].encode(), "not_what_it_says"),
        ("magic.tif", b"II*\x00" + b"\xff" * 400, "unreadable"),
        ("cut.tif", good.read_bytes()[: good.stat().st_size // 2], "unreadable"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadFile) as caught:
            import_raster(tmp_path / name, tmp_path / "out.tif", additive=True)
        assert caught.value.code == code
    with pytest.raises(BadFile) as caught:
        import_raster(good, tmp_path / "out.tif", additive=True, limits=Limits(cells=100))
    assert caught.value.code == "too_large"
    with pytest.raises(BadFile) as caught:
        import_raster(written(points(), tmp_path / "a.gpkg"), tmp_path / "out.tif", additive=True)
    assert caught.value.code == "wrong_kind"


def test_a_raster_comes_out_of_a_zip_by_name(tmp_path: Path) -> None:
    good = raster(tmp_path / "good.tif")
    path = zipped(tmp_path / "a.zip", {"一/a.tif": good, "二/b.TIF": good, "x.csv": b"lon,lat\n120,30\n"})
    assert [(t.name, t.format) for t in survey(path).tables] == [
        ("x.csv", "csv"),
        ("一/a.tif", "geotiff"),
        ("二/b.TIF", "geotiff"),
    ]
    with pytest.raises(BadFile) as caught:
        import_raster(path, tmp_path / "out.tif", additive=True)
    assert caught.value.code == "table_unclear"
    assert (
        import_raster(path, tmp_path / "out.tif", additive=True, options=ReadOptions(table="二/b.TIF")).cells
        == 4_800
    )
    with pytest.raises(BadFile) as caught:
        read(path, ReadOptions(table="一/a.tif"))
    assert caught.value.code == "wrong_kind"
