"""Which layer a file is meant for: its name, its columns and its values speak; what is not plain is asked."""

from __future__ import annotations

import pytest

from etl.loads.choices import LAYER_GUESSED
from etl.loads.ranking import Fit, clear_choice, rank_layers
from etl.sources.model import Column, TableFacts
from layers.registry import discover
from tests.etl.loads.conftest import Desk, shelters

REGISTRY = discover()
SHELTER = ("编号", "名称", "级别", "可安置人数", "地址", "联系电话")


def ranked(file: str, *columns: str, geometry: str = "point", **cells: str) -> list[Fit]:
    """Rank the layers for a table with these columns; ``cells`` are its first row."""
    names = [*columns, *cells]
    shown = [dict.fromkeys(names) | cells]
    table = TableFacts(
        file, "shapefile", geometry=geometry, columns=[Column(n) for n in names], rows_shown=shown
    )  # type: ignore[arg-type]
    return rank_layers(REGISTRY, file, table)


def chosen(fits: list[Fit]) -> str | None:
    clear = clear_choice(fits)
    return clear.layer.id if clear else None


@pytest.mark.parametrize(
    "file", ["避灾点2024.shp", "BiZaiDian_2024.shp", "宁波市应急避难场所.shp", "shelter.gpkg"]
)
def test_a_file_named_after_its_content_with_its_columns_is_plain(file: str) -> None:
    fits = ranked(file, *SHELTER)
    assert chosen(fits) == "shelter"
    assert "6 个字段对上" in fits[0].why.zh
    assert "6 fields fit" in fits[0].why.en


def test_the_reason_names_the_word_of_the_file() -> None:
    assert ranked("避灾点2024.shp", *SHELTER)[0].why.zh == "文件名含“避灾点”；6 个字段对上"


def test_without_a_name_the_columns_rank_and_a_person_chooses() -> None:
    fits = ranked("导出_20240301.shp", *SHELTER)
    assert chosen(fits) is None
    assert fits[0].layer.id == "shelter"


def test_a_name_that_its_columns_do_not_bear_out_is_asked() -> None:
    fits = ranked("避灾点2024.shp", "OBJECTID", "SHAPE_LENG")
    assert chosen(fits) is None
    assert "缺必填的" in fits[0].why.zh


def test_where_a_name_speaks_for_two_layers_the_columns_tell() -> None:
    fits = ranked("学校避灾点.shp", *SHELTER)
    assert {fit.layer.id for fit in fits if fit.word} == {"shelter", "sensitive_target"}
    assert chosen(fits) == "shelter"
    assert chosen(ranked("学校避灾点.shp", "编号", "名称")) is None


def test_a_name_of_no_layer_speaks_for_none() -> None:
    assert all(fit.word is None for fit in ranked("殡仪馆.shp", "名称", "编号"))
    assert chosen(ranked("殡仪馆.shp", "名称", "编号")) is None


def test_values_of_a_code_list_speak_for_its_layer_and_others_against() -> None:
    def score(value: str) -> float:
        fits = ranked("a.shp", "编号", "名称", 场所级别=value)
        return next(fit.score for fit in fits if fit.layer.id == "shelter")

    assert score("村级") > score("") > score("一级重大")


def test_areas_do_not_go_into_a_layer_of_points() -> None:
    fits = ranked("避灾点2024.shp", *SHELTER, geometry="polygon")
    assert chosen(fits) is None
    assert fits[0].layer.geometry == "polygon"
    assert {fit.layer.id for fit in fits} == {layer.id for layer in REGISTRY.values() if not layer.derived}


def test_a_plain_file_goes_on_and_says_why_and_a_person_may_choose_another(desk: Desk) -> None:
    load = desk.stage(shelters(3), layer="")
    load.layer, load.file = None, "避灾点2024.csv"
    load.facts = load.survey.tables[0]  # type: ignore[union-attr]
    desk.sql_do("UPDATE layer.load SET layer = NULL, file = '避灾点2024.csv' WHERE id = :id", id=load.id)
    found = desk.loader.advance(load.id)
    assert (found.layer, found.state, found.questions) == ("shelter", "checked", [])
    [finding] = [f for f in found.survey.findings if f.code == LAYER_GUESSED]  # type: ignore[union-attr]
    assert "文件名含“避灾点”" in finding.zh
    assert "the file name has" in finding.en
    desk.loader.amend(load.id, layer="landing_point", patch={})
    other = desk.loader.advance(load.id)
    assert other.layer == "landing_point"
    assert [f for f in other.survey.findings if f.code == LAYER_GUESSED] == []  # type: ignore[union-attr]


def test_a_file_that_is_not_plain_is_asked_with_the_best_first(desk: Desk) -> None:
    load = desk.stage(shelters(3), layer="")
    desk.sql_do("UPDATE layer.load SET layer = NULL WHERE id = :id", id=load.id)
    found = desk.loader.advance(load.id)
    assert (found.layer, found.state) == (None, "staged")
    [asked] = found.questions
    assert asked["options"][0]["set"] == {"layer": "shelter"}
    assert asked["options"][0]["zh"] == "避灾安置场所：4 个字段对上"
