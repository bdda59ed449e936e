"""Risk zones by county: the worst graded hazard source decides, with counts per colour and the reason."""

from layers.grading.grade import grade_legend
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Json, Text, Theme
from layers.style import graded_area
from layers.units import SITES

LEGEND = grade_legend()


def draw(theme: Theme) -> list[Json]:
    """Draw the four colours with their hatches."""
    return graded_area("risk_zone", LEGEND, theme)


LAYER = VectorLayer(
    id="risk_zone",
    title=Text("风险分区（县级）", "Risk zones (county)"),
    description=Text(
        "县域内最高等级的危险源决定分区颜色（就高）；没有评定结果的县为无数据，不推算。",
        "The worst graded hazard source in a county decides its colour; a county without grades is 'no data'.",
    ),
    group="risk",
    order=30,
    derived=True,
    shape="polygon",
    key="code",
    legend=LEGEND,
    tile_fields=("name",),
    fields=(
        Field(name="code", title=Text("行政区划代码", "GB/T 2260 code"), required=True),
        Field(name="name", title=Text("名称", "Name"), required=True),
        Field(name="city", title=Text("所属市", "City")),
        Field(name="grade", title=Text("风险等级", "Grade"), type=FieldType.INTEGER, format="grade"),
        Field(name="because", title=Text("因为", "Because of")),
        Field(name="because_en", title=Text("因为（英文）", "Because of"), popup=False),
        Field(name="n_red", title=Text("重大", "Major"), type=FieldType.INTEGER, unit=SITES),
        Field(name="n_orange", title=Text("较大", "High"), type=FieldType.INTEGER, unit=SITES),
        Field(name="n_yellow", title=Text("一般", "Moderate"), type=FieldType.INTEGER, unit=SITES),
        Field(name="n_blue", title=Text("低", "Low"), type=FieldType.INTEGER, unit=SITES),
        Field(name="n_ungraded", title=Text("未评定", "Not graded"), type=FieldType.INTEGER, unit=SITES),
        Field(name="graded_on", title=Text("最近评定日期", "Last assessed"), type=FieldType.DATE),
    ),
    draw=draw,
)
