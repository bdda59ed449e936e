"""The one search box over HTTP, on the demo's full data."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings


def ask(client: TestClient, q: str, **more: Any) -> Any:
    answer = client.get("/api/search", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def first(client: TestClient, q: str, **more: Any) -> Any:
    return ask(client, q, **more)["hits"][0]


def test_a_coordinate_is_answered_with_its_readings(client: TestClient) -> None:
    found = ask(client, "29°52′12″N 121°33′E")
    assert (found["readings"][0]["lon"], found["readings"][0]["lat"]) == (
        pytest.approx(121.55),
        pytest.approx(29.87),
    )
    assert found["hits"] == []


def test_a_county_comes_before_all_that_is_named_after_it(client: TestClient) -> None:
    hit = first(client, "镇海")
    assert (hit["layer"], hit["name"], hit["areas"]) == ("admin_area", "镇海区", ["宁波市"])


@pytest.mark.parametrize("typed", ["zhenhaiqu", "zhq", "Zhenhai", "镇hai", "正海区", "镇海趣", "330211"])
def test_pinyin_english_sound_slips_and_codes_lead_to_it_too(client: TestClient, typed: str) -> None:
    assert "镇海区" in [hit["name"] for hit in ask(client, typed, limit=20)["hits"]]


def test_a_code_that_is_gone_leads_to_its_successors(client: TestClient) -> None:
    names = [hit["name"] for hit in ask(client, "330104", limit=5)["hits"]]
    assert "上城区" in names


def test_words_may_name_an_object_and_the_area_it_lies_in(client: TestClient) -> None:
    hit = first(client, "宁波 镇海 园区")
    assert hit["layer"] == "chemical_park"
    assert hit["areas"] == ["宁波市", "镇海区"]


@pytest.mark.parametrize("typed", ["宁波镇海", "nbzhenhai", "宁波镇海区"])
def test_an_area_written_before_a_name_without_a_space_is_understood(client: TestClient, typed: str) -> None:
    assert first(client, typed)["name"] == "镇海区"


@pytest.mark.parametrize("typed", ["浙江省宁波市镇海区骆驼街道", "宁波市镇海区骆驼", "骆驼街道"])
def test_a_whole_address_leads_to_its_last_part(client: TestClient, typed: str) -> None:
    hit = first(client, typed)
    assert (hit["name"], hit["areas"]) == ("骆驼", ["宁波市", "镇海区"])


@pytest.mark.parametrize(("typed", "name"), [("hz", "州市"), ("nb", "宁波市"), ("镇海", "镇海区")])
def test_of_areas_that_match_alike_the_larger_comes_first(client: TestClient, typed: str, name: str) -> None:
    assert first(client, typed)["name"].endswith(name)


@pytest.mark.parametrize("typed", ["30.28, 200", "0,0", "95.1, 99.2"])
def test_what_is_meant_as_a_coordinate_is_not_looked_for_among_codes(client: TestClient, typed: str) -> None:
    assert ask(client, typed)["hits"] == []


def test_of_two_alike_the_nearer_comes_first(client: TestClient) -> None:
    there = first(client, "避灾安置点001", near="120.1,30.9")
    other = first(client, "避灾安置点001", near="120.6,27.9")
    assert there["lat"] > 30.3
    assert other["lat"] < 28.5


def test_what_is_unknown_gets_the_nearest_spellings_and_says_so(client: TestClient) -> None:
    found = ask(client, "舟山普陀山鸡场")
    assert found["about"]
    assert found["hits"][0]["name"] == "舟山普陀山机场"
    assert ask(client, "没有这样的名字啊")["hits"] == []


def test_what_looks_like_a_coordinate_and_is_none_says_why(client: TestClient) -> None:
    fault = ask(client, "29.87, 221.55")["fault"]
    assert fault["code"] == "bad_coordinate"
    assert "221.55" in fault["detail"]


@pytest.mark.parametrize(
    "q",
    ["", "  ", "'; DROP TABLE layer.version; --", "%%%", "\x00", "<img src=x onerror=alert(1)>", "😀" * 90],
)
def test_any_text_is_answered(client: TestClient, q: str) -> None:
    assert ask(client, q)["total"] == 0


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"q": "x" * 401}, "bad_request"),
        ({"q": "x", "limit": 51}, "bad_request"),
        ({}, "bad_request"),
        ({"q": "x", "near": "1"}, "bad_place"),
        ({"q": "x", "near": "nan,1"}, "bad_place"),
        ({"q": "x", "near": "181,1"}, "bad_place"),
    ],
)
def test_a_bad_question_is_named(client: TestClient, params: dict[str, Any], code: str) -> None:
    answer = client.get("/api/search", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_an_empty_database_is_searched_too(empty_settings: Settings) -> None:
    with TestClient(create_app(empty_settings)) as client:
        assert ask(client, "29.87,121.55")["readings"][0]["inside"]
        found = ask(client, "镇海")
    assert (found["readings"], found["hits"], found["versions"]) == ([], [], {})


@pytest.mark.parametrize(
    ("typed", "city"),
    [
        *[("nignbo", "宁波市"), ("hangzou", "杭州市"), ("wenzhuo", "温州市"), ("jiaxng", "嘉兴市")],
        *[
            ("ningbp", "宁波市"),
            ("ningvo", "宁波市"),
            ("quhzou", "衢州市"),
            ("zhhuji", "诸暨市"),
            ("rian", "瑞安市"),
        ],
        *[("cixo", "慈溪市"), ("yueqign", "乐清市"), ("yinzhu", "鄞州区"), ("beilunwu", "北仑区")],
    ],
)
def test_a_slip_inside_the_pinyin_still_leads_to_the_city(client: TestClient, typed: str, city: str) -> None:
    found = ask(client, typed)
    assert city in [hit["name"] for hit in found["hits"][:3]]


@pytest.mark.parametrize(("typed", "name"), [("huzhou", "湖州市"), ("yuhan", "余杭区"), ("nbhg", "宁波")])
def test_what_is_spelt_right_comes_before_what_is_a_slip_away(
    client: TestClient, typed: str, name: str
) -> None:
    hits = ask(client, typed)["hits"]
    assert hits[0]["match"] != "slip"
    assert name in hits[0]["name"] + "".join(hits[0]["areas"])


def test_a_long_text_is_searched_to_its_end_and_words_left_out_are_owned_up_to(client: TestClient) -> None:
    name = first(client, "镇海区")["name"]
    assert ask(client, f"{name}{'的' * 60}")["hits"] == []
    assert not ask(client, "镇海 园区")["cut"]
    assert ask(client, "镇海 园区 a b c d e")["cut"]


@pytest.mark.parametrize("typed", ["\u200b镇海区", "\u202e镇海区", "镇\ufeff海区"])
def test_characters_that_cannot_be_seen_do_not_hide_a_name(client: TestClient, typed: str) -> None:
    assert first(client, typed)["name"] == "镇海区"


@pytest.mark.parametrize("typed", ["\ufeff29.95,121.7", "121.7\u200b,29.95", "29.95\t121.7"])
def test_nor_a_coordinate(client: TestClient, typed: str) -> None:
    reading = ask(client, typed)["readings"][0]
    assert (reading["lon"], reading["lat"]) == (121.7, 29.95)
