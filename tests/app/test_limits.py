"""Around all routes: HEAD, body limits, answers that can be encoded."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

TILE = "/tiles/hazard_source/10/854/420.mvt"


@pytest.mark.parametrize("path", ["/api/layers", "/health", TILE, "/tiles/shelter.pmtiles", "/api/nothing"])
def test_head_answers_like_get_without_a_body(path: str, client: TestClient) -> None:
    get, head = client.get(path), client.head(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    assert head.headers["content-type"] == get.headers["content-type"]


def test_a_body_beyond_the_limit_is_refused_by_name(client: TestClient) -> None:
    answer = client.post("/api/analysis/coverage", content=b'{"bases":["' + b"x" * 2_000_000 + b'"]}')
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_text_that_cannot_be_encoded_gets_an_answer_that_can(client: TestClient) -> None:
    body = b'{"bases":["\\ud800"]}'
    answer = client.post("/api/analysis/coverage", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert len(answer.content) < 2000


def test_a_long_id_is_not_echoed(client: TestClient) -> None:
    answer = client.post("/api/analysis/coverage", json={"bases": ["x" * 100_000]})
    assert answer.status_code == 422
    assert len(answer.content) < 2000


def test_a_bad_place_is_blamed_for_what_is_wrong_with_it(client: TestClient) -> None:
    answer = client.post("/api/analysis/coverage", json={"bases": [{"lon": 120.0}]}).json()
    assert "lat" in answer["detail"]


@pytest.mark.parametrize("value", [True, "100", None, [1]])
def test_a_radius_that_is_no_number_is_refused(value: object, client: TestClient) -> None:
    assert client.post("/api/analysis/coverage", json={"radius_km": value}).status_code == 422


def test_a_wrong_method_says_which_are_allowed(client: TestClient) -> None:
    answer = client.delete("/api/layers")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://testserver.evil.example", "http://testserver:81"]
)
def test_a_write_that_another_site_asks_for_is_refused(origin: str, client: TestClient) -> None:
    answer = client.post("/api/analysis/coverage", json={}, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "other_origin")


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://testserver"}, {"Origin": "https://TESTSERVER"}])
def test_a_write_of_our_own_page_or_of_a_program_is_taken(
    headers: dict[str, str], client: TestClient
) -> None:
    assert client.post("/api/analysis/coverage", json={"radius_km": "x"}, headers=headers).status_code == 422


def test_other_sites_may_read(client: TestClient) -> None:
    assert client.get("/api/layers", headers={"Origin": "http://evil.example"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/load-profiles/a"),
        ("PATCH", "/api/loads/x"),
        ("POST", "/api/loads/x/commit"),
        ("POST", "/api/analysis/coverage"),
    ],
)
def test_only_files_may_be_as_large_as_an_upload(method: str, path: str, client: TestClient) -> None:
    body = b'{"person":"' + b"x" * (3 << 20) + b'"}'
    answer = client.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/api/loads", "/api/loads/x/fix"])
def test_files_may_be_larger_than_other_bodies(path: str, client: TestClient) -> None:
    answer = client.post(path, files={"other": ("a.bin", b"x" * (3 << 20))})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_upload")


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:8000", 200), ("127.0.0.1:8000", 200), ("[::1]:8000", 200), ("evil.example", 403)],
)
def test_loads_of_this_machine_answer_only_when_it_was_called_by_its_own_name(
    host: str, status: int, empty_settings: Settings
) -> None:
    settings = empty_settings.model_copy(update={"loads_from": "local"})
    with TestClient(create_app(settings), client=("127.0.0.1", 5000)) as own:
        assert own.get("/api/loads/targets", headers={"Host": host}).status_code == status
    with TestClient(create_app(settings), client=("10.0.0.7", 5000)) as other:
        assert other.get("/api/loads/targets", headers={"Host": host}).status_code == 403


def test_a_nul_in_the_name_of_a_profile_is_refused_by_name(empty_settings: Settings) -> None:
    with TestClient(create_app(empty_settings), raise_server_exceptions=False) as client:
        for path in ("/api/load-profiles/%00", "/api/load-profiles?layer=%00"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (422, "bad_text")
