"""Chemical parks with the score and class of their own assessment (2023 guide): A high risk to D low."""

from layers.fields import CODE, COUNTY_CODE, NAME
from layers.grading.park import WORDS
from layers.kinds.vector import Filter, VectorLayer
from layers.model import Field, FieldType, Json, Legend, LegendClass, Text, Theme
from layers.style import labels, layer
from layers.theme import TOKENS
from layers.units import POINTS

INK = {"day": "#4A3B6B", "night": "#B9A7E0"}
LEGEND = Legend(
    field="park_class",
    title=Text("园区评估类别", "Class of the park"),
    classes=(
        *(LegendClass(letter, text, INK["day"], "plain", "outline") for letter, text in WORDS.items()),
        LegendClass(None, Text("未评估", "not assessed"), "#9AA5AF", "plain", "outline"),
    ),
)


def draw(theme: Theme) -> list[Json]:
    """Draw outlines, heavier the worse the class, and name with class: the fill belongs to the risk grade."""
    width = ["match", ["coalesce", ["get", "park_class"], ""], "A", 3.2, "B", 2.6, "C", 2, "D", 1.6, 1]
    names = labels("chemical_park", theme, source_layer="chemical_park_label", minzoom=9, size=12)
    with_class = ["concat", ["get", "name"], " ", ["coalesce", ["get", "park_class"], "—"]]
    names["layout"]["text-field"] = with_class
    names["metadata"]["riskmap:text"] = {"zh": with_class, "en": with_class}
    outline = layer(
        "chemical_park", "outline", "line", "line",
        layout={"line-join": "round"}, paint={"line-color": INK[theme], "line-width": width},
    )  # fmt: skip
    names["paint"]["text-color"] = TOKENS[theme]["ink"]
    return [outline, names]


LAYER = VectorLayer(
    id="chemical_park",
    title=Text("化工园区", "Chemical parks"),
    description=Text(
        "园区范围与自身评估得分；A 高、B 较高、C 一般、D 较低，与四色分区是两套分级。",
        "Extent and score of the parks; classes A (high risk) to D (low), another scale than the four colours.",
    ),
    called=("化工园", "工业园"),
    group="risk",
    order=44,
    visible=False,
    shape="polygon",
    findable=8,
    key="code",
    legend=LEGEND,
    labelled=True,
    text_fields=("name",),
    fields=(
        CODE,
        NAME,
        COUNTY_CODE,
        Field(
            name="score",
            title=Text("评估得分", "Score"),
            type=FieldType.DECIMAL,
            minimum=0,
            maximum=100,
            unit=POINTS,
        ),
        Field(name="park_class", title=Text("类别", "Class"), computed=True),
        Field(
            name="grade",
            title=Text("按约定对应的颜色", "Colour by convention"),
            type=FieldType.INTEGER,
            computed=True,
            format="grade",
            popup=False,
        ),
        Field(name="grade_reason", title=Text("评定依据", "Why this class"), computed=True),
        Field(
            name="grade_reason_en",
            title=Text("评定依据（英文）", "Why this class"),
            computed=True,
            popup=False,
        ),
        Field(name="grade_method", title=Text("评定方法", "Method"), computed=True),
        Field(name="grade_cutoffs", title=Text("阈值集", "Cut-off set"), computed=True),
        Field(name="assessor", title=Text("评定人", "Assessor")),
        Field(name="assessed_on", title=Text("评定日期", "Assessed on"), type=FieldType.DATE),
    ),
    filters=(
        Filter(
            "high_risk",
            Text("高风险园区（A 类）", "High-risk parks (A)"),
            lambda t, on: t.c.park_class == "A",
        ),
        Filter(
            "low_or_moderate",
            Text("较低和一般风险园区（C、D 类）", "Low and moderate parks (C, D)"),
            lambda t, on: (t.c.park_class == "C") | (t.c.park_class == "D"),
        ),
    ),
    draw=draw,
)
