"""90 graded polygons of 1.1 million vertices that share their borders: counties."""

from layers.grading.grade import grade_legend
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Text
from layers.style import graded_area

LEGEND = grade_legend()

LAYER = VectorLayer(
    id="race_county",
    title=Text("赛县", "Race: counties"),
    description=Text("速度比较用的面。", "Polygons of the tile race."),
    group="risk",
    order=902,
    shape="polygon",
    key="code",
    legend=LEGEND,
    adjoining=True,
    fields=(
        Field(name="code", title=Text("编号", "Code"), required=True),
        Field(name="name", title=Text("名称", "Name"), required=True),
        Field(name="grade", title=Text("风险等级", "Grade"), type=FieldType.INTEGER, format="grade"),
        Field(name="kind", title=Text("类别", "Kind")),
        Field(name="county_code", title=Text("县", "County")),
        Field(name="graded_on", title=Text("评定日期", "Assessed"), type=FieldType.DATE),
    ),
    draw=lambda theme: graded_area("race_county", LEGEND, theme),
)
