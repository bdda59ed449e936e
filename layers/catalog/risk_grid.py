"""Risk zones on a fine grid: 500 m squares that hold at least one hazard source."""

from layers.grading.grade import grade_legend
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Json, Text, Theme
from layers.style import graded_area
from layers.units import SITES

LEGEND = grade_legend()


def draw(theme: Theme) -> list[Json]:
    """Draw the four colours with their hatches; cell borders only when cells are large on the screen."""
    return graded_area("risk_grid", LEGEND, theme, line_minzoom=11)


LAYER = VectorLayer(
    id="risk_grid",
    title=Text("风险分区（500 m 网格）", "Risk zones (500 m grid)"),
    description=Text(
        "EPSG:4549 上 500 m × 500 m 的方格，格内最高等级决定颜色；没有危险源的方格不画。",
        "Squares of 500 m on EPSG:4549; the worst member decides; squares without a hazard source are not drawn.",
    ),
    group="risk",
    order=31,
    visible=False,
    derived=True,
    shape="polygon",
    key="code",
    title_field="code",
    legend=LEGEND,
    minzoom=6,
    fields=(
        Field(name="code", title=Text("网格编号", "Cell"), required=True),
        Field(name="county_code", title=Text("行政区划代码", "County code")),
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
