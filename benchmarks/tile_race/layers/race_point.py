"""80,000 graded points: the hazard sources of a province, with the columns a rival would put into its tiles."""

from layers.grading.grade import grade_legend
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Text
from layers.style import graded_points

LEGEND = grade_legend(symbol="dot")
COLUMNS = (
    Field(name="code", title=Text("编号", "Code"), required=True),
    Field(name="name", title=Text("名称", "Name"), required=True),
    Field(name="grade", title=Text("风险等级", "Grade"), type=FieldType.INTEGER, format="grade"),
    Field(name="kind", title=Text("类别", "Kind")),
    Field(name="county_code", title=Text("县", "County")),
    Field(name="graded_on", title=Text("评定日期", "Assessed"), type=FieldType.DATE),
)

LAYER = VectorLayer(
    id="race_point",
    title=Text("赛点", "Race: points"),
    description=Text("速度比较用的点。", "Points of the tile race."),
    group="risk",
    order=900,
    shape="point",
    key="code",
    legend=LEGEND,
    cluster_below=12,
    fields=COLUMNS,
    draw=lambda theme: graded_points("race_point", LEGEND, theme),
)
