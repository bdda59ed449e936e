"""Both parts of a shapefile together; each alone is tested with its reader."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from etl.sources.model import ReadOptions
from tests.etl.sources.making import column, points, polygons, read, shapes, written


def mark_deleted(shapefile: Path, record: int) -> None:
    dbf = shapefile.with_suffix(".dbf")
    content = bytearray(dbf.read_bytes())
    header, length = (int.from_bytes(content[at : at + 2], "little") for at in (8, 10))
    content[header + (record - 1) * length] = ord("*")
    dbf.write_bytes(content)


def test_deleted_records_are_left_out_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    for frame in (points(5), polygons(5)):
        path = written(frame, tmp_path / f"{len(frame.geometry.iloc[0].wkb)}.shp", encoding="UTF-8")
        mark_deleted(path, 2)
        facts, table, _ = read(path)
        assert table.column("_row").to_pylist() == [1, 3, 4, 5]
        assert column(facts, table, "容量") == [0, 2, 3, 4]
        centres = shapely.centroid(shapely.from_wkb(table.column("_wkb").to_pylist()))
        assert np.allclose(shapely.get_x(centres), [120, 120.002, 120.003, 120.004])


def test_attributes_stay_with_their_shapes_over_many_batches(tmp_path: Path) -> None:
    frame = polygons(3_000)
    frame["长"] = ["长" * 80] * 3_000  # few rows fit into a batch of the .dbf
    path = written(frame, tmp_path / "a.shp", encoding="GB18030")
    facts, table, end = read(path)
    assert end.rows == 3_000
    centres = shapely.get_x(shapely.centroid(shapely.from_wkb(table.column("_wkb").to_pylist())))
    assert np.allclose((centres - 120) * 1_000, column(facts, table, "容量"))
    assert table.column("_row").to_pylist() == list(range(1, 3_001))


def test_null_shapes_are_rows_without_geometry(tmp_path: Path) -> None:
    for name, frame in (("p", points(3)), ("a", polygons(3))):
        frame.loc[1, "geometry"] = None
        facts, table, _ = read(written(frame, tmp_path / f"{name}.shp", encoding="UTF-8"))
        assert [shape is None for shape in shapes(table)] == [False, True, False]
        assert table.column("_fault").null_count == 3
        assert len(column(facts, table, "名称")) == 3


def test_heights_of_both_kinds_of_shapes_are_kept_apart(tmp_path: Path) -> None:
    for name, frame in (("p", points(3)), ("a", polygons(3))):
        high = frame.set_geometry(shapely.force_3d(frame.geometry.values, 7.5))
        facts, table, _ = read(written(high, tmp_path / f"{name}.shp", encoding="UTF-8"))
        assert facts.has_z
        assert all(not shapely.from_wkb(w).has_z for w in table.column("_wkb").to_pylist())
        assert {
            shapely.get_coordinates(shapely.from_wkb(w), include_z=True)[0, 2]
            for w in table.column("_wkb_z").to_pylist()
        } == {7.5}


def test_the_officers_encoding_wins(tmp_path: Path) -> None:
    path = written(points(2), tmp_path / "a.shp", encoding="GB18030")
    facts, table, _ = read(path, ReadOptions(encoding="gbk"))
    assert column(facts, table, "名称") == ["避灾点0", "避灾点1"]
    assert facts.encoding is not None
    assert "gbk" in facts.encoding.evidence.zh
