"""Changing and signing constants: versions, who and why, and what changes colour."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.regrading import Regrader
from app.state.audit import trail
from app.state.constants import confirm
from app.state.prepare import prepare
from layers.constants.shipped import shipped
from layers.constants.store import current_constants, history
from layers.errors import BadInput, NotFound, RiskmapError

PERSON = {"person": "张三", "reason": "厅发〔2026〕1 号"}


def grades(regrader: Regrader, layer_id: str) -> dict[str, Any]:
    layer = regrader.registry.vector(layer_id)
    with regrader.engine.connect() as connection:
        from layers.store import current_versions

        table = layer.table(str(current_versions(connection)[layer_id].table_name))
        found = connection.execute(table.select()).mappings().all()
    return {row[layer.key]: row for row in found}


def test_the_table_is_seeded_with_what_is_shipped_and_preparing_again_adds_nothing(
    regrader: Regrader,
) -> None:
    prepare(regrader.engine)
    with regrader.engine.connect() as connection:
        standing = current_constants(connection)
        assert connection.execute(text("SELECT count(*) FROM app.constant")).scalar() == len(shipped())
    assert standing.version == 1
    assert {k: r.value for k, r in standing.items()} == {k: r.value for k, r in shipped().items()}


def test_a_change_is_a_new_version_that_regrades_and_names_what_changed_colour(regrader: Regrader) -> None:
    assert grades(regrader, "hazard_source")["A4"]["grade"] == 2  # 4 x 4 = 16
    assert grades(regrader, "risk_zone")["330106"]["grade"] == 3  # 2 x 2 = 4
    changes = regrader.set_constant("ls-general.cutoffs", ">=15:1; >=10:2; >=5:3; >=1:4", **PERSON)
    found = {one.after.layer: one for one in changes}
    sources = found["hazard_source"]
    assert [(o["key"], o["before"], o["after"]) for o in sources.objects] == [("A4", 2, 1), ("B1", 3, 4)]
    assert [(c["before"], c["after"], c["count"]) for c in sources.counts] == [(2, 1, 1), (3, 4, 1)]
    assert [(o["key"], o["before"], o["after"]) for o in found["risk_zone"].objects] == [("330106", 3, 4)]
    now = grades(regrader, "hazard_source")
    assert now["A4"]["grade_cutoffs"] == "ls-general@2"
    assert now["A2"]["grade_cutoffs"] == "chemical-firm-2018@1"  # what did not use it keeps its version
    with regrader.engine.connect() as connection:
        assert [row.version for row in history(connection, "ls-general.cutoffs")] == [2, 1]
        assert str(current_constants(connection, 1)["ls-general.cutoffs"].value).startswith(">=20:1")
        [entry] = trail(connection)
        kept = connection.execute(
            text("SELECT person, message FROM layer.load WHERE layer = 'hazard_source' AND kind = 'derived'")
        )
        assert [row.person for row in kept] == ["张三"]
    assert (entry["person"], entry["action"], entry["subject"]) == (
        "张三",
        "constant.set",
        "ls-general.cutoffs",
    )


def test_an_industry_can_be_given_its_own_cut_off_set(regrader: Regrader) -> None:
    regrader.set_constant("ls-wood.cutoffs", ">=16:1; >=4:2; >=2:3; >=1:4", **PERSON)
    changes = regrader.set_constant("ls.industry.木业", "ls-wood", **PERSON)
    assert {
        (o["key"], o["after"]) for c in changes if c.after.layer == "hazard_source" for o in c.objects
    } == {("A4", 1), ("B1", 2)}
    assert grades(regrader, "hazard_source")["A4"]["grade_cutoffs"] == "ls-wood@2"


def test_a_change_that_changes_no_grade_names_nothing(regrader: Regrader) -> None:
    assert regrader.set_constant("plan.low_moderate_parks", "0.85", **PERSON) == []


@pytest.mark.parametrize(
    ("key", "value", "more", "code"),
    [
        ("ls-general.cutoffs", "20", {}, "bad_constant"),
        ("ls-general.cutoffs", ">=20:5", {}, "bad_constant"),
        ("ls-general.cutoffs", ">=20:1; >=30:2", {}, "bad_constant"),
        ("gb18218-2018.colour.1", "7", {}, "bad_constant"),
        ("gb18218-2018.q.7782-50-5", "five", {}, "bad_constant"),
        ("gb18218-2018.q.7782-50-5", "5", {}, "same_constant"),
        ("colours.1", "#000000", {}, "fixed_constant"),
        ("nothing.here", "1", {}, "unknown_constant"),
        ("gb18218-2018.q.67-64-2", "5", {}, "unknown_constant"),  # the check digit is wrong
        ("ls.industry.", "ls-shandong", {}, "unknown_constant"),
        ("zones.cell", "0", {}, "bad_constant"),
        ("ls-general.cutoffs", ">=21:1; >=1:4", {"person": " "}, "missing_person"),
        ("ls-general.cutoffs", ">=21:1; >=1:4", {"reason": ""}, "missing_reason"),
        ("ls-general.cutoffs", ">=21:1; >=1:4", {"confidence": "D"}, "bad_constant"),
    ],
)
def test_a_change_that_cannot_be_is_named_and_changes_nothing(
    regrader: Regrader, key: str, value: str, more: dict[str, str], code: str
) -> None:
    with pytest.raises(RiskmapError) as caught:
        regrader.set_constant(key, value, **{**PERSON, **more})
    assert caught.value.code == code
    with regrader.engine.connect() as connection:
        assert current_constants(connection).version == 1


def test_a_signed_set_is_confirmed_and_a_change_takes_the_signature_off(regrader: Regrader) -> None:
    with regrader.engine.begin() as connection:
        assert confirm(connection, "ls-general", person="李四") == ["ls-general.cutoffs"]
        assert confirm(connection, "ls-general", person="李四") == []
        assert current_constants(connection).set("ls-general").confirmed
    regrader.set_constant("ls-general.cutoffs", ">=21:1; >=1:4", **PERSON)
    with regrader.engine.connect() as connection:
        assert not current_constants(connection).set("ls-general").confirmed
        assert [row.confirmed_by for row in history(connection, "ls-general.cutoffs")] == [None, "李四"]


def test_only_somebody_can_sign_and_only_what_is_there(regrader: Regrader) -> None:
    with regrader.engine.begin() as connection:
        with pytest.raises(BadInput):
            confirm(connection, "lec", person="")
        with pytest.raises(NotFound):
            confirm(connection, "nothing", person="李四")
