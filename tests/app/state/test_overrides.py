"""Zones set by hand: with reason, person and end; the members stay, and what has ended goes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.regrading import Regrader
from app.state import overrides
from app.state.audit import trail
from layers.errors import RiskmapError
from layers.store import current_versions

ZONE = ("risk_zone", "330102")
SAID: dict[str, Any] = {"reason": "罐区已停产清空", "person": "张三"}


def zone(regrader: Regrader) -> Any:
    layer = regrader.registry.vector(ZONE[0])
    with regrader.engine.connect() as connection:
        table = layer.table(str(current_versions(connection)[ZONE[0]].table_name))
        return connection.execute(table.select().where(table.c.code == ZONE[1])).mappings().one()


def day(regrader: Regrader, ahead: int) -> Any:
    with regrader.engine.connect() as connection:
        return overrides.today(connection) + timedelta(days=ahead)


def test_a_zone_set_by_hand_shows_colour_reason_person_and_end_beside_its_members(regrader: Regrader) -> None:
    before = zone(regrader)
    assert (before["grade"], before["overridden"]) == (1, False)
    until = day(regrader, 30)
    changes = regrader.override(*ZONE, 3, **SAID, until=until)
    assert [
        (o["key"], o["before"], o["after"]) for c in changes if c.after.layer == ZONE[0] for o in c.objects
    ] == [("330102", 1, 3)]
    now = zone(regrader)
    assert (now["grade"], now["worst_grade"], now["overridden"]) == (3, 1, True)
    assert (now["override_reason"], now["override_person"], now["override_until"]) == (
        "罐区已停产清空",
        "张三",
        until,
    )
    assert now["n_red"] == before["n_red"]
    with regrader.engine.connect() as connection:  # nothing else is computed for it
        made = connection.execute(text("SELECT layer FROM layer.version GROUP BY layer HAVING count(*) > 1"))
        assert [row.layer for row in made] == ["risk_zone"]
    assert now["because"].startswith("人工核定（张三")
    with regrader.engine.connect() as connection:
        [entry] = trail(connection)
    assert (entry["action"], entry["subject"], entry["person"]) == (
        "zone.override",
        "risk_zone/330102",
        "张三",
    )


def test_taking_it_back_shows_the_members_again_and_both_decisions_stay_on_record(regrader: Regrader) -> None:
    regrader.override(*ZONE, 3, **SAID, until=day(regrader, 1))
    with regrader.engine.connect() as connection:
        [one] = overrides.decisions(connection)
        assert one["holds"]
    regrader.withdraw(one["id"], person="李四")
    assert (zone(regrader)["grade"], zone(regrader)["overridden"]) == (1, False)
    with regrader.engine.connect() as connection:
        [gone] = overrides.decisions(connection)
        assert (gone["holds"], gone["withdrawn_by"]) == (False, "李四")
        assert [row["action"] for row in trail(connection)] == ["zone.withdraw", "zone.override"]
    with pytest.raises(RiskmapError, match="no open override"):
        regrader.withdraw(one["id"], person="李四")


def test_a_second_decision_takes_the_place_of_the_first(regrader: Regrader) -> None:
    regrader.override(*ZONE, 3, **SAID, until=day(regrader, 9))
    regrader.override(*ZONE, 2, reason="复核后提级", person="李四", until=day(regrader, 9))
    assert zone(regrader)["grade"] == 2
    with regrader.engine.connect() as connection:
        newest, first = overrides.decisions(connection)
    assert (newest["holds"], first["holds"], first["withdrawn_by"]) == (True, False, "李四")
    regrader.withdraw(newest["id"], person="李四")
    assert (zone(regrader)["grade"], zone(regrader)["overridden"]) == (1, False)


def test_a_decision_that_has_ended_is_settled(regrader: Regrader) -> None:
    regrader.override(*ZONE, 3, **SAID, until=day(regrader, 0))
    assert regrader.settle() == []
    with regrader.engine.begin() as connection:  # as if yesterday had been its last day
        connection.execute(text("UPDATE app.zone_override SET until = until - 1"))
    [change] = regrader.settle()
    assert [(o["key"], o["before"], o["after"]) for o in change.objects] == [("330102", 3, 1)]
    assert zone(regrader)["grade"] == 1
    assert regrader.settle() == []


def test_a_decision_made_while_somebody_loads_is_on_record_and_settled_later(
    regrader: Regrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.regrading.WAITS_S", ())
    with regrader.engine.connect() as loading:
        loading.execute(text("SELECT pg_advisory_xact_lock(hashtext('riskmap.load.risk_zone'))"))
        with pytest.raises(RiskmapError) as caught:
            regrader.override(*ZONE, 3, **SAID, until=day(regrader, 3))
        assert caught.value.code == "regrade_later"
        assert zone(regrader)["grade"] == 1
    regrader.settle()
    assert zone(regrader)["grade"] == 3


@pytest.mark.parametrize(
    ("layer", "key", "grade", "more", "code"),
    [
        (*ZONE, 3, {"person": ""}, "missing_person"),
        (*ZONE, 3, {"person": "\u200b"}, "missing_person"),
        (*ZONE, 3, {"reason": " "}, "missing_reason"),
        (*ZONE, 3, {"reason": "\u200b\u202e"}, "missing_reason"),
        (*ZONE, 0, {}, "bad_grade"),
        (*ZONE, 5, {}, "bad_grade"),
        ("risk_zone", "999999", 3, {}, "no_item"),
        ("hazard_source", "A1", 3, {}, "wrong_kind"),
        ("nothing", "A1", 3, {}, "unknown_layer"),
    ],
)
def test_a_decision_that_cannot_be_is_named_and_changes_nothing(
    regrader: Regrader, layer: str, key: str, grade: int, more: dict[str, str], code: str
) -> None:
    with pytest.raises(RiskmapError) as caught:
        regrader.override(layer, key, grade, **{**SAID, **more}, until=day(regrader, 3))
    assert caught.value.code == code
    assert zone(regrader)["grade"] == 1


@pytest.mark.parametrize("ahead", [-1, 400])
def test_the_last_day_lies_from_today_to_a_year_on(regrader: Regrader, ahead: int) -> None:
    with pytest.raises(RiskmapError) as caught:
        regrader.override(*ZONE, 3, **SAID, until=day(regrader, ahead))
    assert caught.value.code == "bad_until"
