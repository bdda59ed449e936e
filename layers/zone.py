"""The fields of a zone, shared by counties, towns, parks and grid squares: the worst member decides, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layers.fields import COUNTY_CODE
from layers.grading.grade import grade_legend
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Json, Text, Theme
from layers.style import graded_area, layer
from layers.theme import TOKENS
from layers.units import SITES

LEGEND = grade_legend()
COUNTS = (
    ("n_red", 1, Text("重大", "Major")),
    ("n_orange", 2, Text("较大", "High")),
    ("n_yellow", 3, Text("一般", "Moderate")),
    ("n_blue", 4, Text("低", "Low")),
    ("n_ungraded", None, Text("未评定", "Not graded")),
)
"""Field, colour and title of the counts of members."""


def zone_fields(within: Text, *more: Field) -> tuple[Field, ...]:
    """Return the fields of a zone; ``within`` names the area it is said to lie in."""
    return (
        Field(name="code", title=Text("编号", "Code"), required=True),
        Field(name="name", title=Text("名称", "Name"), required=True),
        Field(name="city", title=within),
        Field(name="county_code", title=COUNTY_CODE.title, popup=False),
        Field(name="grade", title=Text("风险等级", "Grade"), type=FieldType.INTEGER, format="grade"),
        Field(
            name="worst_grade",
            title=Text("最差成员的等级", "Grade of the worst member"),
            type=FieldType.INTEGER,
            format="grade",
        ),
        Field(name="because", title=Text("因为", "Because of")),
        Field(name="because_en", title=Text("因为（英文）", "Because of"), popup=False),
        *(Field(name=n, title=title, type=FieldType.INTEGER, unit=SITES) for n, _, title in COUNTS),
        Field(name="graded_on", title=Text("最近评定日期", "Last assessed"), type=FieldType.DATE),
        Field(name="overridden", title=Text("人工核定", "Set by hand"), type=FieldType.BOOLEAN),
        Field(name="override_reason", title=Text("核定理由", "Reason of the override"), format="text"),
        Field(name="override_person", title=Text("核定人", "Set by")),
        Field(name="override_until", title=Text("核定有效至", "Override ends"), type=FieldType.DATE),
        *more,
    )


def draw_zones(layer_id: str, theme: Theme, **how: Any) -> list[Json]:
    """Draw the four colours with their hatches, and a broken ink border round zones that were set by hand."""
    by_hand = layer(
        layer_id,
        "by-hand",
        "line",
        "line",
        filter=["==", ["get", "overridden"], True],
        paint={"line-color": TOKENS[theme]["ink"], "line-width": 2.5, "line-dasharray": [2, 1.5]},
    )
    return [*graded_area(layer_id, LEGEND, theme, **how), by_hand]


def zone_layer(
    layer_id: str,
    title: Text,
    description: Text,
    *,
    members: str,
    within: Text,
    order: int,
    visible: bool = False,
    fields: Sequence[Field] = (),
    line_minzoom: float = 0,
    minzoom: int = 0,
    text_minzoom: int = 0,
    adjoining: bool = False,
) -> VectorLayer:
    """Return a layer of zones; ``members`` is the field of graded objects that names the zone each belongs to."""
    return VectorLayer(
        id=layer_id,
        title=title,
        description=description,
        group="risk",
        order=order,
        visible=visible,
        minzoom=minzoom,
        derived=True,
        shape="polygon",
        key="code",
        legend=LEGEND,
        tile_fields=("overridden",),
        text_fields=("name",),
        text_minzoom=text_minzoom,
        adjoining=adjoining,
        fields=zone_fields(within, *fields),
        members=members,
        draw=lambda theme: draw_zones(layer_id, theme, line_minzoom=line_minzoom),
    )
