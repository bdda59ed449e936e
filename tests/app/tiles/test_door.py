"""The tile path: conditions cost nothing, filters keep, what one made others are given."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from starlette.testclient import TestClient

from app.tiles.coding import Coding, unpack
from app.tiles.door import Tiles
from tests.mvt import features

TILE = "/tiles/hazard_source/12/3416/1685.mvt"
ORANGE = "grade = 2"


def version_of(client: TestClient, layer: str = "hazard_source") -> str:
    layers = client.get("/api/layers").json()["layers"]
    return str(next(one["version"] for one in layers if one["id"] == layer))


def tiles_of(client: TestClient) -> Tiles:
    tiles: Tiles = client.app.state.tiles  # type: ignore[attr-defined]
    return tiles


@contextmanager
def counted(client: TestClient) -> Iterator[dict[str, int]]:
    """Count the answers by origin, and the questions for versions."""
    meters = tiles_of(client).meters
    engine = client.app.state.catalogue.engine  # type: ignore[attr-defined]
    found: dict[str, int] = {"statements": 0}

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found["statements"] += "layer.current" in statement or "layer.version" in statement

    before = dict(meters._counts)
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)
    found |= {k: n - before.get(k, 0) for k, n in meters._counts.items() if n != before.get(k, 0)}


def plain(client: TestClient, address: str) -> bytes:
    """A tile as it is, not packed."""
    return client.get(address, headers={"Accept-Encoding": "identity"}).content


def test_a_client_that_has_the_tile_costs_no_query_even_when_nobody_asked_before(client: TestClient) -> None:
    address = f"/tiles/hazard_source/13/6832/3370.mvt?v={version_of(client)}"
    etag = f'"hazard_source-{version_of(client)}-13-6832-3370-br"'
    with counted(client) as found:
        answer = client.get(address, headers={"If-None-Match": f'W/{etag}, "other"', "Accept-Encoding": "br"})
    assert answer.status_code == 304
    assert answer.headers["etag"] == etag
    assert answer.headers["vary"] == "Accept-Encoding"
    assert found == {"statements": 0, "not modified": 1}


def test_each_coding_has_an_etag_of_its_own_and_the_same_tile(client: TestClient) -> None:
    address = f"{TILE}?v={version_of(client)}"
    codings: tuple[Coding, ...] = ("br", "zstd", "gzip", "identity")
    answers, bodies = [], []
    with counted(client) as found:
        for coding in codings:
            with client.stream("GET", address, headers={"Accept-Encoding": coding}) as answer:
                bodies.append(unpack(b"".join(answer.iter_raw()), coding))
            answers.append(answer)
    assert len({answer.headers["etag"] for answer in answers}) == 4
    assert len(set(bodies)) == 1
    assert [answer.headers.get("content-encoding") for answer in answers] == ["br", "zstd", "gzip", None]
    assert found.get("database", 0) <= 1  # made once, packed four times
    assert found["statements"] == 0


def test_a_served_version_is_known_without_asking_the_database(client: TestClient) -> None:
    client.get(TILE)
    with counted(client) as found:
        answer = client.get(TILE)
    assert answer.headers["cache-control"] == "no-cache"
    assert found == {"statements": 0, "kept": 1}


def test_the_version_before_is_known_without_asking_the_database_every_time(client: TestClient) -> None:
    catalogue = client.app.state.catalogue  # type: ignore[attr-defined]
    version = version_of(client)
    held = dict(catalogue._seen)
    try:
        catalogue._seen.clear()  # as after a start: a page asks for what it knows
        with counted(client) as found:
            for x in range(3400, 3404):
                client.get(f"/tiles/hazard_source/12/{x}/1685.mvt?v={version}")
        assert found["statements"] <= 1
    finally:
        catalogue._seen.update(held)


def test_a_filter_selects_what_the_table_says_and_its_tile_is_kept(client: TestClient) -> None:
    whole = features(plain(client, TILE))["hazard_source"]
    with counted(client) as found:
        answer = client.get(f"{TILE}?filter={quote(ORANGE)}")
        again = client.get(f"{TILE}?filter={quote(ORANGE)}")
    chosen = features(plain(client, f"{TILE}?filter={quote(ORANGE)}"))["hazard_source"]
    assert {f["id"] for f in chosen} == {f["id"] for f in whole if f.get("grade") == 2}
    assert again.content == answer.content
    assert (found["database"], found["kept"]) == (1, 1)


def test_a_filter_is_one_however_it_is_written(client: TestClient) -> None:
    as_json = json.dumps({"args": [{"property": "grade"}, 2], "op": "="})
    ways = [
        f"filter={quote('grade=2')}",
        f"filter={quote(' (grade  =  2) ')}",
        f"filter={quote(as_json)}&filter-lang=cql2-json",
        f"filter-lang=cql2-text&filter={quote(ORANGE)}",
    ]
    answers = [client.get(f"{TILE}?{way}") for way in ways]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert answers[0].headers["etag"] != client.get(TILE).headers["etag"]


@pytest.mark.parametrize("zoom", [5, 8, 11])
def test_a_filter_counts_right_where_points_are_gathered(zoom: int, client: TestClient) -> None:
    x, y = 3416 >> (12 - zoom), 1685 >> (12 - zoom)
    address = f"/tiles/hazard_source/{zoom}/{x}/{y}.mvt"
    whole, chosen = (
        features(plain(client, url))["hazard_source"]
        for url in (address, f"{address}?filter={quote(ORANGE)}")
    )
    assert sum(f["n"] for f in chosen) == sum(f["n"] for f in whole if f.get("grade") == 2)
    assert {f["grade"] for f in chosen} == {2}


def test_a_named_part_of_today_is_asked_for_again_and_one_of_a_day_is_not(client: TestClient) -> None:
    version = version_of(client, "defect")
    address = f"/tiles/defect/9/427/210.mvt?v={version}&filter=overdue"
    assert client.get(address).headers["cache-control"] == "no-cache"
    assert "immutable" in client.get(f"{address}&on=2026-01-01").headers["cache-control"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("filter=nonsense%20%3D%201", 400, "filter_bad"),
        ("filter=grade%20%3D%20'x'%3B%20DROP%20TABLE%20a%20--", 400, "filter_bad"),
        ("filter=grade%20%3D%20%271%27", 400, "filter_bad"),
        ("filter=no_such_part", 404, "unknown_filter"),
        ("filter=grade%3D1&filter-lang=sql", 400, "filter_lang"),
        ("filter=" + quote(" OR ".join(["grade = 1"] * 300)), 400, "filter_too_large"),
        ("filter=" + quote("(" * 500 + "grade = 1" + ")" * 500), 400, "filter_too_large"),
        ("filter=" + quote("NOT " * 200 + "(grade = 1)"), 400, "filter_too_large"),
        ("filter=" + "a" * 20_000, 400, "filter_too_large"),
        ("colour=red", 400, "parameter_unknown"),
        ("v=a&v=b", 400, "parameter_repeated"),
        ("v=" + "0" * 5000, 404, "version_gone"),
        ("v=%00", 422, "bad_text"),
        ("filter=name%3D%27%00%27", 422, "bad_text"),
        ("filter=pg_sleep(10)%3D1", 400, "filter_bad"),
        ("on=tomorrow", 400, "date_bad"),
        ("filter-lang=sql", 400, "filter_lang"),
        ("filter=overdue&on=tomorrow", 400, "date_bad"),
    ],
)
def test_what_cannot_be_used_is_named(query: str, status: int, code: str, client: TestClient) -> None:
    answer = client.get(f"{TILE}?{query}")
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert "SELECT" not in answer.text


def test_a_polygon_that_crosses_itself_is_refused_before_it_costs_anything(client: TestClient) -> None:
    star = [(120 + 1.5 * math.cos(2.399 * i), 29 + 1.5 * math.sin(2.399 * i)) for i in range(200)]
    ring = ",".join(f"{x:.3f} {y:.3f}" for x, y in [*star, star[0]])
    began = time.process_time()
    answer = client.get(
        f"/tiles/graded_object/0/0/0.mvt?filter={quote(f'S_INTERSECTS(geom,POLYGON(({ring})))')}"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "filter_bad")
    assert "自相交" in answer.json()["detail"]
    assert time.process_time() - began < 5  # mending it took minutes


@pytest.mark.parametrize(
    "address", ["05/26/13", "5/026/13", "+5/26/13", "5/2_6/13", "5/26/１３", "5/26.0/13", "5/-0/13"]
)
def test_a_tile_has_one_spelling(address: str, client: TestClient) -> None:
    assert client.get("/tiles/risk_zone/5/26/13.mvt").status_code == 200
    answer = client.get(f"/tiles/risk_zone/{address}.mvt")
    assert answer.status_code in (404, 422)
    assert answer.json()["code"] in ("no_such_tile", "bad_request")


def test_case_is_folded_on_both_sides_of_like(client: TestClient) -> None:
    whole = features(plain(client, TILE))["hazard_source"]
    way = quote("CASEI(code) LIKE CASEI('%" + whole[0]["id"].lower() + "')")
    found = features(plain(client, f"{TILE}?filter={way}"))["hazard_source"]
    assert [one["id"] for one in found] == [whole[0]["id"]]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=80),
        st.from_regex(
            r"[a-z]+ ?(=|<|LIKE|IN|BETWEEN) ?('[^']*'|\(.*\)|[0-9]+)( (AND|OR) .*)?", fullmatch=True
        ),
    )
)
def test_no_filter_is_a_fault_of_the_server(client: TestClient, text: str) -> None:
    answer = client.get(f"/tiles/shelter/14/13664/6742.mvt?filter={quote(text)}")
    assert answer.status_code in (200, 204, 400, 404, 422), (text, answer.text[:300])


def test_head_tells_what_get_would_send(client: TestClient) -> None:
    head, get = client.head(TILE), client.get(TILE)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["etag"] == get.headers["etag"]
    assert head.headers["content-length"] == get.headers["content-length"]
