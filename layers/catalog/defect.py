"""Defects (隐患) found in inspections, with the clock on which each must be closed."""

from layers.fields import CODE, COUNTY_CODE, NAME
from layers.kinds.vector import Filter, VectorLayer
from layers.model import Field, FieldType, Json, Legend, LegendClass, Text, Theme
from layers.style import layer
from layers.theme import TOKENS

LEVELS = {
    "city": Text("市级督办（60 日）", "city (60 days)"),
    "county": Text("县级督办（30 日）", "county (30 days)"),
}
INK = {"day": "#5B4A8A", "night": "#B9A7E0"}
LEGEND = Legend(
    field="level",
    title=Text("督办级别", "Level"),
    classes=tuple(LegendClass(level, text, INK["day"], "plain", "square") for level, text in LEVELS.items()),
)


def draw(theme: Theme) -> list[Json]:
    """Draw open rings, heavier for cities."""
    width = ["match", ["get", "level"], "city", 2.6, 1.6]
    radius = [
        "interpolate",
        ["linear"],
        ["zoom"],
        6,
        ["+", 2, ["log10", ["coalesce", ["get", "n"], 1]]],
        12,
        6,
    ]
    paint = {
        "circle-color": TOKENS[theme]["paper"],
        "circle-radius": radius,
        "circle-stroke-color": INK[theme],
        "circle-stroke-width": width,
    }
    return [layer("defect", "points", "circle", "point", paint=paint)]


LAYER = VectorLayer(
    id="defect",
    title=Text("隐患（督办闭环）", "Defects on the clock"),
    description=Text(
        "市级 60 日、县级 30 日督办闭环；到期日按发现日推算，超期随日期变化。",
        "A city's defects close in 60 days, a county's in 30; the due day follows from the day found.",
    ),
    called=("隐患",),
    group="risk",
    order=46,
    visible=False,
    shape="point",
    key="code",
    role="defect",
    legend=LEGEND,
    cluster_below=11,
    text_fields=("name",),
    text_minzoom=9,
    fields=(
        CODE,
        NAME,
        Field(name="level", title=Text("督办级别", "Level"), required=True, choices=LEVELS),
        COUNTY_CODE,
        Field(name="object_code", title=Text("所在对象编号", "Code of the object")),
        Field(name="found_on", title=Text("发现日期", "Found on"), type=FieldType.DATE, required=True),
        Field(name="due_on", title=Text("到期日", "Due on"), type=FieldType.DATE, computed=True),
        Field(name="closed_on", title=Text("销号日期", "Closed on"), type=FieldType.DATE),
    ),
    filters=(
        Filter("open", Text("未销号", "Open"), lambda t, on: t.c.closed_on.is_(None) | (t.c.closed_on > on)),
        Filter(
            "overdue",
            Text("超期未销号", "Past their clock"),
            lambda t, on: (t.c.closed_on.is_(None) | (t.c.closed_on > on)) & (t.c.due_on < on),
        ),
    ),
    draw=draw,
)
