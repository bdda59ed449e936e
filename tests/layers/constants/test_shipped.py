"""The shipped constants: complete, readable, each with source and confidence."""

from __future__ import annotations

import pytest

from layers.constants.model import Constants
from layers.constants.shipped import shipped
from layers.errors import NotFound


@pytest.mark.parametrize("key", list(shipped()))
def test_every_constant_has_a_title_a_source_and_a_confidence(key: str) -> None:
    row = shipped()[key]
    assert row.title.zh
    assert row.title.en
    assert row.source
    assert row.confidence in ("A", "B", "C")
    assert row.version == 1
    assert row.confirmed == (row.confidence == "A")


def test_a_set_is_as_new_as_its_newest_row_and_confirmed_when_all_rows_are() -> None:
    from dataclasses import replace

    rows = dict(shipped())
    assert str(shipped().set("lec")) == "lec@1"
    assert not shipped().set("lec").confirmed
    rows["lec.cutoffs"] = replace(rows["lec.cutoffs"], version=7, confirmed_by="某处")
    assert str(Constants(rows).set("lec")) == "lec@7"
    assert Constants(rows).set("lec").confirmed
    assert str(Constants(rows).set("ls-general")) == "ls-general@1"


def test_an_unknown_key_or_set_is_named() -> None:
    with pytest.raises(NotFound):
        shipped()["nothing.here"]
    with pytest.raises(NotFound):
        shipped().set("nothing")
    with pytest.raises(NotFound):
        shipped().number("lec.cutoffs")


def test_every_set_of_ls_cut_offs_that_an_industry_names_is_there() -> None:
    for row in shipped().under("ls.industry").values():
        assert f"{row.value}.cutoffs" in shipped()
