"""Loads over HTTP: files are received, read, asked about; their profiles are kept."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from uuid import uuid4

import geopandas as gpd
import pytest
from shapely import Point

from tests.app.api.conftest import Answer, Office, csv

FORM = "multipart/form-data"


def shapefile(folder: Path, crs: str = "EPSG:4490") -> dict[str, bytes]:
    key = uuid4().hex[:6]
    columns = {"code": [key], "name": ["镇海区避灾点"], "level": ["village"], "capacity": [50]}
    gpd.GeoDataFrame(columns, geometry=[Point(120.15, 30.28)], crs=crs).to_file(
        folder / "a.shp", encoding="GBK"
    )
    return {part.suffix: part.read_bytes() for part in folder.glob("a.*")}


# -- receiving ----------------------------------------------------------------------------------------------------


def test_a_file_is_received_read_and_checked_and_told_without_a_path_of_the_server(office: Office) -> None:
    sent = office.send(("避灾点.csv", csv("一", "二")), person="甲", profile=json.dumps({"owner": "县局"}))
    assert sent.status_code == 201
    assert sent.headers["etag"].strip('"').isdigit()
    assert sent.headers["cache-control"] == "no-store"
    load = office.done(sent.json()["id"])
    assert (load["state"], load["file"], load["person"], load["running"]) == (
        "checked",
        "避灾点.csv",
        "甲",
        False,
    )
    assert load["counts"] | {"new": 2, "bad": 0, "selected": 2} == load["counts"]
    assert (load["profile"]["owner"], load["questions"]) == ("县局", [])
    assert {m["field"]: m["column"] for m in load["mapping"]}["capacity"] == "capacity"
    assert load["reading"]["candidates"][load["reading"]["chosen"]]["key"] in ("EPSG:4490", "EPSG:4326")
    assert str(office.settings.state_dir) not in json.dumps(load)


def test_the_loose_parts_of_a_shapefile_with_chinese_names_are_one_file(
    office: Office, tmp_path: Path
) -> None:
    parts = shapefile(tmp_path)
    load = office.checked(*[(f"避灾点（新）{suffix}", body) for suffix, body in parts.items()])
    assert (load["state"], load["file"]) == ("checked", "避灾点（新）.shp")
    assert load["counts"]["new"] == 1


def test_a_zip_with_chinese_names_in_gbk_is_read(office: Office, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for suffix, body in shapefile(tmp_path).items():
            archive.writestr(zipfile.ZipInfo(f"数据/点{suffix}".encode("gb18030").decode("cp437")), body)
    load = office.checked(("数据.zip", buffer.getvalue()))
    assert (load["state"], load["counts"]["new"]) == ("checked", 1)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../../evil.csv", "evil.csv"),
        ("/etc/cron.d/evil.csv", "evil.csv"),
        ("C:\\Users\\a\\evil.csv", "evil.csv"),
        ("..", None),
        ("....//evil.csv", "evil.csv"),
        (".hidden.csv", "hidden.csv"),
        ("-rf.csv", "rf.csv"),
        ("长" * 200 + ".csv", "长" * 65 + ".csv"),
        ("/vsicurl/http://x/evil.csv", "evil.csv"),
    ],
)
def test_a_name_with_a_path_in_it_loses_the_path(sent: str, kept: str | None, office: Office) -> None:
    before = {path for path in office.settings.state_dir.parent.rglob("*") if "uploads" not in path.parts}
    answer = office.send((sent, csv("一")))
    assert answer.status_code == (201 if kept else 422)
    if kept:
        assert answer.json()["file"] == kept
        office.done(answer.json()["id"])
    after = {path for path in office.settings.state_dir.parent.rglob("*") if "uploads" not in path.parts}
    assert after == before


def test_a_form_without_a_file_or_with_two_of_one_name_is_refused(office: Office) -> None:
    content = csv("一")
    answers = [
        office.http.post("/api/loads", data={"layer": "shelter"}, files=[]),
        office.http.post("/api/loads", json={"layer": "shelter"}),
        office.http.post("/api/loads", content=b"--x\r\nbroken", headers={"Content-Type": f"{FORM}; boundary=x"}),
        office.http.post("/api/loads", content=b"", headers={"Content-Type": FORM}),
        office.send(("a.csv", content), ("A.CSV", content)),
        office.send(*[(f"{n}.csv", content) for n in range(45)]),
    ]  # fmt: skip
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_upload"), answer.text
    assert not list(office.settings.state_dir.glob("uploads/in-*"))


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"layer": "nolayer"}, 404, "unknown_layer"),
        ({"layer": "risk_zone"}, 422, "derived_layer"),
        ({"profile": "not json"}, 422, "bad_profile"),
        ({"profile": "[1]"}, 422, "bad_profile"),
        ({"profile": '{"nokey": 1}'}, 422, "bad_profile"),
        ({"profile": '{"mode": "merge"}'}, 422, "bad_profile"),
        ({"profile": '{"crs": "\\u0000"}'}, 422, None),
        ({"profile": '{"owner": "\\ud800"}'}, 422, None),
        ({"profile": '{"max_gone": NaN}'}, 422, "bad_profile"),
        ({"profile": '{"crs": "EPSG:999999"}'}, 422, "crs_unknown"),
    ],
)
def test_a_form_that_asks_for_what_is_not_there_is_refused_and_keeps_no_file(
    form: dict[str, str], status: int, code: str | None, office: Office
) -> None:
    answer = office.send(("a.csv", csv("一")), **form)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert code in (None, answer.json()["code"])
    assert not list(office.settings.state_dir.glob("uploads/in-*"))


def test_the_same_file_again_gives_the_earlier_load(office: Office) -> None:
    content = csv("一")
    first = office.checked(("a.csv", content))
    again = office.send(("a.csv", content))
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    other = office.send(("a.csv", content), profile='{"owner": "乙"}')
    assert other.status_code == 201
    office.done(other.json()["id"])
    assert not list(office.settings.state_dir.glob("uploads/in-*"))


def test_a_file_for_no_layer_is_asked_where_it_belongs(office: Office) -> None:
    load = office.checked(("a.csv", csv("一")), layer="")
    [question] = load["questions"]
    assert question["code"] == "layer_missing"
    assert {"layer": "shelter"} in [option["set"] for option in question["options"]]
    answer = office.http.patch(f"/api/loads/{load['id']}", json={"layer": "shelter"})
    assert answer.status_code == 200
    assert office.done(load["id"])["state"] == "checked"


# -- answering ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"profile": {"nokey": 1}}, 422, "bad_profile"),
        ({"profile": {"mode": "merge"}}, 422, "bad_profile"),
        ({"profile": {"shift": {"dx": "far"}}}, 422, "bad_profile"),
        ({"profile": {"crs": "EPSG:999999"}}, 422, "crs_unknown"),
        ({"nokey": 1}, 422, "bad_request"),
        ({"profile": []}, 422, "bad_request"),
        ({"layer": "nolayer"}, 404, "unknown_layer"),
        ({"layer": "risk_grid"}, 422, "derived_layer"),
    ],
)
def test_an_answer_with_a_wrong_key_or_value_changes_nothing(
    body: Answer, status: int, code: str, office: Office
) -> None:
    load = office.checked(("a.csv", csv("一")))
    answer = office.http.patch(f"/api/loads/{load['id']}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert office.get(load["id"])["revision"] == load["revision"]


def test_answers_and_commits_to_an_outdated_load_are_refused(office: Office) -> None:
    load = office.checked(("a.csv", csv("一")))
    path, old = f"/api/loads/{load['id']}", {"If-Match": f'"{load["revision"] - 1}"'}
    for answer in (
        office.http.patch(path, json={"profile": {"owner": "乙"}}, headers=old),
        office.http.post(f"{path}/commit", json={}, headers=old),
    ):
        assert (answer.status_code, answer.json()["code"]) == (412, "load_changed")
    assert office.http.post(f"{path}/commit", json={}, headers={"If-Match": "x"}).status_code == 422
    now = office.http.get(path).headers["etag"]
    assert (
        office.http.patch(path, json={"profile": {"owner": "乙"}}, headers={"If-Match": now}).status_code
        == 200
    )
    assert office.done(load["id"])["profile"]["owner"] == "乙"


def test_an_answer_to_a_load_that_is_being_read_is_not_taken(office: Office) -> None:
    sent = office.send(("a.csv", csv(*[f"点{n}" for n in range(1, 500)] * 60)))
    load = sent.json()
    assert load["running"]
    answer = office.http.patch(f"/api/loads/{load['id']}", json={"profile": {"owner": "乙"}})
    assert (answer.status_code, answer.json()["code"]) == (409, "load_busy")
    assert office.done(load["id"])["profile"]["owner"] == ""


def test_an_open_question_stops_the_commit_and_comes_along(office: Office) -> None:
    content = csv("一").replace(b"capacity", b"people")
    load = office.checked(("a.csv", content))
    assert load["questions"][0]["code"] == "field_missing"
    answer = office.http.post(f"/api/loads/{load['id']}/commit", json={})
    assert (answer.status_code, answer.json()["code"]) == (422, "field_missing")
    assert answer.json()["questions"] == load["questions"]
    office.http.patch(f"/api/loads/{load['id']}", json={"profile": {"rename": {"people": "capacity"}}})
    assert office.done(load["id"])["state"] == "checked"


def test_two_tables_in_a_file_are_asked_about_and_the_named_one_is_read(office: Office) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("甲.csv", csv("一"))
        archive.writestr("乙.csv", csv("一", "二"))
    load = office.checked(("a.zip", buffer.getvalue()))
    [question] = load["questions"]
    assert question["code"] == "table_unclear"
    chosen = next(option for option in question["options"] if "乙" in option["set"]["table"])
    office.http.patch(f"/api/loads/{load['id']}", json={"profile": chosen["set"]})
    load = office.done(load["id"])
    assert (load["state"], load["rows_in"], load["table"]) == ("checked", 2, "乙.csv")


# -- around it ----------------------------------------------------------------------------------------------------


def test_the_history_lists_loads_the_newest_first_and_unknown_ones_are_not_found(office: Office) -> None:
    first, second = office.checked(("a.csv", csv("一"))), office.checked(("b.csv", csv("二")))
    listed = [
        load["id"] for load in office.http.get("/api/loads", params={"layer": "shelter"}).json()["loads"]
    ]
    assert listed[:2] == [second["id"], first["id"]]
    assert len(office.http.get("/api/loads", params={"limit": 1, "offset": 1}).json()["loads"]) == 1
    for path in ("", "/preview", "/diff", "/errors", "/events"):
        answer = office.http.get(f"/api/loads/nothing{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_load"), path
    assert office.http.get("/api/loads/a'b").status_code == 422


def test_the_targets_are_the_layers_that_files_go_into(office: Office) -> None:
    found = office.http.get("/api/loads/targets").json()
    ids = {target["id"] for target in found["targets"]}
    assert {"shelter", "admin_area", "population"} <= ids
    assert not {"risk_zone", "risk_grid", "major_hazard"} & ids
    shelter = next(target for target in found["targets"] if target["id"] == "shelter")
    assert {field["name"] for field in shelter["fields"] if field["required"]} == {
        "code",
        "name",
        "level",
        "capacity",
    }
    assert found["most_bytes"] == office.settings.upload_most_bytes


def test_profiles_are_saved_in_versions_and_offered_by_their_columns(office: Office) -> None:
    body = {
        "layer": "shelter",
        "columns": ["编号", "人数"],
        "body": {"rename": {"人数": "capacity"}},
        "saved_by": "甲",
    }
    versions = [office.http.put("/api/load-profiles/县局", json=body).json()["version"] for _ in range(2)]
    assert versions == [1, 2]
    found = office.http.get("/api/load-profiles/县局").json()
    assert (found["version"], found["body"]) == (2, {"rename": {"人数": "capacity"}})
    listed = office.http.get(
        "/api/load-profiles", params={"layer": "shelter", "columns": ["编号", "人数"]}
    ).json()
    assert listed["profiles"][0]["name"] == "县局"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"body": {"nokey": 1}}, 422, "bad_profile"),
        ({"layer": "nolayer"}, 404, "unknown_layer"),
        ({"layer": "risk_zone"}, 422, "derived_layer"),
        ({"nokey": 1}, 422, "bad_request"),
    ],
)
def test_a_profile_that_would_never_load_is_not_saved(
    change: Answer, status: int, code: str, office: Office
) -> None:
    body = {"layer": "shelter", "columns": [], "body": {}, **change}
    answer = office.http.put("/api/load-profiles/坏", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert office.http.get("/api/load-profiles/坏").status_code == 404
