"""Administrative areas: the province, its cities and counties with GB/T 2260 codes, towns where they are loaded."""

from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Json, Text, Theme
from layers.style import labels, layer
from layers.theme import TOKENS
from layers.units import PERSONS

LEVELS = {
    "province": Text("省", "province"),
    "city": Text("设区市", "city"),
    "county": Text("县（市、区）", "county"),
    "town": Text("乡镇（街道）", "town"),
}


def draw(theme: Theme) -> list[Json]:
    """Draw borders by level and the names of cities, then of counties."""
    tokens = TOKENS[theme]

    def border(level: str, width: object, minzoom: float, colour: str) -> Json:
        return layer(
            "admin_area",
            f"border-{level}",
            "line",
            "line",
            minzoom=minzoom,
            filter=["==", ["get", "level"], level],
            layout={"line-join": "round"},
            paint={"line-color": tokens[colour], "line-width": width, "line-opacity": 0.75},
        )

    def names(level: str, size: object, minzoom: float, maxzoom: float) -> Json:
        return labels(
            "admin_area",
            theme,
            source_layer="admin_area_label",
            part=f"label-{level}",
            where=["==", ["get", "level"], level],
            minzoom=minzoom,
            maxzoom=maxzoom,
            size=size,
            strong=level == "city",
        )

    zoomed = ["interpolate", ["linear"], ["zoom"], 6, 0.3, 10, 1]
    return [
        border("town", 0.5, 10, "line"),
        border("county", zoomed, 6, "ink-2"),
        border("city", ["interpolate", ["linear"], ["zoom"], 6, 0.7, 10, 1.6], 5, "ink-2"),
        border("province", ["interpolate", ["linear"], ["zoom"], 5, 1, 10, 2.2], 0, "ink"),
        names("town", 11, 11, 24),
        names("county", 11.5, 8, 24),
        names("city", 13, 5.5, 10),
    ]


LAYER = VectorLayer(
    id="admin_area",
    title=Text("行政区划", "Administrative areas"),
    description=Text(
        "省、设区市、县（市、区）、乡镇（有则载入），行政区划代码按 GB/T 2260。",
        "Province, cities, counties with their GB/T 2260 codes, and towns where they are loaded.",
    ),
    called=("行政区", "政区", "县界", "市界", "乡镇界", "区划"),
    group="base",
    order=20,
    shape="polygon",
    findable=9,
    key="code",
    tile_fields=("level",),
    text_fields=("name", "name_en"),
    labelled=True,
    nested=True,
    adjoining=True,
    role="admin",
    fields=(
        Field(name="code", title=Text("行政区划代码", "GB/T 2260 code"), required=True),
        Field(name="name", title=Text("名称", "Name"), required=True),
        Field(name="name_en", title=Text("英文名", "English name")),
        Field(name="level", title=Text("级别", "Level"), required=True, choices=LEVELS),
        Field(name="parent_code", title=Text("上级代码", "Parent code")),
        Field(name="city", title=Text("所属市", "City")),
        Field(
            name="population",
            title=Text("常住人口（2020 年普查）", "Residents (2020 census)"),
            type=FieldType.INTEGER,
            minimum=0,
            unit=PERSONS,
        ),
    ),
    draw=draw,
)
