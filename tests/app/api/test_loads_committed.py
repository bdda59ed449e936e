"""Loads over HTTP: committed, mended, discarded, taken back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
import xlsxwriter
from rasterio.transform import from_origin

from tests.app.api.conftest import HEAD, Office, csv


def test_a_committed_load_is_served_shown_as_a_diff_and_taken_back(office: Office) -> None:
    content = csv("一", "二")
    load = office.checked(("a.csv", content))
    preview = office.http.get(f"/api/loads/{load['id']}/preview").json()
    assert ([row["title"] for row in preview["new"]], preview["counts"]["new"]) == (["一", "二"], 2)
    assert len(preview["outline"]["coordinates"]) == 2
    before = office.served("shelter")
    load = office.commit(load["id"])
    assert (load["state"], load["rows_loaded"], load["problem"]) == ("loaded", 2, None)
    served = office.served("shelter")
    assert served["version"] == load["version"]
    diff = office.http.get(f"/api/loads/{load['id']}/diff").json()
    assert (diff["counts"]["new"], diff["counts"]["gone"]) == (2, 0)
    undone = office.http.post(f"/api/loads/{load['id']}/rollback").json()
    assert (undone["kind"], undone["state"], undone["parent"]) == ("rollback", "loaded", load["id"])
    assert office.served("shelter")["count"] == before["count"]
    again = office.http.post(f"/api/loads/{load['id']}/rollback")
    assert (again.status_code, again.json()["code"]) == (409, "later_loads")


def test_bad_rows_stop_the_commit_until_they_may_be_left_out(office: Office) -> None:
    load = office.checked(("a.csv", csv("一") + csv("二", capacity="many")[len(HEAD) :]))
    assert load["counts"]["bad"] == 1
    refused = office.commit(load["id"])
    assert (refused["state"], refused["problem"]["code"]) == ("checked", "rows_refused")
    assert "第 2 行" in refused["message"]["zh"]
    assert office.commit(load["id"], bad_rows="skip")["state"] == "loaded"


def test_bad_rows_are_listed_exported_mended_and_loaded(office: Office, tmp_path: Path) -> None:
    load = office.checked(("a.csv", csv("一") + csv("=1+1", capacity="many")[len(HEAD) :]))
    path = f"/api/loads/{load['id']}"
    listed = office.http.get(f"{path}/errors").json()
    assert (listed["total"], listed["faults"][0]["row"], listed["faults"][0]["field"]) == (1, 2, "capacity")
    assert office.http.get(f"{path}/errors", params={"offset": 1}).json()["faults"] == []
    assert office.http.get(f"{path}/errors", params={"severity": "warning"}).json()["total"] == 0
    for kind, mark in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("gpkg", b"SQLite format 3")):
        answer = office.http.get(f"{path}/errors", params={"format": kind})
        assert answer.content.startswith(mark)
        assert f"-faults.{kind}" in answer.headers["content-disposition"]
    assert office.http.get(f"{path}/errors", params={"format": "exe"}).status_code == 422
    office.commit(load["id"], bad_rows="skip")
    with xlsxwriter.Workbook(str(tmp_path / "fix.xlsx")) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["数据行号 row", "capacity"])
        page.write_row(1, 0, [2, 7])
    sheet = ("files", ("修正.xlsx", (tmp_path / "fix.xlsx").read_bytes(), "application/octet-stream"))
    fix = office.http.post(f"{path}/fix", files=[sheet], data={"person": "乙"})
    assert fix.status_code == 201, fix.text
    mended = fix.json()
    assert (mended["kind"], mended["parent"], mended["state"]) == ("fix", load["id"], "checked")
    assert mended["counts"]["new"] == 1
    assert office.commit(mended["id"])["state"] == "loaded"
    again = office.http.post(f"{path}/fix", files=[sheet])
    assert (again.status_code, again.json()["code"]) == (422, "nothing_to_fix")
    assert not list(office.settings.state_dir.glob("uploads/in-*"))


def test_a_load_is_discarded_once_and_not_committed_after(office: Office) -> None:
    load = office.checked(("a.csv", csv("一")))
    path = f"/api/loads/{load['id']}"
    assert office.http.post(f"{path}/discard").json()["state"] == "discarded"
    for answer in (
        office.http.post(f"{path}/discard"),
        office.http.post(f"{path}/commit", json={}),
        office.http.patch(path, json={"profile": {"owner": "乙"}}),
    ):
        assert answer.status_code == 409, answer.text
    assert not (office.settings.state_dir / "uploads" / load["id"]).exists()
    rollback = office.http.post(f"{path}/rollback")
    assert (rollback.status_code, rollback.json()["code"]) == (422, "nothing_to_undo")


def test_the_file_of_a_load_is_kept_while_it_is_open_and_no_longer(office: Office) -> None:
    load = office.checked(("a.csv", csv("一")))
    kept = office.settings.state_dir / "uploads" / load["id"]
    assert [path.name for path in kept.iterdir()] == ["a.csv"]
    office.commit(load["id"])
    assert not kept.exists()


def test_a_raster_is_loaded_like_any_file(office: Office, tmp_path: Path) -> None:
    with rasterio.open(
        tmp_path / "p.tif", "w", driver="GTiff", dtype="float32", nodata=-9999, crs="EPSG:4326",
        transform=from_origin(120, 30, 0.1, 0.1), width=4, height=3, count=1,
    ) as out:  # fmt: skip
        out.write(np.arange(12, dtype="float32").reshape(3, 4), 1)
    load = office.checked(("人口.tif", (tmp_path / "p.tif").read_bytes()), layer="population")
    assert load["state"] == "checked"
    assert office.commit(load["id"])["state"] == "loaded"
    served = office.served("population")
    assert served["version"] == office.get(load["id"])["version"]
