"""Air standby bases with their preparation time and aircraft."""

from layers.fields import CODE, COUNTY_CODE, NAME
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Json, Text, Theme
from layers.style import icons
from layers.units import AIRCRAFT, KMH, MINUTES

STATUS = {
    "ready": Text("待命", "ready"),
    "standby": Text("备勤", "standby"),
    "off": Text("停用", "off"),
}


def draw(theme: Theme) -> list[Json]:
    """Draw the base sign with its name."""
    size = ["interpolate", ["linear"], ["zoom"], 6, 0.8, 11, 1.1]
    return icons("rescue_base", "base-air", theme, size=size, label_minzoom=6)


LAYER = VectorLayer(
    id="rescue_base",
    title=Text("航空救援基地", "Air rescue bases"),
    description=Text(
        "航空应急救援备勤基地、准备时间与机型。", "Air standby bases, preparation time and aircraft."
    ),
    called=("救援基地", "航空基地", "直升机基地"),
    group="rescue",
    order=70,
    shape="point",
    findable=10,
    key="code",
    tile_fields=("status",),
    text_fields=("name", "name_en"),
    role="air_base",
    fields=(
        CODE,
        NAME,
        Field(name="name_en", title=Text("英文名", "English name")),
        Field(name="status", title=Text("状态", "Status"), required=True, choices=STATUS, live=True),
        Field(
            name="preparation_min",
            title=Text("准备时间", "Preparation"),
            type=FieldType.DECIMAL,
            minimum=0,
            maximum=240,
            unit=MINUTES,
        ),
        Field(name="aircraft", title=Text("机型", "Aircraft")),
        Field(
            name="aircraft_count",
            title=Text("架数", "Aircraft count"),
            type=FieldType.INTEGER,
            minimum=0,
            unit=AIRCRAFT,
        ),
        Field(
            name="cruise_kmh",
            title=Text("巡航速度", "Cruise speed"),
            type=FieldType.DECIMAL,
            minimum=1,
            maximum=600,
            unit=KMH,
        ),
        Field(name="is_main", title=Text("主基地", "Main base"), type=FieldType.BOOLEAN),
        COUNTY_CODE,
    ),
    draw=draw,
)
