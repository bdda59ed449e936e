"""What a validation found is said in Chinese too."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from etl.loads.profile import Profile
from etl.manifest import Manifest
from layers.wrong_values import wrong_values


class Site(BaseModel):
    lon: float


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    minutes: int = Field(15, ge=0, le=240)
    speed: Annotated[float, Field(gt=0, lt=1000, allow_inf_nan=False)] = 200
    name: str = Field("x", min_length=1, max_length=5, pattern="^[a-z]+$")
    mode: Literal["one", "two"] = "one"
    sites: list[Site] = Field([], max_length=1)
    day: date = date(2026, 1, 1)
    at: AwareDatetime = datetime.fromisoformat("2026-01-01T00:00+08:00")
    shown: bool = True
    words: dict[str, str] = {}


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"minutes": "many"}, "minutes", "应为整数"),
        ({"minutes": 1.5}, "minutes", "应为整数，不能有小数"),
        ({"minutes": -1}, "minutes", "应不小于 0"),
        ({"minutes": 500}, "minutes", "应不大于 240"),
        ({"speed": "fast"}, "speed", "应为数字"),
        ({"speed": 0}, "speed", "应大于 0"),
        ({"speed": 1000}, "speed", "应小于 1000"),
        ({"speed": float("nan")}, "speed", "应为有限的数字"),
        ({"name": 5}, "name", "应为文字"),
        ({"name": ""}, "name", "至少 1 个字符"),
        ({"name": "abcdef"}, "name", "最多 5 个字符"),
        ({"name": "A{b}"}, "name", "格式不符（^[a-z]+$）"),
        ({"mode": "three"}, "mode", "应为其中之一：'one' 或 'two'"),
        ({"sites": 5}, "sites", "应为列表"),
        ({"sites": [{}]}, "sites.0.lon", "缺少这一项"),
        ({"sites": [{"lon": 1}, {"lon": 2}]}, "sites", "最多 1 项"),
        ({"sites": ["x"]}, "sites.0", "应为键与值的对象"),
        ({"day": "soon"}, "day", "应为日期，如 2026-08-01"),
        ({"at": "2026-01-01T00:00"}, "at", "时刻须带时区，如 +08:00"),
        ({"at": "noon"}, "at", "应为日期和时刻，如 2026-08-01T08:30:00+08:00"),
        ({"shown": "perhaps"}, "shown", "应为 true 或 false"),
        ({"words": []}, "words", "应为键与值的对象"),
        ({"colour": "red"}, "colour", "没有这一项"),
    ],
)
def test_each_kind_of_wrong_value_is_said_in_chinese(sent: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Asked.model_validate(sent)
    [wrong] = wrong_values(caught.value.errors())
    assert (wrong.field, wrong.zh) == (field, said)
    assert wrong.en == caught.value.errors()[0]["msg"]


@pytest.mark.parametrize("model", [Profile, Manifest])
def test_every_fault_of_the_files_people_write_is_said_without_english(model: type[BaseModel]) -> None:
    for sent in ("none", 5, [None], {"a": []}):
        for name in model.model_fields:
            try:
                model.model_validate({name: sent})
            except ValidationError as error:
                for wrong in wrong_values(error.errors()):
                    assert not re.search("Input|should|valid", wrong.zh), (name, wrong)


def test_an_error_that_is_not_known_keeps_what_pydantic_says() -> None:
    error = {"type": "of_tomorrow", "loc": ("query", "p"), "msg": "Input should be {odd} or even", "ctx": {}}
    [wrong] = wrong_values([error], skip=1)
    assert wrong.field == "p"
    assert wrong.zh == "不符合要求（Input should be {odd} or even）"


def test_an_error_without_the_context_it_should_have_keeps_what_pydantic_says() -> None:
    [wrong] = wrong_values([{"type": "greater_than", "loc": ("p",), "msg": "Input should be greater"}])
    assert wrong.zh == "不符合要求（Input should be greater）"
