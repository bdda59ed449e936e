"""Loads over HTTP that are refused: hostile files, other sites, other machines, too much."""

from __future__ import annotations

import io
import zipfile

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from tests.app.api.conftest import Office, csv

SOURCE = "<SrcDataSource>/etc/passwd</SrcDataSource>"
VRT = f'<OGRVRTDataSource><OGRVRTLayer name="x">{SOURCE}</OGRVRTLayer></OGRVRTDataSource>'
NAMED = "<kml><Placemark><name>&b;</name></Placemark></kml>"
BOMB = f'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>{NAMED}'
LEAK = f'<!DOCTYPE l [<!ENTITY b SYSTEM "file:///etc/passwd">]>{NAMED}'


def slip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../evil.csv", csv("一"))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        *[(f"a.{kind}", VRT.encode()) for kind in ("csv", "geojson", "kml", "shp", "gpkg", "xlsx", "tif")],
        ("bomb.kml", BOMB.encode()),
        ("leak.kml", LEAK.encode()),
        ("slip.zip", slip()),
        ("empty.dbf", b""),
        ("empty.csv", b""),
        ("a.vrt", VRT.encode()),
        ("a.gpkg", b"SQLite format 3\x00" + b"x" * 5000),
        ("a.shp", b"\x00\x00\x27\x0a" + b"\xff" * 200),
        ("a.exe", b"MZ"),
        ("a.sql", b"DROP TABLE layer.version"),
    ],
)
def test_a_hostile_file_is_refused_by_name_and_nothing_of_the_server_shows(
    name: str, content: bytes, office: Office
) -> None:
    answer = office.send((name, content))
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    problem = answer.json()
    assert problem["code"] not in ("", "failed", "unexpected", "bad_request")
    assert name in problem["detail"]
    for secret in (
        "root:",
        "Traceback",
        "SELECT ",
        "psycopg",
        str(office.settings.state_dir),
        "/site-packages/",
    ):
        assert secret not in answer.text
    load = office.get(problem["load"])
    assert (load["state"], load["problem"]["code"]) == ("refused", problem["code"])
    assert not list(office.settings.state_dir.glob("uploads/in-*"))
    assert office.http.get("/health").status_code == 200


def test_another_machine_may_not_load_unless_a_setting_allows_it(office: Office) -> None:
    settings = office.settings.model_copy(update={"loads_from": "local", "upload_most_bytes": 1 << 20})
    file = ("files", ("a.csv", csv("一"), "text/csv"))
    with TestClient(create_app(settings), client=("10.1.2.3", 5000), raise_server_exceptions=False) as far:
        answer = far.post("/api/loads", files=[file], data={"layer": "shelter"})
        assert (answer.status_code, answer.json()["code"]) == (403, "loads_closed")
    own = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 5000)}
    with TestClient(create_app(settings), **own, raise_server_exceptions=False) as near:
        assert Office(near, settings).checked(("a.csv", csv("二")))["state"] == "checked"
        big = ("files", ("big.csv", b"x" * (1 << 21), "text/csv"))
        answer = near.post("/api/loads", files=[big], data={"layer": "shelter"})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert not list(settings.state_dir.glob("uploads/in-*"))


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://testserver.evil.example", "https://testserver:8443"]
)
def test_a_page_of_another_site_cannot_load_or_commit(origin: str, office: Office) -> None:
    load = office.checked(("a.csv", csv("一")))
    headers = {"Origin": origin}
    file = ("files", ("a.csv", csv("一"), "text/csv"))
    for answer in (
        office.http.post("/api/loads", files=[file], headers=headers),
        office.http.post(f"/api/loads/{load['id']}/commit", json={}, headers=headers),
        office.http.patch(f"/api/loads/{load['id']}", json={}, headers=headers),
        office.http.put("/api/load-profiles/a", json={}, headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "other_origin")
    assert office.get(load["id"])["state"] == "checked"


def test_the_page_itself_may_load(office: Office) -> None:
    file = ("files", ("a.csv", csv("一"), "text/csv"))
    answer = office.http.post(
        "/api/loads", files=[file], data={"layer": "shelter"}, headers={"Origin": "http://testserver"}
    )
    assert answer.status_code == 201
    office.done(answer.json()["id"])
