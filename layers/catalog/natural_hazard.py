"""Natural-hazard zones (flood, landslide, typhoon wind, forest fire) on their own five-step scale.

They are never folded into the four colours: five steps are not four, and a zone of the ground is not an object that was
assessed. The rule by which they meet the risk zones is "beside": what crosses a zone is listed with it.
"""

from datetime import date
from functools import partial

from sqlalchemy import ColumnElement, Table

from layers.fields import CODE, NAME
from layers.kinds.vector import Filter, VectorLayer
from layers.model import Field, FieldType, Json, Legend, LegendClass, Text, Theme
from layers.style import by_class, layer

KINDS = {
    "flood": Text("洪涝", "flood"),
    "landslide": Text("地质灾害", "landslide"),
    "typhoon_wind": Text("台风大风", "typhoon wind"),
    "forest_fire": Text("森林火灾", "forest fire"),
}
WORDS = {
    1: Text("高", "highest"),
    2: Text("较高", "high"),
    3: Text("中", "medium"),
    4: Text("较低", "low"),
    5: Text("低", "lowest"),
}
TONES = {1: "#3F1D5C", 2: "#6A3D8F", 3: "#9468B5", 4: "#BC9BD4", 5: "#E0CFEC"}
"""A violet scale, dark is high: no tone of it is one of the four colours."""
LEGEND = Legend(
    field="level",
    title=Text("自然灾害危险性（五级）", "Natural hazard (five steps)"),
    classes=tuple(LegendClass(n, text, TONES[n], "plain", "fill") for n, text in WORDS.items()),
)


def _of_kind(kind: str, table: Table, on: date) -> ColumnElement[bool]:
    return table.c.kind == kind


def draw(theme: Theme) -> list[Json]:
    """Draw a thin violet wash with a border, heavier the higher the hazard."""
    colour = by_class(LEGEND, TONES, TONES[5])
    wash = layer(
        "natural_hazard", "fill", "fill", "base",
        paint={"fill-color": colour, "fill-opacity": 0.22 if theme == "day" else 0.34},
    )  # fmt: skip
    width = ["interpolate", ["linear"], ["get", "level"], 1, 2.2, 5, 0.8]
    return [
        wash,
        layer("natural_hazard", "border", "line", "line", paint={"line-color": colour, "line-width": width}),
    ]


LAYER = VectorLayer(
    id="natural_hazard",
    title=Text("自然灾害危险区", "Natural-hazard zones"),
    description=Text(
        "洪涝、地质灾害、台风大风、森林火灾的五级分区，自有图例，不并入红橙黄蓝；与风险分区只并列显示。",
        "Five-step zones of flood, landslide, typhoon wind and forest fire; their own legend, beside the four colours.",
    ),
    called=("地质灾害", "自然灾害", "地灾", "山洪", "危险区", "风险区"),
    group="context",
    order=18,
    visible=False,
    shape="polygon",
    key="code",
    legend=LEGEND,
    nested=True,
    tile_fields=("kind",),
    text_fields=("name",),
    fields=(
        CODE,
        NAME,
        Field(name="kind", title=Text("灾种", "Hazard"), required=True, choices=KINDS),
        Field(
            name="level",
            title=Text("等级（1 高 … 5 低）", "Step (1 highest … 5 lowest)"),
            type=FieldType.INTEGER,
            required=True,
            minimum=1,
            maximum=5,
        ),
        Field(name="surveyed_on", title=Text("普查日期", "Surveyed on"), type=FieldType.DATE),
    ),
    filters=tuple(Filter(kind, text, partial(_of_kind, kind)) for kind, text in KINDS.items()),
    draw=draw,
)
