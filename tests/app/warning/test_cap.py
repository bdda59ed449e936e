"""The message of a warning is CAP 1.2: by the schema of OASIS, and by the rules that a schema cannot say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.around.params import AroundParams
from app.state.warnings import VALID
from app.warning.cap import CATEGORY, SEVERITY, cap_xml
from app.warning.draft import COLOURS, EVENTS

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "CAP-v1.2.xsd")
ODD = "<b>&amp;]]>\x01\x0b\ufffe\u202e\u200b𠮷 é"
NAMES = ("event", "senderName", "headline", "description", "instruction")
HAZARDS = (None, *EVENTS)

words = st.text(max_size=40)
EARLIER = "33000000000000,33000000000000_20261129014400_0,2026-11-29T01:44:00+08:00"
moments = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
degrees = st.tuples(st.floats(118, 123), st.floats(27, 32))
TRIANGLE = [(120, 30), (121, 30), (121, 31), (120, 30)]
rings = st.lists(degrees, min_size=3, max_size=12).map(lambda corners: [*corners, corners[0]])
places = st.fixed_dictionaries(
    {"code": st.from_regex(r"\d{6}", fullmatch=True), "name": words, "name_en": words | st.none()}
)


@st.composite
def warnings(draw: st.DrawFn) -> dict[str, Any]:
    """Rows of warnings as they may stand in the database, with whatever people and files put into the words."""
    hazard = draw(st.sampled_from(HAZARDS))
    drafted = draw(moments)
    texts = {name + suffix: draw(words) for name in NAMES for suffix in ("", "_en")}
    event = EVENTS.get(hazard or "", EVENTS["fire"])
    return {
        "identifier": "33000000000000_20261129014500_0",
        "sender": "33000000000000",
        "refers_to": draw(st.none() | st.just(EARLIER)),
        "hazard": hazard,
        "colour": draw(st.sampled_from(list(COLOURS))),
        "texts": texts | {"event": event.zh, "event_en": event.en},
        "area": {
            "places": draw(st.lists(places, max_size=3)),
            "polygons": draw(st.lists(rings, min_size=1, max_size=2)),
        },
        "drafted_at": drafted,
        "expires_at": drafted + VALID,
        "approved_at": draw(st.none() | st.just(drafted + timedelta(minutes=5))),
    }  # fmt: skip


def check(xml: str) -> ET.Element:
    """Hold a message against the schema, and against chapter 3.2 of the standard, clause by clause."""
    SCHEMA.validate(xml)
    alert = ET.fromstring(xml)  # noqa: S314 - our own
    for name in ("identifier", "sender"):  # 3.2.1: no spaces, commas or restricted characters (< and &)
        assert re.fullmatch(r"[^\s,<&]+", str(alert.findtext(CAP + name)))
    for triple in str(alert.findtext(f"{CAP}references") or "").split():  # 3.2.1: sender,identifier,sent
        assert re.fullmatch(r"[^\s,<&]+,[^\s,<&]+,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", triple)
    # 3.2.1: an Update refers to what it updates, and an Exercise says in its note what it is
    assert (alert.findtext(f"{CAP}msgType") == "Update") == (alert.find(f"{CAP}references") is not None)
    assert (alert.findtext(f"{CAP}status") == "Exercise") == (alert.find(f"{CAP}note") is not None)
    infos = alert.findall(f"{CAP}info")
    assert len({one.findtext(f"{CAP}language") for one in infos}) == len(
        infos
    )  # 3.2.2: one block for each language
    # 3.2.2: blocks of one message have the same category and the like
    same = ("category", "urgency", "severity", "certainty", "effective", "expires")
    assert len({tuple(one.findtext(CAP + name) for name in same) for one in infos}) == 1
    for info in infos:
        assert info.findtext(f"{CAP}event")
        assert str(info.findtext(f"{CAP}effective")) < str(info.findtext(f"{CAP}expires"))
    for ring in alert.iter(
        f"{CAP}polygon"
    ):  # 3.2.4: at least four pairs "lat,lon", the first and the last alike
        pairs = str(ring.text).split(" ")
        assert len(pairs) >= 4
        assert pairs[0] == pairs[-1]
        assert all(
            -90 <= float(lat) <= 90 and -180 <= float(lon) <= 180
            for lat, lon in (one.split(",") for one in pairs)
        )
    assert all(one.findtext(f"{CAP}areaDesc") for one in alert.iter(f"{CAP}area"))
    return alert


@given(warnings())
def test_whatever_the_words_are_the_message_is_cap(warning: dict[str, Any]) -> None:
    check(cap_xml(warning))


@given(words)
@example(ODD)
def test_words_come_through_but_for_what_xml_cannot_hold(said: str) -> None:
    drafted = datetime(2026, 11, 29, tzinfo=UTC)
    texts = {name + suffix: said for name in NAMES for suffix in ("", "_en")}
    warning = {
        "identifier": "1", "sender": "1", "refers_to": None, "hazard": "fire", "colour": "red",
        "texts": texts | {"event": "火灾", "event_en": "fire"}, "drafted_at": drafted, "approved_at": None,
        "area": {"places": [], "polygons": [TRIANGLE]}, "expires_at": drafted + VALID,
    }  # fmt: skip
    found = check(cap_xml(warning)).findtext(f".//{CAP}headline") or ""
    held = "".join(one for one in said if one in "\t\n\r" or (one >= " " and one not in "\ufffe\uffff"))
    assert found == held.strip().replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_warning_of_each_kind_is_cap_drafted_approved_and_updated(
    desk: TestClient, hazard: str | None
) -> None:
    body = {"lon": 121.55, "lat": 29.87, "person": "张三", "title": ODD, "hazard": hazard}
    incident = desk.post("/api/incidents", json=body).json()
    for colour in ("blue", "red"):
        sent = {"person": "张三", "colour": colour}
        draft = desk.post(f"/api/incidents/{incident['id']}/warnings", json=sent).json()
        path = f"/api/warnings/{draft['id']}"
        check(desk.get(f"{path}/cap.xml").text)
        odd = {
            "person": "张三",
            "rev": draft["rev"],
            "headline": f"{ODD}\x00标题",
            "description": f"一\x00\n二{ODD}",
        }
        changed = desk.patch(path, json=odd)
        assert changed.status_code == 200, changed.text
        assert changed.json()["texts"]["description"].startswith("一\n二<b>")
        assert (
            desk.post(f"{path}/approve", json={"person": "李四", "rev": changed.json()["rev"]}).status_code
            == 200
        )
        alert = check(desk.get(f"{path}/cap.xml").text)
        assert alert.findtext(f"{CAP}status") == "Actual"
    assert alert.findtext(f"{CAP}msgType") == "Update"


def test_every_kind_of_hazard_that_can_be_chosen_has_a_category_and_an_event() -> None:
    kinds = AroundParams.model_json_schema()["properties"]["hazard"]["anyOf"][0]["enum"]
    assert set(kinds) == set(EVENTS) == set(CATEGORY)
    assert set(COLOURS) == set(SEVERITY)
