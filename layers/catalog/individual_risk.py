"""Individual-risk contours (个人风险等值线) as polygons, imported; nothing is computed here."""

from layers.fields import CODE, NAME
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Json, Legend, LegendClass, Text, Theme
from layers.style import layer

LEVELS = {"3e-5": 3.4, "1e-5": 2.6, "3e-6": 2.0, "3e-7": 1.4}
"""Contour per year as written, and the width of its line."""
INK = {"day": "#7A1F5C", "night": "#E29AC8"}
LEGEND = Legend(
    field="contour",
    title=Text("个人风险（每年）", "Individual risk (per year)"),
    classes=tuple(LegendClass(one, Text(one, one), INK["day"], "plain", "outline") for one in LEVELS),
)


def draw(theme: Theme) -> list[Json]:
    """Draw broken lines, heavier the higher the risk."""
    width = ["match", ["get", "contour"], *(part for pair in LEVELS.items() for part in pair), 1]
    paint = {"line-color": INK[theme], "line-width": width, "line-dasharray": [3, 1.5]}
    return [layer("individual_risk", "outline", "line", "line", minzoom=9, paint=paint)]


LAYER = VectorLayer(
    id="individual_risk",
    title=Text("个人风险等值线", "Individual-risk contours"),
    description=Text(
        "由定量风险评价导入的等值线面；点开列出线内防护目标及是否超过 GB 36894 允许值。",
        "Contours of a quantitative risk assessment; each lists the targets inside and whether GB 36894 is exceeded.",
    ),
    called=("个人风险", "风险等值线"),
    group="risk",
    order=35,
    visible=False,
    minzoom=6,
    shape="polygon",
    key="code",
    legend=LEGEND,
    nested=True,
    text_fields=("name",),
    text_minzoom=9,
    fields=(
        CODE,
        NAME,
        Field(name="object_code", title=Text("重大危险源编号", "Code of the installation")),
        Field(
            name="contour",
            title=Text("等值线（每年）", "Contour (per year)"),
            required=True,
            choices={one: Text(one, one) for one in LEVELS},
        ),
        Field(name="in_service", title=Text("在役装置", "In service"), type=FieldType.BOOLEAN),
        Field(name="assessed_on", title=Text("评价日期", "Assessed on"), type=FieldType.DATE),
        Field(name="assessor", title=Text("评价单位", "Assessor")),
    ),
    draw=draw,
)
