"""Descriptions of placemarks as phone apps write them."""

from __future__ import annotations

import pytest

from etl.sources.kml_description import LONGEST, described

TABLE = "<table><tr><th>编号</th><td>B001</td></tr><tr><td>容量</td><td><b>120</b></td></tr></table>"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("编号：B001<br/>级别：村级<br>容量: 120", {"编号": "B001", "级别": "村级", "容量": "120"}),
        ("编号：B001\n\n备注：甲：乙\n", {"编号": "B001", "备注": "甲：乙"}),
        (TABLE, {"编号": "B001", "容量": "120"}),
        ("<p>负责人：张三&amp;李四</p>", {"负责人": "张三&李四"}),
        ("电话：1<br>电话：2", {"电话": "1"}),
    ],
)
def test_named_values_are_read(text: str, values: dict[str, str]) -> None:
    assert list(described(text).items()) == list(values.items())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "红色屋顶",
        "http://example.org/a",
        "8:30 集合",
        "<img src='a.jpg'/>",
        "甲：乙\n丙\n丁",
        "甲：" + "乙" * LONGEST,
    ],
)
def test_a_description_that_is_prose_gives_nothing(text: str) -> None:
    assert described(text) == {}
