"""Shelters (避灾安置场所) of county, township and village level."""

from layers.fields import CODE, COUNTY_CODE, NAME
from layers.kinds.vector import Filter, VectorLayer
from layers.model import Field, FieldType, Json, Legend, LegendClass, Text, Theme
from layers.style import icons, layer
from layers.theme import TOKENS
from layers.units import PERSONS, SQUARE_METRES

GREEN = {"day": "#1E7B4F", "night": "#4FB286"}
LEVELS = {
    "county": Text("县级", "county"),
    "township": Text("乡镇级", "township"),
    "village": Text("村级", "village"),
}
STATUS = {
    "open": Text("开放", "open"),
    "opening": Text("启用中", "opening"),
    "closed": Text("关闭", "closed"),
    "full": Text("已满", "full"),
    "unusable": Text("不可用", "unusable"),
}
HAZARDS = {
    "flood": Text("洪涝", "flood"),
    "typhoon": Text("台风", "typhoon"),
    "earthquake": Text("地震", "earthquake"),
    "geology": Text("地质灾害", "landslide"),
    "fire": Text("火灾", "fire"),
    "chemical": Text("危化品泄漏", "chemical release"),
}
LEGEND = Legend(
    field="level",
    title=Text("场所级别", "Level"),
    classes=tuple(
        LegendClass(level, text, GREEN["day"], "plain", f"shelter-{level}") for level, text in LEVELS.items()
    ),
)


def draw(theme: Theme) -> list[Json]:
    """Draw dots from afar and signs by level from zoom 11 on."""
    dots = layer(
        "shelter",
        "points",
        "circle",
        "point",
        maxzoom=11,
        paint={
            "circle-color": GREEN[theme],
            "circle-radius": [
                "interpolate", ["linear"], ["zoom"],
                6, ["+", 1.0, ["*", 0.5, ["log10", ["coalesce", ["get", "n"], 1]]]],
                11, ["+", 2.2, ["*", 1.4, ["log10", ["coalesce", ["get", "n"], 1]]]],
            ],
            "circle-stroke-color": TOKENS[theme]["paper"],
            "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 7, 0, 10, 0.7],
        },
    )  # fmt: skip
    sign = [
        "match",
        ["get", "level"],
        "county",
        "shelter-county",
        "township",
        "shelter-township",
        "shelter-village",
    ]
    return [dots, *icons("shelter", sign, theme, minzoom=11, label_minzoom=14)]


LAYER = VectorLayer(
    id="shelter",
    title=Text("避灾安置场所", "Shelters"),
    description=Text("县、乡、村三级避灾安置场所及容量。", "Shelters of three levels and their places."),
    called=("避灾点", "避灾场所", "避难场所", "避难点", "安置点", "安置场所", "避灾安置"),
    group="shelter",
    order=50,
    visible=False,
    shape="point",
    findable=5,
    key="code",
    role="shelter",
    legend=LEGEND,
    cluster_below=11,
    tile_fields=("level",),
    text_fields=("name",),
    text_minzoom=12,
    fields=(
        CODE,
        NAME,
        Field(
            name="level",
            title=Text("级别", "Level"),
            required=True,
            choices=LEVELS,
            aliases=("场所级别", "等级", "jb"),
        ),
        COUNTY_CODE,
        Field(name="address", title=Text("地址", "Address"), aliases=("详细地址", "地点", "位置", "dz")),
        Field(
            name="capacity",
            title=Text("可安置人数", "Places"),
            aliases=("容纳人数", "安置人数", "可容纳人数", "安置容量", "容量", "krrs", "rnrs"),
            type=FieldType.INTEGER,
            required=True,
            minimum=0,
            unit=PERSONS,
        ),
        Field(
            name="occupied",
            title=Text("已安置", "Occupied"),
            type=FieldType.INTEGER,
            minimum=0,
            unit=PERSONS,
            live=True,
            slip_above=("capacity", 10),
        ),
        Field(
            name="area_m2",
            title=Text("有效面积", "Effective area"),
            aliases=("面积", "避灾面积", "mj"),
            type=FieldType.DECIMAL,
            minimum=0,
            unit=SQUARE_METRES,
        ),
        Field(name="standardised", title=Text("规范化", "Standardised"), type=FieldType.BOOLEAN),
        Field(name="hazards", title=Text("适用灾种", "Hazards served"), choices=HAZARDS, many=True),
        Field(name="status", title=Text("状态", "Status"), choices=STATUS, live=True),
        Field(name="indoor", title=Text("室内", "Indoor"), type=FieldType.BOOLEAN),
        Field(name="phone", title=Text("电话", "Phone"), aliases=("联系电话", "值班电话", "lxdh", "dh")),
    ),
    filters=(
        Filter("standardised", Text("已规范化", "Standardised"), lambda t, on: t.c.standardised.is_(True)),
        Filter(
            "not_standardised",
            Text("未规范化", "Not standardised"),
            lambda t, on: t.c.standardised.is_not(True),
        ),
    ),
    draw=draw,
)
